import { createHash, generateKeyPairSync } from "node:crypto";
import { zipSync } from "fflate";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Destination, DestinationContents, DestinationId } from "../../src/domain/postmortem/elsewhere.ts";
import { chainedLines } from "../../src/domain/postmortem/event-chain.ts";
import { ProviderError } from "../../src/errors.ts";
import { createConfluence } from "../../src/providers/confluence/confluence.ts";
import { createGit } from "../../src/providers/git/git.ts";
import { createGoogleDocs } from "../../src/providers/google-docs/google-docs.ts";
import { createNotion } from "../../src/providers/notion/notion.ts";
import { startClock } from "../../src/sandbox/clock.ts";
import { type Partners, startPartners } from "../../src/sandbox/partners/index.ts";
import { wordParts } from "../../templates/word-parts.ts";

let partners: Partners;
beforeEach(async () => {
  partners = await startPartners({ clock: startClock(() => Date.UTC(2026, 0, 7, 12)) });
});
afterEach(() => partners.stop());

const bytes = (text: string) => new TextEncoder().encode(text);
const image = { name: "images/a b.png", mimetype: "image/png", content: new Uint8Array([137, 80, 78, 71]) };
const paragraph = (content: string) => ({
  object: "block",
  type: "paragraph",
  paragraph: { rich_text: [{ type: "text", text: { content } }] },
});
const wordFile = (text: string) => {
  const parts = wordParts(`<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`, { links: [], pictures: [], counted: 0 });
  return zipSync(Object.fromEntries(Object.entries(parts).map(([path, xml]) => [path, bytes(xml)])));
};
const contents = (text: string, edition = 1): DestinationContents => ({
  confluence: {
    title: "INC-1: API fails",
    edition,
    body: `<p>${text}</p>`,
    files: [{ ...image, name: "a b.png" }],
  },
  // More than one request takes.
  notion: {
    title: "INC-1: API fails",
    blocks: Array.from({ length: 250 }, (_, index) => paragraph(`${text} ${index}`)),
  },
  googleDocs: { title: "INC-1: API fails", document: wordFile(text) },
  git: {
    folder: "INC-1",
    message: `Edition ${edition}`,
    files: [{ name: "README.md", mimetype: "text/markdown", content: bytes(`# ${text}\n`) }, image],
  },
});

const { privateKey: otherKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

function settings(id: DestinationId, token?: string) {
  const { confluence, notion, googleDocs, git } = partners.integrations({
    pagerduty: null,
    github: null,
    jira: null,
    statuspage: null,
    confluence: { private: false },
    notion: { private: false },
    googleDocs: { private: false },
    git: { branch: "main", folder: "a b/incidents", author: { name: "T", email: "t@x.example" }, private: false },
  });
  if (!confluence || !notion || !googleDocs || !git) throw new Error("A stand-in is missing");
  const all = { confluence, notion, googleDocs, git };
  if (!token) return all;
  // A service account proves itself by a key: another one is the wrong token.
  const account = { ...googleDocs.account, email: `${token}@x.example`, privateKey: otherKey };
  return { ...all, [id]: { ...all[id], ...(id === "googleDocs" ? { account } : { token }) } };
}

const made = (id: DestinationId, token?: string) => {
  const all = settings(id, token);
  const one = {
    confluence: createConfluence(all.confluence),
    notion: createNotion(all.notion),
    googleDocs: createGoogleDocs(all.googleDocs),
    git: createGit(all.git),
  }[id];
  return one as unknown as Destination & Pick<typeof one, "check">;
};

/** Everything one place holds, as text. */
const held = (id: DestinationId): string =>
  ({
    confluence: () =>
      JSON.stringify(partners.confluence.pages().map(({ title, body, attachments }) => [title, body, attachments])),
    notion: () => JSON.stringify(partners.notion.pages().filter((page) => !page.inTrash)),
    googleDocs: () =>
      partners.googleDocs
        .documents()
        .map(({ title, text }) => `${title}\n${text}`)
        .join("\n"),
    git: () =>
      partners.git
        .files()
        .map((path) => `${path}\n${partners.git.file(path)}`)
        .join("\n"),
  })[id]();

const people = {
  change: (id: DestinationId) =>
    ({
      confluence: () => partners.confluence.edit(partners.confluence.pages()[0]?.id ?? "", "<p>theirs</p>"),
      notion: () => partners.notion.edit(partners.notion.pages()[0]?.id ?? "", "theirs"),
      googleDocs: () => partners.googleDocs.edit(partners.googleDocs.documents()[0]?.id ?? "", "theirs"),
      git: () => partners.git.commit("a b/incidents/INC-1/theirs.md", "theirs"),
    })[id](),
  remove: (id: DestinationId) =>
    ({
      confluence: () => partners.confluence.remove(partners.confluence.pages()[0]?.id ?? ""),
      notion: () => partners.notion.remove(partners.notion.pages()[0]?.id ?? ""),
      googleDocs: () => partners.googleDocs.remove(partners.googleDocs.documents()[0]?.id ?? ""),
      git: () => {
        for (const path of partners.git.files()) partners.git.commit(path, null);
      },
    })[id](),
};

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: unknown) => (error instanceof ProviderError ? `${error.fault} ${error.code}` : String(error)),
  );
