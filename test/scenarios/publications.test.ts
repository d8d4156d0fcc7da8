import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Scenario } from "../support/scenario.ts";
import { startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";

const example = readFileSync(new URL("../../examples/waooaw/tocsin.yaml", import.meta.url), "utf8");
const key = JSON.stringify({ client_email: "t@x.example", private_key: ["BEGIN PRIVATE", "KEY-----"].join(" ") });
const made = (privately = false) => `
integrations:
  confluence: { url: https://waooaw.atlassian.net, email: t@waooaw.example, token: made-up, space: OPS, private: ${privately} }
  notion: { token: made-up, parent: 0123456789abcdef0123456789abcdef }
  google_docs: { key: '${key}', folder: 1AbCdEfGhIjK }
  git: { url: https://git.waooaw.example/post-mortems.git, token: made-up, folder: incidents }
`;
const configuration = `${example}${made()}`;
const card = /Post-mortem of INC-1[\s\S]*\*State\*/;
const picture = Buffer.from("GIF89a\u0010\0\u0010\0");
const secret = ["AKIA", "ABCDEFGHIJKLMNOP"].join("");

/** Where the post-mortem stands in each place, as the checklist says. */
const held = (story: Scenario) => ({
  confluence: story.partners.confluence.pages(),
  notion: story.partners.notion.pages().filter(({ inTrash }) => !inTrash),
  googleDocs: story.partners.googleDocs.documents().filter(({ trashed }) => !trashed),
  git: story.partners.git.files(),
});

describe("[I9] a published post-mortem outside Slack", { timeout: 180_000 }, () => {
  test("is kept in Confluence, Notion, Google Docs and a git repository, made once though answers are lost", async () => {
    const story = await startScenario({ configuration });
    const { confluence, notion, googleDocs, git } = story.partners;
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const channel = await declared(story, ana, "sev2 Orders <b>fail</b> & time out");
    await ben.shares(channel, { name: "graph.gif", bytes: picture }, "the graph");
    await ben.types(channel, `/incident note the *cache* was cold, key ${secret} leaked ]]> &nbsp;`);
    await ana.types(channel, "/incident resolve");
    await ana.types(channel, "/incident postmortem");
    expect(held(story)).toEqual({ confluence: [], notion: [], googleDocs: [], git: [] });

    const isWrite = ({ method }: { readonly method: string }) => method === "POST";
    story.partners.fail("confluence", { performed: true, when: isWrite });
    story.partners.fail("notion", { performed: true, when: ({ path }) => path === "/v1/pages" });
    story.partners.fail("googleDocs", { performed: true, when: ({ method }) => method === "PUT" });
    story.partners.fail("git", { performed: true, when: ({ path }) => path.endsWith("/git-receive-pack") });
    await ana.clicks("Publish", { channel, reading: card });
    await story.settled();
    await story.advance("3m");
    await ana.sees(channel, /\*Confluence\*: <http[^>]*\|open it>, edition 1/);
    await ana.sees(channel, /\*Notion\*: <https:\/\/www.notion.so\/[^>]*>, edition 1/);
    await ana.sees(channel, /\*Google Docs\*: <https:\/\/docs.google.com\/document\/d\/[^>]*>, edition 1/);
    await ana.sees(channel, /\*Git\*: incidents\/INC-1, edition 1/);

    const [page, ...pages] = confluence.pages();
    expect(pages).toEqual([]);
    expect(page?.title).toBe("INC-1: Orders <b>fail</b> & time out");
    expect(page?.body).toContain("Orders");
    expect(page?.body).toContain("<h2>");
    const [note, ...notes] = notion.pages();
    expect(notes).toEqual([]);
    expect(JSON.stringify(note?.blocks)).toContain('"bold":true');
    expect(note?.blocks.filter(({ type }) => type === "image")).toHaveLength(1);
    const [written, ...others] = googleDocs.documents();
    expect(others).toEqual([]);
    expect(written?.title).toBe("INC-1: Orders <b>fail</b> & time out");
    expect(written?.text).toContain("[picture graph.gif]");
    expect(git.files().filter((path) => !path.includes("images/"))).toEqual([
      "incidents/INC-1/README.md",
      "incidents/INC-1/SHA256SUMS",
      "incidents/INC-1/events.jsonl",
      "incidents/INC-1/post-mortem.json",
      "incidents/INC-1/tocsin.json",
    ]);
    expect(git.commits()).toHaveLength(1);
    const whole = [page?.body, JSON.stringify(note), written?.text, ...git.files().map((path) => git.file(path))].join(
      "\n",
    );
    expect(whole).toContain("cold");
    expect(whole).not.toContain(secret);
    for (const line of (git.file("incidents/INC-1/SHA256SUMS") ?? "").trim().split("\n")) {
      const [sum, name] = line.split("  ");
      expect(
        createHash("sha256")
          .update(git.file(`incidents/INC-1/${name}`) ?? "")
          .digest("hex"),
      ).toBe(sum);
    }

    // The next edition is the same page, the same page and one commit more.
    await ana.clicks("Write Root cause", { channel, reading: card });
    expect(await ana.submits({ "Root cause": "The pool was too small." })).toEqual({});
    await ana.clicks("Publish again", { channel, reading: card });
    await story.settled();
    await ana.sees(channel, /\*Git\*: incidents\/INC-1, edition 2/);
    expect(confluence.pages()).toHaveLength(1);
    expect(confluence.pages()[0]?.body).toContain("The pool was too small.");
    expect(held(story).notion).toHaveLength(1);
    expect(googleDocs.documents()).toHaveLength(1);
    expect(googleDocs.documents()[0]?.text).toContain("The pool was too small.");
    expect(JSON.stringify(notion.pages()[0]?.blocks)).toContain("The pool was too small.");
    expect(notion.pages()[0]?.blocks.filter(({ type }) => type === "image")).toHaveLength(1);
    expect(notion.uploads()).toHaveLength(1);
    expect(git.commits()).toHaveLength(2);
    expect(git.file("incidents/INC-1/README.md")).toContain("The pool was too small.");
  });

  test("what people changed there is not written over before somebody says so, and what is gone is made anew", async () => {
    const story = await startScenario({ configuration });
    const { confluence, notion, googleDocs, git } = story.partners;
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana, "sev2 Orders fail");
    await ana.types(channel, "/incident resolve");
    await ana.types(channel, "/incident postmortem");
    await ana.clicks("Publish", { channel, reading: card });
    await story.settled();
    const id = confluence.pages()[0]?.id ?? "";
    confluence.edit(id, "<p>Ben knows better.</p>");
    notion.edit(notion.pages()[0]?.id ?? "", "Ben knows better.");
    googleDocs.edit(googleDocs.documents()[0]?.id ?? "", "Ben knows better.");
    git.commit("incidents/INC-1/README.md", "Ben knows better.\n");
    git.commit("other.md", "Somebody's own.\n");
    await ana.clicks("Publish again", { channel, reading: card });
    await story.settled();
    await ana.sees(channel, /\*Confluence\*: :warning: Confluence: people changed the page there/);
    await ana.sees(channel, /\*Notion\*: :warning: Notion: people changed the page there/);
    await ana.sees(channel, /\*Google Docs\*: :warning: Google Docs: people changed the document there/);
    await ana.sees(channel, /\*Git\*: :warning: Git: people changed files of the folder there/);
    expect(confluence.pages()[0]?.body).toBe("<p>Ben knows better.</p>");
    expect(JSON.stringify(notion.pages()[0]?.blocks)).toContain("Ben knows better.");
    expect(git.file("incidents/INC-1/README.md")).toBe("Ben knows better.\n");
    // Nothing of that kept it from being published in Slack.
    await ana.sees(channel, /Post-mortem of INC-1, edition 2/);

    for (const title of ["Confluence", "Notion", "Google Docs", "Git"]) {
      await ana.clicks(`Write over it: ${title}`, { channel, reading: card });
      await story.settled();
    }
    await ana.sees(channel, /\*Git\*: incidents\/INC-1, edition 2/);
    await ana.sees(channel, /\*Notion\*: <[^>]*>, edition 2/);
    expect(confluence.pages()[0]?.versions.map(({ body }) => body)).toContain("<p>Ben knows better.</p>");
    expect(confluence.pages()[0]?.body).not.toContain("Ben knows better");
    expect(git.file("incidents/INC-1/README.md")).not.toContain("Ben knows");
    expect(git.file("other.md")).toBe("Somebody's own.\n");

    confluence.remove(id);
    expect(googleDocs.documents()[0]?.text).not.toContain("Ben knows better");
    googleDocs.remove(googleDocs.documents()[0]?.id ?? "");
    notion.remove(notion.pages()[0]?.id ?? "");
    await ana.clicks("Publish again", { channel, reading: card });
    await story.settled();
    await ana.sees(channel, /\*Confluence\*: :warning: Confluence: the page was taken away there/);
    for (const title of ["Confluence", "Notion", "Google Docs"]) {
      await ana.clicks(`Make it anew: ${title}`, { channel, reading: card });
      await story.settled();
    }
    await ana.sees(channel, /\*Notion\*: <[^>]*>, edition 3/);
    await ana.sees(channel, /\*Google Docs\*: <[^>]*>, edition 3/);
    const { notion: pages, googleDocs: documents } = held(story);
    expect([confluence.pages().length, pages.length, documents.length]).toEqual([1, 1, 1]);
  });

  test("what one place refuses is said with the way on, and keeps the others from nothing", async () => {
    const story = await startScenario({ configuration });
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana, "sev3 Reports are late");
    await ana.types(channel, "/incident resolve");
    await ana.types(channel, "/incident postmortem");
    story.partners.fail("confluence", { answer: { status: 401, body: { message: "Not authenticated" } } });
    story.partners.fail("notion", { answer: { status: 503 }, times: 2 });
    await ana.clicks("Publish", { channel, reading: card });
    await story.settled();
    await ana.sees(channel, /\*Confluence\*: :warning: Confluence: Not authenticated/);
    await ana.sees(channel, /\*Notion\*: edition 1 is on its way/);
    await ana.sees(channel, /\*Git\*: incidents\/INC-1, edition 1/);
    await ana.clicks("Try again: Confluence", { channel, reading: card });
    await story.settled();
    await story.advance("5m");
    await ana.sees(channel, /\*Confluence\*: <[^>]*>, edition 1/);
    await ana.sees(channel, /\*Notion\*: <[^>]*>, edition 1/);
  });

  test("of private incidents and of drills nothing leaves, but for where the configuration says so", async () => {
    const story = await startScenario({ configuration: `${example}${made(true)}` });
    const ana = story.person("U0ANA");
    await ana.types("#general", "/incident drill sev3 Zebrafish");
    const drill = await ana.seesChannel(/zebrafish/);
    await story.settled();
    await ana.types(drill, "/incident resolve");
    await ana.types(drill, "/incident postmortem");
    await ana.clicks("Publish", { channel: drill, reading: card });
    const hidden = await declared(story, ana, "sev3 Quokka leak --private");
    await ana.types(hidden, "/incident resolve");
    await ana.types(hidden, "/incident postmortem");
    await ana.clicks("Publish", { channel: hidden, reading: /Post-mortem of INC-2[\s\S]*\*State\*/ });
    await story.settled();
    expect(story.partners.confluence.pages().map(({ title }) => title)).toEqual(["INC-2: Quokka leak"]);
    expect(held(story)).toMatchObject({ notion: [], googleDocs: [], git: [] });
    await ana.sees(hidden, /\*Confluence\*: [\s\S]*The incident is private: who can read there can read it\./);
  });
});
