import { describe, expect, test } from "vitest";
import { commands } from "../../../commands/index.ts";
import { postmortemFacts } from "../../../src/domain/postmortem/facts.ts";
import { Refusal } from "../../../src/errors.ts";
import { postmortemMarkdown } from "../../../templates/postmortem/document.ts";
import { caller, inChannel, openDesk, refusal } from "../../support/desk.ts";
import { sampleEntry, sampleItem } from "../../templates/incident/facts.ts";

const desk = await openDesk();
const [ana, ben, chi, eva] = [caller("U0ANA"), caller("U0BEN"), caller("U0CHI"), caller("U0EVA", { kind: "admin" })];

/** A private incident with something in every corner of it, each carrying a word nobody else may read. */
async function hidden() {
  await desk.types(ana, "/incident declare sev1 Zebrafish token leaked --type security");
  const incident = await desk.transact(async (app) => {
    const [one] = await app.incidents.list({ seenBy: "bot", open: true, limit: 1 });
    if (!one) throw new Error("Nothing was declared.");
    const changed = await app.incidents.update(one, { channelId: `CP${one.number}`, channelName: "inc-zebrafish" });
    await app.actionItems.insert(
      sampleItem({ id: `item-${one.id}`, incidentId: one.id, title: "Zebrafish", ownerId: "U0BEN" }),
    );
    return changed;
  });
  const entry = await desk.transact((app) =>
    app.timeline.add({ ...sampleEntry(), kind: "note", incidentId: incident.id, text: "Zebrafish note" }),
  );
  await desk.types(ana, "/incident resolve zebrafish keys rotated", inChannel(incident.channelId ?? ""));
  const postmortem = await desk.transact((app) => app.postmortems.byIncident(incident.id));
  desk.takeIntents();
  return { incident, entry, postmortem };
}

/** Everything recorded of it that an outsider must not be able to move. */
async function state(id: string) {
  return desk.transact(async (app) => ({
    incident: await app.incidents.byId(id),
    members: await app.incidents.members(id),
    followers: await app.followers.list(id),
    ticks: await app.securitySteps.ticks(id),
    timeline: await app.timeline.list(id, { hidden: true }),
    items: await app.actionItems.list({ incidentId: id }),
    postmortem: await app.postmortems.byIncident(id),
  }));
}

const secrets = /zebrafish/i;

/** What the person gets to read: an answer, or a refusal with what to do next. */
async function read(asked: Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify((await asked) ?? "nothing");
  } catch (error) {
    if (error instanceof Refusal) return `${error.code} ${error.message} ${error.next}`;
    throw error;
  }
}

