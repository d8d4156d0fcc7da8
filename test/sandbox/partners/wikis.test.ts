import { createSign, generateKeyPairSync } from "node:crypto";
import { strToU8, zipSync } from "fflate";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startClock } from "../../../src/sandbox/clock.ts";
import { wordFault } from "../../../src/sandbox/partners/google-word.ts";
import { type Partners, startPartners } from "../../../src/sandbox/partners/index.ts";
import { wordParts } from "../../../templates/word-parts.ts";

let partners: Partners;
beforeEach(async () => {
  partners = await startPartners({ clock: startClock(() => Date.UTC(2026, 0, 5, 12)) });
});
afterEach(() => partners.stop());

const ask = (id: "confluence" | "notion", method: string, path: string, body?: unknown, more = {}) => {
  const { email, token } = partners.confluence;
  const authorization =
    id === "notion"
      ? `Bearer ${partners.notion.token}`
      : `Basic ${Buffer.from(`${email}:${token}`).toString("base64")}`;
  return fetch(`${partners.urlOf(id)}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    headers: { authorization, ...(id === "notion" ? { "notion-version": "2025-09-03" } : {}), ...more },
  });
};
const page = (changes: object = {}, value = "<p>x</p>") => ({
  spaceId: "98306",
  status: "current",
  title: "T",
  body: { representation: "storage", value },
  ...changes,
});
const pages = "/wiki/api/v2/pages";

describe("the stand-in of Confluence", () => {
  test.each([
    ["a wrong token", page(), { authorization: "Basic x" }, 401],
    ["an unknown space", page({ spaceId: "1" }), {}, 404],
    ["no title", page({ title: " " }), {}, 400],
    ["a title of 256 characters", page({ title: "x".repeat(256) }), {}, 400],
    ["a parent that is not there", page({ parentId: "1" }), {}, 404],
    ["a tag that is not closed", page({}, "<p>x"), {}, 400],
    ["an entity that XML does not know", page({}, "<p>&eacute;</p>"), {}, 400],
    ["a bare ampersand", page({}, "<p>a & b</p>"), {}, 400],
    ["a control character", page({}, "<p>\u0001</p>"), {}, 400],
    [
      "a sound page",
      page({}, '<p>x &amp; &#x26;<br /><ac:image><ri:attachment ri:filename="a" /></ac:image></p>'),
      {},
      200,
    ],
  ] as const)("answers %s as Confluence does", async (_what, body, headers, status) => {
    expect((await ask("confluence", "POST", pages, body, headers)).status).toBe(status);
  });

  test("takes the next version only, a title once, and attachments without a form only with its header", async () => {
    const { id } = (await (await ask("confluence", "POST", pages, page())).json()) as { id: string };
    expect((await ask("confluence", "POST", pages, page())).status).toBe(400);
    const version = (number: number) => ask("confluence", "PUT", `${pages}/${id}`, page({ id, version: { number } }));
    expect((await version(1)).status).toBe(409);
    expect((await version(3)).status).toBe(409);
    expect((await version(2)).status).toBe(200);
    const attachment = `/wiki/rest/api/content/${id}/child/attachment`;
    expect((await ask("confluence", "PUT", attachment, {})).status).toBe(403);
    expect((await ask("confluence", "PUT", attachment, {}, { "x-atlassian-token": "nocheck" })).status).toBe(415);
    partners.confluence.remove(id);
    expect((await ask("confluence", "GET", `${pages}/${id}`)).status).toBe(404);
  });
});

const text = (content: string, more: object = {}) => ({
  object: "block",
  type: "paragraph",
  paragraph: { rich_text: [{ type: "text", text: { content, ...more } }] },
});
const titled = { title: { title: [{ text: { content: "T" } }] } };
const below = (children: readonly object[], parent = "0123456789abcdef0123456789abcdef") => ({
  parent: { page_id: parent },
  properties: titled,
  children,
});
const item = (children: readonly object[]) => ({
  type: "bulleted_list_item",
  bulleted_list_item: { rich_text: [], children },
});

describe("the stand-in of Notion", () => {
  test.each([
    ["a wrong token", below([]), { authorization: "Bearer x" }, 401],
    ["no version", below([]), { "notion-version": "" }, 400],
    ["another parent", below([], "f".repeat(32)), {}, 404],
    ["no title", { ...below([]), properties: {} }, {}, 400],
    ["101 blocks", below(Array.from({ length: 101 }, () => text("x"))), {}, 400],
    ["a text of 2,001 characters", below([text("x".repeat(2001))]), {}, 400],
    ["a link to no address", below([text("x", { link: { url: "javascript:x" } })]), {}, 400],
    ["lists four deep", below([item([item([item([item([])])])])]), {}, 400],
    ["a kind it does not have", below([{ type: "marquee", marquee: {} }]), {}, 400],
    [
      "a body of more than 500 KB",
      below(Array.from({ length: 100 }, () => item(Array.from({ length: 3 }, () => text("x".repeat(1900)))))),
      {},
      413,
    ],
    ["a sound page", below([text("x"), item([text("y")])]), {}, 200],
  ] as const)("answers %s as Notion does", async (_what, body, headers, status) => {
    expect((await ask("notion", "POST", "/v1/pages", body, headers)).status).toBe(status);
  });

  test("erases, appends and lists in pages; what is in the trash is not written", async () => {
    const { id } = (await (await ask("notion", "POST", "/v1/pages", below([text("x")]))).json()) as { id: string };
    const children = `/v1/blocks/${id}/children`;
    for (let round = 0; round < 2; round++)
      expect(
        (await ask("notion", "PATCH", children, { children: Array.from({ length: 100 }, () => text("y")) })).status,
      ).toBe(200);
    expect(await (await ask("notion", "GET", children)).json()).toMatchObject({ has_more: true, next_cursor: "100" });
    await ask("notion", "PATCH", `/v1/pages/${id}`, { erase_content: true });
    expect(await (await ask("notion", "GET", children)).json()).toMatchObject({ results: [] });
    partners.notion.remove(id);
    expect((await ask("notion", "PATCH", children, { children: [] })).status).toBe(400);
  });
});

describe("the stand-in of Notion's uploads", () => {
  const create = (body: object) => ask("notion", "POST", "/v1/file_uploads", body);
  const picture = (id: string) => ({ type: "image", image: { type: "file_upload", file_upload: { id } } });
  const send = (id: string, type = "image/png") => {
    const form = new FormData();
    form.append("file", new Blob([new Uint8Array([1])], { type }), "a.png");
    const { token } = partners.notion;
    const headers = { authorization: `Bearer ${token}`, "notion-version": "2025-09-03" };
    return fetch(`${partners.urlOf("notion")}/v1/file_uploads/${id}/send`, { method: "POST", headers, body: form });
  };

  test.each([
    ["an ending of another kind", { filename: "a.gif", content_type: "image/png" }, 400],
    ["a kind it does not take", { filename: "a.exe", content_type: "application/x-msdownload" }, 400],
    ["a name of 901 bytes", { filename: `${"a".repeat(897)}.png`, content_type: "image/png" }, 400],
    ["a sound one", { filename: "a.png", content_type: "image/png" }, 200],
  ])("answers %s as Notion does", async (_what, body, status) => {
    expect((await create(body)).status).toBe(status);
  });

  test("a block takes what was sent, within the hour, and for ever once a page holds it", async () => {
    const { id } = (await (await create({ filename: "a.png", content_type: "image/png" })).json()) as { id: string };
    const page = () => ask("notion", "POST", "/v1/pages", below([picture(id)]));
    expect((await page()).status).toBe(400);
    expect((await send("none")).status).toBe(404);
    expect((await send(id, "image/gif")).status).toBe(400);
    expect((await send(id)).status).toBe(200);
    expect((await send(id)).status).toBe(400);
    expect((await page()).status).toBe(200);
    expect(await (await ask("notion", "GET", "/v1/file_uploads?status=uploaded")).json()).toMatchObject({
      results: [{ id, status: "uploaded", expiry_time: null }],
    });
  });
});

describe("the stand-in of Google Docs", () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const granted = async (changes: object, key?: string) => {
    const { email, privateKey } = partners.googleDocs.account();
    const now = Math.floor(Date.now() / 1000);
    const aud = `${partners.urlOf("googleDocs")}/token`;
    const scope = "https://www.googleapis.com/auth/drive";
    const signed = `${part({ alg: "RS256" })}.${part({ iss: email, scope, aud, iat: now, exp: now + 3600, ...changes })}`;
    const signature = createSign("RSA-SHA256")
      .update(signed)
      .sign(key ?? privateKey, "base64url");
    const grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    const body = new URLSearchParams({ grant_type, assertion: `${signed}.${signature}` });
    return (await (await fetch(aud, { method: "POST", body: body.toString(), headers: form })).json()) as Holds;
  };
  const form = { "content-type": "application/x-www-form-urlencoded" };
  type Holds = { readonly error?: string; readonly access_token?: string };

  test.each([
    ["another account", { iss: "x@y.example" }, "invalid_grant"],
    ["one that lives too long", { exp: Math.floor(Date.now() / 1000) + 7200 }, "invalid_grant"],
    ["one that is over", { iat: 1, exp: 2 }, "invalid_grant"],
    ["another audience", { aud: "https://x.example/" }, "invalid_grant"],
    ["a person it may not act as", { sub: "eva@waooaw.example" }, "unauthorized_client"],
    ["a scope it does not have", { scope: "x" }, "invalid_scope"],
    ["a sound one", {}, undefined],
  ])("answers a signature of %s as Google does", async (_what, changes, error) => {
    expect((await granted(changes)).error).toBe(error);
  });

  test("a signature by another key brings no token, and without one nothing is read", async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const pem = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
    expect((await granted({}, pem)).error).toBe("invalid_grant");
    const files = `${partners.urlOf("googleDocs")}/drive/v3/files/${partners.googleDocs.folder}?supportsAllDrives=true`;
    expect((await fetch(files, { headers: { authorization: "Bearer x" } })).status).toBe(401);
    const { access_token } = await granted({});
    const headers = { authorization: `Bearer ${access_token}` };
    expect((await fetch(files, { headers })).status).toBe(200);
    // Without the word for shared drives it sees nothing of them.
    expect((await fetch(files.replace("supportsAllDrives=true", ""), { headers })).status).toBe(404);
  });

  test("takes what is a Word file, and nothing else", () => {
    expect(wordFault(new Uint8Array([1, 2, 3]))).toBe("it is no zip archive");
    expect(wordFault(zipSync({ "a.xml": new Uint8Array() }))).toBe("[Content_Types].xml is missing");
    const parts = { ...wordParts("<w:p>", { links: [], pictures: [], counted: 0 }) };
    const file = (changes: object) =>
      zipSync(Object.fromEntries(Object.entries({ ...parts, ...changes }).map(([path, xml]) => [path, strToU8(xml)])));
    expect(wordFault(file({}))).toMatch(/^word\/document\.xml: /);
    expect(wordFault(file({ "word/document.xml": '<a r:embed="picture1"/>' }))).toBe("nothing is called picture1");
  });
});

describe("the stand-in of git", () => {
  test("asks for its token and knows one repository", async () => {
    const url = `${partners.urlOf("git")}${partners.git.path}/info/refs?service=git-upload-pack`;
    expect((await fetch(url)).status).toBe(401);
    const authorization = `Basic ${Buffer.from(`x-access-token:${partners.git.token}`).toString("base64")}`;
    expect((await fetch(url, { headers: { authorization } })).status).toBe(200);
    expect((await fetch(url.replace("post-mortems", "other"), { headers: { authorization } })).status).toBe(404);
  });

  test("what it holds outlives the process", async () => {
    partners.git.commit("a.md", "kept");
    const again = await startPartners({ clock: startClock(), restore: partners.dump() });
    try {
      expect([again.git.files(), again.git.file("a.md")]).toEqual([["a.md"], "kept"]);
    } finally {
      await again.stop();
    }
  });
});
