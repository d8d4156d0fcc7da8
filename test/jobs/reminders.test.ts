import { addMinutes } from "date-fns/addMinutes";
import { describe, expect, test } from "vitest";
import type { Incident } from "../../src/domain/incident/incident.ts";
import { remindLead } from "../../src/jobs/remind-lead.ts";
import { remindUpdate } from "../../src/jobs/remind-update.ts";
import { caller, openDesk, type RecordedJob } from "../support/desk.ts";

const desk = await openDesk();
const ana = caller("U0ANA");
const update = remindUpdate(desk);
const lead = remindLead(desk);

async function declared(severity: string): Promise<Incident> {
  desk.jobs.splice(0);
  await desk.types(ana, `/incident declare ${severity} API returns 500s`);
  desk.takeIntents();
  const [incident] = await desk.transact((app) => app.incidents.list({ seenBy: "bot", open: null, limit: 1 }));
  if (!incident) throw new Error("There is no incident.");
  return incident;
}

/** Moves the clock to the job's moment and runs it, twice, as the queue may; answers what was said in Slack. */
async function fires(job: RecordedJob | undefined): Promise<readonly string[]> {
  if (!job) throw new Error("No job.");
  desk.now = job.after ?? desk.now;
  for (let turn = 0; turn < 2; turn += 1) {
    if (job.name === "remind-update") await update.handle(job.data as never);
    if (job.name === "remind-lead") await lead.handle(job.data as never);
  }
  const said = desk.takeIntents().flatMap((intent) => {
    if (intent.kind === "message") return [intent.once];
    return intent.kind === "card" && intent.view === "incident.update-due" ? [intent.subject] : [];
  });
  return [...new Set(said)];
}

const jobOf = (name: string) => desk.jobs.filter((job) => job.name === name).at(-1);

describe("the reminder of an update", () => {
  test("asks when the promise is due, three times at most, each once", async () => {
    const incident = await declared("sev1");
    const due = addMinutes(desk.now, 15);
    expect(jobOf("remind-update")?.after).toEqual(due);
    const said: string[] = [];
    for (let round = 0; round < 4; round += 1) said.push(...(await fires(jobOf("remind-update"))));
    expect(said).toEqual([0, 1, 2].map((round) => `${incident.id}:${round}:${due.toISOString()}`));
    expect(jobOf("remind-update")?.after).toEqual(addMinutes(due, 45));
  });

  test("says nothing when an update came, or the incident is over", async () => {
    const incident = await declared("sev1");
    const job = jobOf("remind-update");
    desk.now = addMinutes(desk.now, 5);
    await desk.types(ana, `/incident update INC-${incident.number} still looking`);
    desk.takeIntents();
    expect(await fires(job)).toEqual([]);
    const next = jobOf("remind-update");
    await desk.types(ana, `/incident resolve INC-${incident.number}`);
    desk.takeIntents();
    expect(await fires(next)).toEqual([]);
  });

  test("is not set for a severity without a clock", async () => {
    await declared("sev4");
    expect(jobOf("remind-update")).toBeUndefined();
  });
});

describe("the reminder of a commander", () => {
  test("asks once after ten minutes", async () => {
    const incident = await declared("sev4");
    expect(jobOf("remind-lead")?.after).toEqual(addMinutes(desk.now, 10));
    expect(await fires(jobOf("remind-lead"))).toEqual([`no-lead:${incident.id}`]);
  });

  test("says nothing when somebody leads", async () => {
    const incident = await declared("sev4");
    await desk.types(ana, `/incident lead INC-${incident.number} me`);
    desk.takeIntents();
    expect(await fires(jobOf("remind-lead"))).toEqual([]);
  });
});