describe("[I2, I12] a private incident, looked for by somebody without access", () => {
  test("no command of any kind tells it apart from one that does not exist", async () => {
    const { incident } = await hidden();
    const before = await state(incident.id);
    const words = ["", " @ben", " hello", " sev2", " scribe @ben", " add @ben", " remove @ana", " 2"];
    let asked = 0;
    for (const { name } of commands.filter((one) => one.name.startsWith("/incident"))) {
      for (const more of words) {
        const said = await read(desk.types(ben, `${name} INC-${incident.number}${more}`));
        const absent = await read(desk.types(ben, `${name} INC-99999${more}`));
        expect(said.replaceAll(`INC-${incident.number}`, "INC-n"), `${name}${more}`).toBe(
          absent.replaceAll("INC-99999", "INC-n"),
        );
        expect(said, `${name}${more}`).not.toMatch(secrets);
        // Without a number it is not among what can be picked, and its channel's id helps nobody.
        expect(await read(desk.types(ben, `${name}${more}`)), name).not.toMatch(secrets);
        expect(await read(desk.types(ben, `${name}${more}`, inChannel(incident.channelId ?? ""))), name).not.toMatch(
          secrets,
        );
        asked += 1;
      }
    }
    expect(asked).toBeGreaterThan(150);
    expect(await state(incident.id)).toEqual(before);
  });

  test("no button and no form takes a value that was kept from somewhere", async () => {
    const { incident, entry, postmortem } = await hidden();
    const before = await state(incident.id);
    const ids = [
      incident.id,
      `${incident.id}/contain-access`,
      `${incident.id}/U0ANA`,
      `${incident.id}/1`,
      `${incident.id}:commander`,
      entry.id,
      `${entry.id}/1`,
      `item-${incident.id}`,
      postmortem?.id ?? "",
      `${postmortem?.id}/summary`,
      `${postmortem?.id}:summary`,
    ];
    const doors = commands.filter((one) => one.name.startsWith("/incident"));
    const tried: string[] = [];
    const values = {
      incident: incident.id,
      title: "x",
      message: "x",
      note: "x",
      text: "x",
      summary: "x",
      role: "scribe",
      person: "U0BEN",
      severity: "SEV4",
      status: "investigating",
      owner: "U0BEN",
    };
    for (const id of ids) {
      const channel = incident.channelId ?? "";
      for (const about of [{ id }, { id, version: 1, channel }, { id: "pick", channel }]) {
        for (const action of doors.flatMap((one) => Object.keys(one.buttons ?? {}))) {
          expect(await read(desk.presses(ben, action, about)), `${action} ${id}`).not.toMatch(secrets);
          tried.push(action);
        }
        for (const form of doors.flatMap((one) => Object.keys(one.forms ?? {}))) {
          if (form === "incident.declare") continue;
          expect(await read(desk.submits(ben, form, about, values)), `${form} ${id}`).not.toMatch(secrets);
          tried.push(form);
        }
      }
    }
    expect(new Set(tried).size).toBeGreaterThan(30);
    expect(await state(incident.id)).toEqual(before);
    // Nothing was sent anywhere either, but what the person may always have: their own App Home.
    expect(desk.takeIntents().filter((intent) => intent.kind !== "home")).toEqual([]);
  });

  test("a stale button is refused in the words for an incident that never was", async () => {
    const { incident } = await hidden();
    for (const action of ["incident.status", "incident.subscribe", "incident.access", "incident.resolve"]) {
      const said = await refusal(desk.presses(ben, action, { id: incident.id, version: 1 }));
      const absent = await refusal(desk.presses(ben, action, { id: "no-such-incident", version: 1 }));
      expect([said.code, said.message, said.next], action).toEqual([absent.code, absent.message, absent.next]);
      expect(said.code).toBe("unknown_incident");
    }
  });

  test("App Home, lists and whatever is drawn for all say nothing of it, not even to who owns an action item", async () => {
    const { incident } = await hidden();
    expect(JSON.stringify(await desk.draws("home", "U0BEN"))).not.toMatch(secrets);
    for (const line of ["list", "list all", "list resolved", "list sev1"]) {
      expect(await read(desk.types(ben, `/incident ${line}`)), line).not.toMatch(secrets);
    }
    expect(await desk.draws("incident.announcement", incident.id)).toBeNull();
    expect(await read(desk.types(ana, "/incident list all"))).toMatch(secrets);
  });

  test("who has access and looks is in the audit log, with what they looked at", async () => {
    const { incident } = await hidden();
    const name = `INC-${incident.number}`;
    desk.audit.length = 0;
    await desk.types(ana, `/incident status ${name}`);
    await desk.types(ana, `/incident timeline ${name}`);
    await desk.types(ana, `/incident edit ${name}`);
    await desk.types(ana, `/incident access ${name}`);
    await desk.presses(ana, "incident.status", { id: incident.id });
    const looks = desk.audit.filter((one) => one.action === "incident.looked-at");
    expect(looks.map((one) => [one.actor, one.subject, (one.details as { what: string }).what])).toEqual([
      ["U0ANA", name, "card"],
      ["U0ANA", name, "timeline"],
      ["U0ANA", name, "details"],
      ["U0ANA", name, "access list"],
      ["U0ANA", name, "card"],
    ]);
  });
});

