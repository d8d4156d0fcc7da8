import { describe, expect, test } from "vitest";
import { caller, inChannel, nowhere, openDesk, refusal } from "../../support/desk.ts";
import { problems } from "../../support/golden.ts";

const desk = await openDesk();
const ana = caller("U0ANA");

async function newest() {
  const [incident] = await desk.transact((app) => app.incidents.list({ seenBy: "bot", open: null, limit: 1 }));
  if (!incident) throw new Error("There is no incident.");
  return incident;
}

describe("declaring in one line", () => {
  test("records the incident, its timeline and audit, and asks Slack for all of it at once", async () => {
    desk.takeIntents();
    const answer = await desk.types(ana, "/incident declare sev2 API returns 500s", inChannel("C0GENERAL"));
    expect(JSON.stringify(answer)).toContain("API returns 500s");
    const incident = await newest();
    expect(incident).toMatchObject({
      number: 1,
      title: "API returns 500s",
      severity: "SEV2",
      phase: "detected",
      reporterId: "U0ANA",
      source: { kind: "command" },
      nextUpdateAt: new Date("2026-11-22T02:30:00Z"),
      version: 1,
    });
    const intents = desk.takeIntents();
    expect(intents.map((intent) => (intent.kind === "card" ? intent.view : intent.kind))).toEqual([
      "channel",
      "topic",
      "incident.card",
      "incident.announcement",
      "invite",
      "bookmark",
      "bookmark",
      "bookmark",
      "bookmark",
    ]);
    expect(intents.find((intent) => intent.kind === "invite")).toMatchObject({ userIds: ["U0ANA", "@oncall"] });
    const entries = await desk.transact((app) => app.timeline.list(incident.id));
    expect(entries.map(({ kind, text, actorId }) => [kind, text, actorId])).toEqual([
      ["declared", "Declared INC-1 as SEV2", "U0ANA"],
    ]);
    expect(desk.audit.at(-1)).toMatchObject({ actor: "U0ANA", action: "incident.declared", subject: "INC-1" });
    expect(desk.jobs.map((job) => job.name)).toEqual(["remind-update", "clock-ran-out", "remind-lead"]);
  });

  test("works with synonyms and every spelling of the severity", async () => {
    for (const line of ["new sev 1 one", "open critical two", "create severity-1 three", "start Sev-1 four"]) {
      await desk.types(ana, `/incident ${line}`);
      expect(await newest()).toMatchObject({ severity: "SEV1", title: line.split(" ").at(-1) });
    }
  });

  test("numbers have no gaps when a declaration fails", async () => {
    const before = (await newest()).number;
    await refusal(
      desk.submits(ana, "incident.declare", { id: "form" }, { title: "x", severity: "SEV2", affected: ["nowhere"] }),
    );
    await desk.types(ana, "/incident declare sev4 next one");
    expect((await newest()).number).toBe(before + 1);
  });
});

describe("declaring by form", () => {
  test("opens with the severity filled in when only that is known", async () => {
    const answer = await desk.types(ana, "/incident declare sev2", inChannel("C0GENERAL"));
    expect(answer).toHaveProperty("modal");
    expect(JSON.stringify(answer)).toContain('"initial_option":{"text":{"type":"plain_text","text":"SEV2"');
  });

  test("opens with the title filled in when the severity is missing", async () => {
    const answer = await desk.types(ana, "/incident declare API returns 500s");
    expect(JSON.stringify(answer)).toContain('"initial_value":"API returns 500s"');
  });

  test("takes everything that was filled in", async () => {
    await desk.submits(
      ana,
      "incident.declare",
      { id: "form", channel: "C0GENERAL" },
      {
        title: "Checkout is slow",
        severity: "SEV3",
        summary: "Since the deploy.\nOnly cards.",
        affected: ["backend", "agent"],
        commander: "U0BEN",
        private: false,
      },
    );
    expect(await newest()).toMatchObject({
      title: "Checkout is slow",
      summary: "Since the deploy.\nOnly cards.",
      affected: ["backend", "agent"],
      roles: [{ role: "commander", userId: "U0BEN" }],
      source: { kind: "form" },
    });
    expect(desk.jobs.slice(-2).map((job) => job.name)).toEqual(["remind-update", "clock-ran-out"]);
  });

  test.each([
    [{ title: " \u0007 ", severity: "SEV2" }, "title"],
    [{ title: "x", severity: "" }, "severity"],
    [{ title: "x", severity: "SEV2", commander: "U0TOC" }, "commander"],
    [{ title: "x", severity: "SEV2", affected: ["nowhere"] }, "affected"],
  ])("names the field that is wrong: %j", async (values, field) => {
    const said = await refusal(desk.submits(ana, "incident.declare", { id: "form" }, values));
    expect(said.field).toBe(field);
  });

  test("from a message carries text, time and link over, and puts the message on the timeline", async () => {
    const at = {
      ...inChannel("C0ALERTS"),
      message: {
        ts: "1795312800.000100",
        threadTs: null,
        userId: "U0SAM",
        text: "Customers see &lt;500&gt;\nsince 10 min, <!channel> and <@U0BEN>",
        permalink: null,
      },
    };
    const ben = { userId: "U0BEN", name: "Ben Okafor", kind: "member", email: null } as const;
    await desk.transact((app) => app.people.keep(ben));
    const answer = await desk.shortcut(ana, "incident_declare_from_message", at);
    const modal = JSON.stringify(answer);
    expect(modal).toContain('"initial_value":"Customers see <500>"');
    // Nobody is called by what is in the form, and people are named.
    expect(modal).toMatch(/since 10 min, @channel and @Ben Okafor/);
    expect(modal).toContain("since 10 min");
    const about = JSON.parse(JSON.parse(JSON.stringify(answer)).modal.view.private_metadata);
    await desk.submits(ana, "incident.declare", about, {
      title: "Customers see <500>",
      severity: "SEV2",
      summary: "Customers see <500>\nsince 10 min",
    });
    const incident = await newest();
    expect(incident.source).toEqual({
      kind: "message",
      permalink: "https://waooaw.slack.com/archives/C0ALERTS/p1795312800000100",
      text: "Customers see <500>\nsince 10 min",
    });
    expect(desk.jobs.at(-1)).toMatchObject({
      name: "capture-message",
      data: { channelId: "C0ALERTS", ts: "1795312800.000100", through: "shortcut", incidentId: incident.id },
    });
  });
});

