import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { TicketContent, TrackerId } from "../../src/domain/ticket/tracker.ts";
import { ProviderError } from "../../src/errors.ts";
import { createGitHub } from "../../src/providers/github/github.ts";
import { createJira } from "../../src/providers/jira/jira.ts";
import { startClock } from "../../src/sandbox/clock.ts";
import { type Partners, startPartners } from "../../src/sandbox/partners/index.ts";

let partners: Partners;
beforeEach(async () => {
  partners = await startPartners({ clock: startClock(() => Date.UTC(2026, 0, 7, 12)) });
});
afterEach(() => partners.stop());

const made = {
  github: (token?: string) => {
    const { github } = partners.integrations({ pagerduty: null, github: null, jira: null, statuspage: null });
    return createGitHub({
      ...github,
      privateRepository: partners.github.privateRepository,
      ...(token ? { token } : {}),
    });
  },
  jira: (token?: string) => {
    const { jira } = partners.integrations({ pagerduty: null, github: null, jira: null, statuspage: null });
    return createJira({ ...jira, privateProject: partners.jira.privateProject, ...(token ? { token } : {}) });
  },
};
const known = { github: "ana-ruiz", jira: "712020:ana" };
const usual = { isPrivate: false };
const since = new Date("2026-01-07T11:59:00Z");

function ticket(changes: Partial<TicketContent> = {}): TicketContent {
  return {
    title: `Alarm on queue length ${"x".repeat(300)}`,
    lines: ["Action item of INC-1", "- no list, @nobody, *plain* <b>"],
    links: [{ title: "The message", url: "https://waooaw.slack.com/archives/C1/p1" }],
    dueOn: "2026-02-01",
    assignee: null,
    isPrivate: false,
    done: false,
    ...changes,
  };
}

async function faultOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "none",
    (error: unknown) => (error instanceof ProviderError ? error.fault : String(error)),
  );
}

describe.each(["github", "jira"] as const)("[I10] the tracker contract: %s", (id: TrackerId) => {
  test("a ticket that was made is found by its mark, and no other is", async () => {
    const tracker = made[id]();
    expect(await tracker.find(usual, "tocsin-1", since)).toBeNull();
    const kept = await tracker.create(ticket({ assignee: known[id] }), "tocsin-1");
    await tracker.create(ticket(), "tocsin-2");
    expect(kept.trouble ?? null).toBeNull();
    expect(await tracker.find(usual, "tocsin-1", since)).toMatchObject({ key: kept.key, url: kept.url });
    expect(await tracker.find(usual, "tocsin-3", since)).toBeNull();
  });

  test("is open until a person closes it, and tells who and when", async () => {
    const tracker = made[id]();
    const { key } = await tracker.create(ticket(), "tocsin-1");
    expect(await tracker.look(key)).toEqual({ done: false, by: null, at: null });
    if (id === "github") partners.github.close(1, "ben-okafor");
    else partners.jira.close(key, "712020:ben");
    const by = id === "github" ? { id: "ben-okafor", name: "ben-okafor" } : { id: "712020:ben", name: "Ben Okafor" };
    expect(await tracker.look(key)).toEqual({ done: true, by, at: new Date("2026-01-07T12:00:00Z") });
    expect(await tracker.look(key.replace("1", "99"))).toBeNull();
  });

  test("is changed, closed and opened again by an update, however often it is repeated", async () => {
    const tracker = made[id]();
    const { key } = await tracker.create(ticket(), "tocsin-1");
    const over = ticket({ title: "Over", lines: ["All is well"], links: [], done: true });
    for (const _ of [1, 2]) {
      expect((await tracker.update(key, over, "tocsin-1")).trouble ?? null).toBeNull();
      expect(await tracker.look(key)).toMatchObject({ done: true });
    }
    const stands = () =>
      id === "github"
        ? { title: partners.github.issues()[0]?.title, text: partners.github.issues()[0]?.body }
        : {
            title: partners.jira.issues()[0]?.fields.summary,
            text: JSON.stringify(partners.jira.issues()[0]?.fields.description),
          };
    expect(stands()).toMatchObject({ title: "Over", text: expect.stringContaining("All is well") });
    await tracker.update(key, ticket({ title: "Again" }), "tocsin-1");
    expect(await tracker.look(key)).toEqual({ done: false, by: null, at: null });
    expect(stands()).toMatchObject({ title: "Again" });
    expect(await tracker.find(usual, "tocsin-1", since)).toMatchObject({ key });
    const gone = tracker.update(key.replace(/1$/, "99"), over, "tocsin-1");
    await expect(gone).rejects.toMatchObject({ code: "gone-there" });
  });

  test("what is private goes to its own place and is looked for nowhere else", async () => {
    const tracker = made[id]();
    const { key } = await tracker.create(ticket({ isPrivate: true }), "tocsin-1");
    expect(key).toBe({ github: "waooaw/security#1", jira: "SEC-1" }[id]);
    expect(await tracker.find({ isPrivate: true }, "tocsin-1", since)).toMatchObject({ key });
    expect(await tracker.find(usual, "tocsin-1", since)).toBeNull();
    expect(partners[id].issues()).toEqual([]);
    await tracker.update(key, ticket({ isPrivate: true, done: true }), "tocsin-1");
    expect(await tracker.look(key)).toMatchObject({ done: true });
  });

  test("an owner it does not take is left out, and that is said", async () => {
    const kept = await made[id]().create(ticket({ assignee: "nobody" }), "tocsin-1");
    expect(kept.key).toMatch(/1$/);
    expect(kept.trouble).toMatch(/nobody/);
  });

  test("says what kind of no it was, in its own words and never with the token", async () => {
    expect(await faultOf(made[id]("wrong-token").create(ticket(), "m"))).toBe("denied");
    expect(await faultOf(made[id]().create(ticket({ title: " " }), "m"))).toBe("refused");
    partners.fail(id, { answer: { status: 429, headers: { "retry-after": "90" } } });
    const slow = await made[id]()
      .find(usual, "m", since)
      .catch((error: unknown) => error);
    expect(slow).toMatchObject({ fault: "throttled", retryAfterSeconds: 90 });
    partners.fail(id, {});
    expect(await faultOf(made[id]().look("OPS-1"))).toBe("unreachable");
    const denied = await made[id]("wrong-token")
      .look("waooaw/platform#1")
      .catch((error: unknown) => error);
    expect(JSON.stringify([denied, String(denied)])).not.toContain("wrong-token");
  });
});