describe("[I2] access to a private incident", () => {
  test("is given, listed and taken away by who has it", async () => {
    const { incident } = await hidden();
    const name = `INC-${incident.number}`;
    await desk.types(ana, `/incident access ${name} add @ben`);
    expect(desk.takeIntents()).toContainEqual({ kind: "invite", incident: incident.id, userIds: ["U0BEN"] });
    expect(await read(desk.types(ben, `/incident status ${name}`))).toMatch(secrets);
    expect(await read(desk.types(ben, `/incident access ${name}`))).toContain("<@U0BEN> · was brought in");
    expect((await refusal(desk.types(ana, `/incident access ${name} add @ben`))).code).toBe("already_done");
    await desk.types(ben, `/incident subscribe ${name}`);
    await desk.presses(ana, "incident.access.remove", { id: `${incident.id}/U0BEN` });
    expect(desk.takeIntents()).toContainEqual({ kind: "remove", incident: incident.id, userId: "U0BEN" });
    expect((await refusal(desk.types(ben, `/incident status ${name}`))).code).toBe("unknown_incident");
    expect(await desk.transact((app) => app.followers.list(incident.id))).toEqual([]);
    expect((await refusal(desk.types(ana, `/incident access ${name} remove @ben`))).code).toBe("already_done");
  });

  test("stays with who declared it and who holds a role", async () => {
    const { incident } = await hidden();
    const name = `INC-${incident.number}`;
    await desk.types(ana, `/incident reopen ${name}`);
    await desk.types(ana, `/incident role ${name} scribe @chi`);
    expect((await refusal(desk.types(chi, `/incident access ${name} remove @ana`))).message).toContain("declared it");
    expect((await refusal(desk.types(ana, `/incident access ${name} remove @chi`))).next).toContain(
      "/incident role scribe",
    );
    expect((await refusal(desk.types(chi, `/incident leave ${name}`))).message).toContain("You are scribe");
  });

  test("is not a matter of ordinary incidents, and hiding one takes somebody who answers for it", async () => {
    await desk.types(ana, "/incident declare sev2 Open to all");
    const [incident] = await desk.transact((app) => app.incidents.list({ seenBy: "anyone", open: true, limit: 1 }));
    const id = incident?.id ?? "";
    const name = `INC-${incident?.number}`;
    expect((await refusal(desk.types(ben, `/incident access ${name}`))).next).toContain("/incident private");
    expect((await refusal(desk.submits(ben, "incident.private", { id }, {}))).code).toBe("not_allowed");
    expect((await refusal(desk.types(ana, `/incident security ${name}`))).next).toContain("/incident private");
    await desk.types(ben, `/incident join ${name}`);
    await desk.types(chi, `/incident subscribe ${name}`);
    await desk.submits(eva, "incident.private", { id }, {});
    // Who joined works on it; who only followed it knows of it no more.
    await desk.types(ben, `/incident status ${name}`);
    expect((await refusal(desk.types(chi, `/incident status ${name}`))).code).toBe("unknown_incident");
    expect(await desk.transact((app) => app.followers.list(id))).toEqual([]);
    expect((await refusal(desk.submits(ana, "incident.private", { id }, {}))).code).toBe("already_done");
  });
});

describe("[I12] the security checklist", () => {
  test("has a section of its own in the post-mortem, with what was not done", async () => {
    const { incident, postmortem } = await hidden();
    await desk.presses(ana, "incident.security.tick", { id: `${incident.id}/contain-access` });
    const facts = await desk.transact((app) => postmortemFacts(app, postmortem?.id ?? ""));
    const document = postmortemMarkdown(facts);
    expect(document).toContain("## Security checklist");
    expect(document).toMatch(/\*\*contain\*\*: Revoke the keys.*\(.*02:00.*U0ANA\)/);
    expect(document).toMatch(/\*\*review\*\*: Write the post-mortem, with action items \(not done\)/);
    const { security: _none, ...open } = facts;
    expect(postmortemMarkdown(open)).not.toContain("Security checklist");
  });

  test("is ticked once by whoever is first, and taken back, with each on the timeline", async () => {
    const { incident } = await hidden();
    const step = { id: `${incident.id}/contain-access` };
    await desk.presses(ana, "incident.security.tick", step);
    await desk.presses(ana, "incident.security.tick", step);
    await desk.presses(ana, "incident.security.untick", step);
    const texts = (await desk.transact((app) => app.timeline.list(incident.id))).map((entry) => entry.text);
    expect(texts.filter((text) => text.includes("(contain)"))).toEqual([
      "Done (contain): Revoke the keys, sessions and accounts that may be known",
      "Not done after all (contain): Revoke the keys, sessions and accounts that may be known",
    ]);
    expect((await refusal(desk.presses(ana, "incident.security.tick", { id: `${incident.id}/nonsense` }))).code).toBe(
      "not_found",
    );
    expect((await refusal(desk.types(ana, `/incident security INC-${incident.number}`))).code).toBe("already_done");
    expect((await refusal(desk.types(ana, "/incident declare sev1 x --type sekurity"))).code).toBe("unknown_option");
  });
});
