import { describe, expect, test } from "vitest";
import { caller, inChannel, openDesk, refusal, waooaw } from "../../support/desk.ts";

const github = { url: "", token: "t", repository: "waooaw/platform", labels: [] };
const desk = await openDesk({ ...waooaw, integrations: { ...waooaw.integrations, github } });
const ana = caller("U0ANA");
const anywhere = inChannel("C0GENERAL");

async function item(flags = "") {
  await desk.types(ana, `/incident declare sev4 ${flags} Trouble`, anywhere);
  return desk.transact(async (app) => {
    const [incident] = await app.incidents.list({ open: null, limit: 1, seenBy: "bot" });
    return app.actionItems.insert({
      id: app.newId(),
      incidentId: incident?.id ?? "",
      title: "Revoke the token",
      ownerId: null,
      dueOn: null,
      doneAt: null,
      snoozedUntil: null,
      createdBy: "U0ANA",
      createdAt: app.now,
      source: null,
    });
  });
}
const hand = (id: string, tracker = "github") =>
  desk.presses(ana, "incident.actions.act", { id: `export-${tracker}/${id}` }, anywhere);

describe("[I10] handing an action item to a tracker", () => {
  test("is asked once: a second press is told that it is on its way", async () => {
    const { id } = await item();
    await hand(id);
    expect(desk.jobs.at(-1)).toMatchObject({ name: "keep-counterpart", key: `github:${id}` });
    expect(desk.audit.at(-1)).toMatchObject({ action: "action-item.handed-over", actor: "U0ANA" });
    expect((await refusal(hand(id))).message).toBe("That action item is on its way to a tracker.");
  });

  test("is refused for a private incident, for one that is done, and for a tracker that is not set up", async () => {
    const secret = await item("--private");
    const jobs = desk.jobs.length;
    expect((await refusal(hand(secret.id))).message).toMatch(/^INC-\d+ is private; its action items stay here\.$/);
    expect(desk.jobs).toHaveLength(jobs);
    const plain = await item();
    expect((await refusal(hand(plain.id, "jira"))).code).toBe("not_possible");
    await desk.transact((app) => app.actionItems.update(plain, { doneAt: app.now }));
    expect((await refusal(hand(plain.id))).code).toBe("already_done");
  });
});