describe("[I10] GitHub alone", () => {
  test("what people wrote calls nobody there and is no markup", async () => {
    await made.github().create(ticket(), "tocsin-1");
    const [issue] = partners.github.issues();
    expect(issue?.title).toHaveLength(250);
    expect(issue?.body).toBe(
      "Action item of INC-1\n\n\\- no list, @\u200bnobody, \\*plain\\* \\<b\\>\n\n[The message](https://waooaw.slack.com/archives/C1/p1)\n\n<!-- tocsin-1 -->",
    );
  });

  test("its limit of requests is told by a header, with the status of a refusal", async () => {
    partners.fail("github", { answer: { status: 403, headers: { "x-ratelimit-remaining": "0" }, body: {} } });
    expect(await faultOf(made.github().look("waooaw/platform#1"))).toBe("throttled");
  });
});

describe("doctor's look at a tracker", () => {
  test("finds both places in order", async () => {
    expect(await made.github().check()).toMatchObject([
      { what: "GitHub, waooaw/platform", ok: true },
      { what: "GitHub, waooaw/security for what is private", ok: true },
    ]);
    expect(await made.jira().check()).toMatchObject([
      { what: "Jira, project OPS", ok: true },
      { what: "Jira, project SEC for what is private", ok: true },
    ]);
  });

  test("tells a place for what is private that everybody can read, or that takes no issues", async () => {
    const { github } = partners.integrations({ pagerduty: null, github: null, jira: null, statuspage: null });
    const open = createGitHub({ ...github, privateRepository: partners.github.repository });
    expect((await open.check())[1]).toMatchObject({ ok: false, found: "everybody can read it" });
    partners.fail("github", { answer: { status: 200, body: { private: false, has_issues: false } } });
    expect((await createGitHub({ ...github, privateRepository: null }).check())[0]).toMatchObject({
      ok: false,
      found: "it takes no issues",
    });
  });

  test("tells a project that is not there, a right that is missing, and a token that is wrong", async () => {
    const { jira } = partners.integrations({ pagerduty: null, github: null, jira: null, statuspage: null });
    const lost = await createJira({ ...jira, privateProject: "NONE" }).check();
    expect(lost[1]).toMatchObject({ ok: false, fix: expect.stringContaining("NONE as private_project") });
    const permissions = { CREATE_ISSUES: { havePermission: true }, EDIT_ISSUES: { havePermission: false } };
    partners.fail("jira", { answer: { status: 200, body: { permissions } } });
    expect((await createJira({ ...jira, privateProject: null }).check())[0]).toMatchObject({
      ok: false,
      found: "missing EDIT_ISSUES, TRANSITION_ISSUES",
    });
    for (const result of [...(await made.jira("wrong").check()), ...(await made.github("wrong").check())])
      expect(result).toMatchObject({ ok: false });
  });
});