describe("a private incident", () => {
  test("is not announced, calls nobody by severity, and exists for its members only", async () => {
    desk.takeIntents();
    await desk.submits(
      ana,
      "incident.declare",
      { id: "form" },
      { title: "Leaked key", severity: "SEV1", private: true, commander: "U0EVA" },
    );
    const intents = desk.takeIntents();
    expect(intents.some((intent) => intent.kind === "card" && intent.view === "incident.announcement")).toBe(false);
    expect(intents.find((intent) => intent.kind === "invite")).toMatchObject({ userIds: ["U0ANA", "U0EVA"] });
    const { number, id } = await newest();
    const ben = caller("U0BEN");
    for (const line of [
      `status INC-${number}`,
      `resolve INC-${number}`,
      `timeline INC-${number}`,
      `join INC-${number}`,
    ]) {
      expect((await refusal(desk.types(ben, `/incident ${line}`))).code).toBe("unknown_incident");
    }
    expect((await refusal(desk.presses(ben, "incident.join", { id }))).code).toBe("unknown_incident");
    expect(JSON.stringify(await desk.types(ben, "/incident list"))).not.toContain("Leaked key");
    expect(JSON.stringify(await desk.types(caller("U0EVA"), "/incident list"))).toContain("Leaked key");
    expect(JSON.stringify(await desk.draws("home", "U0BEN"))).not.toContain("Leaked key");
    expect(await desk.draws("incident.announcement", id)).toBeNull();
  });
});

describe("bad input", () => {
  test.each(["guest", "outsider", "deleted", "bot", "unknown"] as const)("a %s is refused", async (kind) => {
    const said = await refusal(desk.types(caller("U0GUS", { kind }), "/incident declare sev2 x"));
    expect(said.code).toBe("not_allowed");
  });

  test.each([
    ["5,000 characters", "x".repeat(5000)],
    ["emoji", "🔥".repeat(500)],
    ["mrkdwn and calls", "*bold* _it_ `code` <!channel> <https://evil.example|click> :boom:"],
    ["right to left", "תקלה חמורה בשרת"],
    ["ampersands", "a & b &amp; c < d > e"],
  ])("a title with %s is kept whole and shown inert", async (_, title) => {
    await desk.submits(ana, "incident.declare", { id: "form" }, { title, severity: "SEV4" });
    const incident = await newest();
    expect(incident.title).toBe(title);
    for (const view of ["incident.card", "incident.announcement"]) {
      const drawn = await desk.draws(view, incident.id);
      if (!drawn || !("reply" in drawn)) throw new Error("Nothing was drawn.");
      expect(problems(drawn.reply)).toEqual([]);
      const mrkdwn = JSON.stringify(drawn.reply.blocks.filter((block) => block.type !== "header"));
      expect(mrkdwn).not.toContain("<!channel>");
      expect(mrkdwn).not.toContain("<https://evil");
    }
  });

  test("a severity that does not exist is refused with those that do", async () => {
    const said = await refusal(desk.types(ana, "/incident declare sev9 API is down", nowhere));
    expect(said.code).toBe("unknown_severity");
    expect(said.next).toContain("SEV1");
  });
});

test("two declarations at once get two numbers", async () => {
  const before = (await newest()).number;
  await Promise.all([1, 2, 3, 4].map((n) => desk.types(ana, `/incident declare sev4 at once ${n}`)));
  const incidents = await desk.transact((app) => app.incidents.list({ seenBy: "bot", open: null, limit: 4 }));
  expect(incidents.map((incident) => incident.number)).toEqual([before + 4, before + 3, before + 2, before + 1]);
});