const since = new Date("2026-01-07T11:59:00Z");
const mark = "tocsin-018f";

describe.each(["confluence", "notion", "googleDocs", "git"] as const)(
  "[I9] the contract of a place for post-mortems: %s",
  (id) => {
    const page = (text: string, edition = 1) => contents(text, edition)[id];

    test("makes it whole once, finds it by its mark, and writes the next edition over its own", {
      timeout: 60_000,
    }, async () => {
      const place = made(id);
      expect(await place.find(page("first"), mark, since)).toBeNull();
      const kept = await place.create(page("first"), mark);
      expect(kept.trouble ?? null).toBeNull();
      expect(held(id)).toContain("first");
      if (id === "notion") expect(held(id)).toContain("first 249");
      if (id === "confluence" || id === "git") expect(held(id)).toContain("a b.png");
      const found = await place.find(page("first"), mark, since);
      expect(found).toMatchObject({ key: kept.key, url: kept.url });
      expect(await place.find(page("first"), "tocsin-other", since)).toBeNull();
      const next = await place.update(kept.key, page("second", 2), { version: found?.version ?? null, mark });
      expect(next.key).toBe(kept.key);
      expect(held(id)).toContain("second");
      expect(held(id)).not.toContain("first");
      // An answer was lost: what is there is our own, though it is another version than we know.
      expect(await codeOf(place.update(kept.key, page("third", 3), { version: kept.version ?? null, mark }))).toBe(
        "done",
      );
    });

    test("leaves what people changed, unless it may be written over; says when it is gone", {
      timeout: 60_000,
    }, async () => {
      const place = made(id);
      const { key, version = null } = await place.create(page("first"), mark);
      people.change(id);
      expect(await codeOf(place.update(key, page("second", 2), { version, mark }))).toBe("refused changed-there");
      expect(held(id)).toContain("theirs");
      await place.update(key, page("second", 2), { version: null, mark });
      expect(held(id)).not.toContain("theirs");
      people.remove(id);
      expect(await codeOf(place.update(key, page("third", 3), { version: null, mark }))).toBe("refused gone-there");
    });

    test("says what kind of no it was, never with the token; doctor tells the way out", {
      timeout: 60_000,
    }, async () => {
      const error = await made(id, "wrong-token-77")
        .create(page("first"), mark)
        .catch((one: unknown) => one);
      expect(error).toMatchObject({ fault: "denied" });
      expect(JSON.stringify(error) + String(error)).not.toContain("wrong-token-77");
      partners.fail(id, {});
      expect(await codeOf(made(id).create(page("first"), mark))).toMatch(/^(unreachable|timeout) /);
      expect(held(id)).not.toContain("first");
      expect(await made(id).check()).toMatchObject([{ ok: true }]);
      expect(await made(id, "wrong-token-77").check()).toMatchObject([
        { ok: false, fix: expect.stringMatching(new RegExp(id.replace("D", "_?D"), "i")) },
      ]);
    });
  },
);

describe("[I9] a git repository", { timeout: 60_000 }, () => {
  test("takes a publication on top of what others pushed meanwhile", async () => {
    // Right before the push somebody else's commit comes in.
    let isFirst = true;
    partners.fail("git", {
      when: ({ path }) => {
        if (path.endsWith("/git-receive-pack") && isFirst) partners.git.commit("other.md", "theirs");
        isFirst &&= !path.endsWith("/git-receive-pack");
        return false;
      },
    });
    partners.git.commit("start.md", "start");
    await made("git").create(contents("first").git, mark);
    expect(partners.git.files()).toContain("other.md");
    expect(partners.git.files()).toContain("a b/incidents/INC-1/README.md");
  });

  test("a folder that is somebody else's is left alone", async () => {
    partners.git.commit("a b/incidents/INC-1/notes.md", "theirs");
    expect(await codeOf(made("git").create(contents("first").git, mark))).toBe("refused taken");
    expect(partners.git.files()).toEqual(["a b/incidents/INC-1/notes.md"]);
  });
});

