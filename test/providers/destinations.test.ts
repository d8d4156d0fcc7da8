import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Destination, DestinationContents, DestinationId } from "../../src/domain/postmortem/elsewhere.ts";
import { chainedLines } from "../../src/domain/postmortem/event-chain.ts";
import { ProviderError } from "../../src/errors.ts";
import { createConfluence } from "../../src/providers/confluence/confluence.ts";
import { createGit } from "../../src/providers/git/git.ts";
import { createNotion } from "../../src/providers/notion/notion.ts";
import { startClock } from "../../src/sandbox/clock.ts";
import { type Partners, startPartners } from "../../src/sandbox/partners/index.ts";

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
  git: {
    folder: "INC-1",
    message: `Edition ${edition}`,
    files: [{ name: "README.md", mimetype: "text/markdown", content: bytes(`# ${text}\n`) }, image],
  },
});

function settings(id: DestinationId, token?: string) {
  const { confluence, notion, git } = partners.integrations({
    pagerduty: null,
    github: null,
    jira: null,
    statuspage: null,
    confluence: { private: false },
    notion: { private: false },
    git: { branch: "main", folder: "a b/incidents", author: { name: "T", email: "t@x.example" }, private: false },
  });
  if (!confluence || !notion || !git) throw new Error("A stand-in is missing");
  const all = { confluence, notion, git };
  return { ...all, [id]: { ...all[id], ...(token ? { token } : {}) } };
}

const made = (id: DestinationId, token?: string) => {
  const all = settings(id, token);
  const one = {
    confluence: createConfluence(all.confluence),
    notion: createNotion(all.notion),
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
      git: () => partners.git.commit("a b/incidents/INC-1/theirs.md", "theirs"),
    })[id](),
  remove: (id: DestinationId) =>
    ({
      confluence: () => partners.confluence.remove(partners.confluence.pages()[0]?.id ?? ""),
      notion: () => partners.notion.remove(partners.notion.pages()[0]?.id ?? ""),
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

describe.each(["confluence", "notion", "git"] as const)("[I9] the contract of a place for post-mortems: %s", (id) => {
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
    if (id !== "notion") expect(held(id)).toContain("a b.png");
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

  test("says what kind of no it was, never with the token; doctor tells the way out", { timeout: 60_000 }, async () => {
    const error = await made(id, "wrong-token-77")
      .create(page("first"), mark)
      .catch((one: unknown) => one);
    expect(error).toMatchObject({ fault: "denied" });
    expect(JSON.stringify(error) + String(error)).not.toContain("wrong-token-77");
    partners.fail(id, {});
    expect(await codeOf(made(id).create(page("first"), mark))).toMatch(/^(unreachable|timeout) /);
    expect(held(id)).not.toContain("first");
    expect(await made(id).check()).toMatchObject([{ ok: true }]);
    expect(await made(id, "wrong-token-77").check()).toMatchObject([{ ok: false, fix: expect.stringContaining(id) }]);
  });
});

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