describe("[I9] a wiki that does not take all", () => {
  test("Confluence: an attachment that is refused is told, and the page stands", async () => {
    partners.fail("confluence", { when: ({ path }) => path.endsWith("/attachment"), answer: { status: 413 } });
    const kept = await made("confluence").create(contents("first").confluence, mark);
    expect(kept.trouble).toMatch(/did not take a b\.png/);
  });

  test("Notion: asked to wait it waits; broken off in the middle it is found and ended", async () => {
    const place = made("notion");
    const isAppend = ({ method, path }: { readonly method: string; readonly path: string }) =>
      method === "PATCH" && path.endsWith("/children");
    partners.fail("notion", { when: isAppend, answer: { status: 429, headers: { "retry-after": "0" } } });
    partners.fail("notion", { when: isAppend });
    expect(await codeOf(place.create(contents("first").notion, mark))).toMatch(/^unreachable/);
    expect(held("notion")).not.toContain("first 249");
    expect(await place.find(contents("first").notion, mark, since)).not.toBeNull();
    expect(held("notion").split("first 249")).toHaveLength(2);
    expect(partners.notion.pages()).toHaveLength(1);
  });
});

describe("[I9] Google Docs", () => {
  const problem = (code: number, reason: string, message: string) => ({
    status: code,
    body: { error: { code, message, errors: [{ reason, message }] } },
  });
  const page = contents("first").googleDocs;
  const messageOf = (work: Promise<unknown>) =>
    work.then(
      () => "done",
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
  const tokensAsked = () => partners.calls.filter(({ request }) => request.path === "/token").length;

  test("asks for a token once, and for a new one where it was taken back; the document keeps its link", async () => {
    const place = made("googleDocs");
    const { key, url, version = null } = await place.create(page, mark);
    expect(tokensAsked()).toBe(1);
    partners.fail("googleDocs", {
      when: ({ method }) => method === "GET",
      answer: problem(401, "authError", "Invalid Credentials"),
    });
    const next = await place.update(key, contents("second").googleDocs, { version, mark });
    expect(tokensAsked()).toBe(2);
    expect(next).toMatchObject({ key, url });
    expect(partners.googleDocs.documents()).toMatchObject([{ text: "second\n", appProperties: { tocsin: mark } }]);
  });

  test.each([
    [problem(403, "storageQuotaExceeded", "Quota exceeded."), "denied 403", /no storage left.*shared drive.*act_as/],
    [problem(404, "notFound", "File not found: X."), "not_found 404", /File not found.*not shared with tocsin@/],
    [problem(403, "userRateLimitExceeded", "Slow down."), "throttled 403", /Slow down/],
    [problem(403, "insufficientFilePermissions", "No rights."), "denied 403", /^Google Docs: No rights\.$/],
  ])("says what kind of no it was, and the way out where one is known: %j", async (answer, code, words) => {
    const isUpload = ({ path }: { readonly path: string }) => path.startsWith("/upload/");
    partners.fail("googleDocs", { when: isUpload, answer, times: 2 });
    expect(await codeOf(made("googleDocs").create(page, mark))).toBe(code);
    expect(await messageOf(made("googleDocs").create(page, mark))).toMatch(words);
  });

  test("sends the document only to where the API itself is", async () => {
    partners.fail("googleDocs", {
      when: ({ path }) => path.startsWith("/upload/"),
      answer: { status: 200, headers: { location: "http://elsewhere.example/upload" } },
    });
    expect(await codeOf(made("googleDocs").create(page, mark))).toBe("refused no-session");
  });

  test("a key that is none is told without showing it", async () => {
    const { googleDocs } = settings("googleDocs");
    const account = { ...googleDocs.account, privateKey: "not-a-key-99" };
    const words = await messageOf(createGoogleDocs({ ...googleDocs, account }).create(page, mark));
    expect(words).toBe("Google Docs: the service account's private key cannot be read");
  });

  test("doctor says of a folder what keeps documents out of it", async () => {
    const folder = (holds: object) =>
      partners.fail("googleDocs", { when: ({ method }) => method === "GET", answer: { status: 200, body: holds } });
    const isFolder = { id: "x", mimeType: "application/vnd.google-apps.folder" };
    folder({ ...isFolder, capabilities: { canAddChildren: false } });
    expect(await made("googleDocs").check()).toMatchObject([{ ok: false, fix: /content manager/ }].map(matching));
    folder({ id: "x", mimeType: "application/pdf" });
    expect(await made("googleDocs").check()).toMatchObject([{ ok: false, found: "it is no folder" }]);
    folder({ ...isFolder, capabilities: { canAddChildren: true } });
    expect(await made("googleDocs").check()).toMatchObject([{ ok: true, found: /no storage/ }].map(matching));
  });
});

/** Patterns in what is expected stand for any text that matches them. */
function matching(one: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(one).map(([key, value]) => [key, value instanceof RegExp ? expect.stringMatching(value) : value]),
  );
}

describe("[I9] images in Notion", () => {
  const { notion } = contents("first");
  const withImage = (content: Uint8Array) => ({
    ...notion,
    blocks: [
      paragraph("before"),
      { file: { ...image, name: "Dash board.PNG", content }, caption: "the board", instead: paragraph("see Slack") },
      paragraph("after"),
    ],
  });
  const kindsOf = () => partners.notion.pages()[0]?.blocks.map(({ type }) => type);

  test("are uploaded once, however often the page is written, and stand where they belong", async () => {
    const place = made("notion");
    const kept = await place.create(withImage(image.content), mark);
    expect(kept.trouble ?? null).toBeNull();
    expect(kindsOf()).toEqual(["paragraph", "paragraph", "image", "paragraph"]);
    expect(held("notion")).not.toContain("see Slack");
    const before = { version: kept.version ?? null, mark };
    await place.update(kept.key, withImage(image.content), before);
    expect(partners.notion.uploads()).toMatchObject([
      { filename: expect.stringMatching(/^Dash-board-[0-9a-f]{32}\.png$/), bytes: 4, expiresAt: null },
    ]);
    await place.update(kept.key, withImage(new Uint8Array([137, 80, 78, 71, 1])), before);
    expect(partners.notion.uploads()).toHaveLength(2);
    expect(kindsOf()).toEqual(["paragraph", "paragraph", "image", "paragraph"]);
  });

  test("one that Notion refuses is linked to, and told in its words; the next edition tries again", async () => {
    const place = made("notion");
    const message = "The file is larger than this workspace allows.";
    partners.fail("notion", {
      when: ({ path }) => path.endsWith("/send"),
      answer: { status: 400, body: { object: "error", code: "validation_error", message } },
    });
    const kept = await place.create(withImage(image.content), mark);
    expect(kept.trouble).toBe(
      "Linked to in Slack, as Notion did not take it: Dash board.PNG (The file is larger than this workspace allows.)",
    );
    expect(held("notion")).toContain("see Slack");
    const next = await place.update(kept.key, withImage(image.content), { version: kept.version ?? null, mark });
    expect(next.trouble ?? null).toBeNull();
    expect(kindsOf()).toContain("image");
  });

  test("an upload that breaks off writes no page; what is there by then is used", async () => {
    const place = made("notion");
    partners.fail("notion", { when: ({ path }) => path.endsWith("/v1/pages"), answer: { status: 503 } });
    expect(await codeOf(place.create(withImage(image.content), mark))).toBe("unreachable 503");
    partners.fail("notion", { when: ({ path }) => path.endsWith("/send") });
    expect(await codeOf(place.create(withImage(new Uint8Array([1])), mark))).toMatch(/^unreachable/);
    expect(partners.notion.pages()).toEqual([]);
    await place.create(withImage(image.content), mark);
    expect(kindsOf()).toContain("image");
  });
});

describe("[I9] the chain of events", () => {
  test("a line that is changed or taken out no longer fits the one after it", () => {
    const { text, head } = chainedLines([{ text: "a" }, { text: "b" }, { text: "c" }]);
    const broken = (lines: readonly string[]) => {
      let before = "0".repeat(64);
      return lines.findIndex((line) => {
        const { event, previous, hash } = JSON.parse(line) as { event: object; previous: string; hash: string };
        const right = createHash("sha256")
          .update(`${before}\n${JSON.stringify(event)}`)
          .digest("hex");
        const fits = previous === before && hash === right;
        before = hash;
        return !fits;
      });
    };
    const lines = text.trim().split("\n");
    expect(broken(lines)).toBe(-1);
    expect(JSON.parse(lines.at(-1) ?? "{}").hash).toBe(head);
    expect(broken(lines.map((line) => line.replace('"b"', '"x"')))).toBe(1);
    expect(broken(lines.toSpliced(1, 1))).toBe(1);
  });
});
