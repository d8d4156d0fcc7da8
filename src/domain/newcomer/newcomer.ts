import { addDays } from "date-fns/addDays";
import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { ticked } from "../checklist/checklist.ts";
import { requireMember } from "../incident/access.ts";
import { type Incident, incidentName } from "../incident/incident.ts";
import type { Page } from "../oncall/page.ts";
import { mayServe } from "../people/records.ts";
import type { App } from "../ports.ts";

/** What somebody new goes through before they take turns on call. */
export interface NewcomerSettings {
  readonly items: readonly string[];
  /** So many days they are told of pages without being paged. */
  readonly shadowDays: number;
  readonly remindEveryDays: number;
}

/** Somebody new, from their welcome on. */
export interface Newcomer {
  readonly userId: string;
  readonly welcomedBy: string;
  readonly startedAt: Date;
  readonly shadowUntil: Date;
  /** When everything was ticked; null until then. */
  readonly endedAt: Date | null;
}

export interface NewcomerRecords {
  /** Written anew for somebody who was welcomed before. */
  readonly keep: (newcomer: Newcomer) => Promise<void>;
  readonly of: (userId: string) => Promise<Newcomer | null>;
  /** Those who shadow at a moment. */
  readonly shadowing: (at: Date) => Promise<readonly Newcomer[]>;
  /** Newest first, at most 50. */
  readonly list: () => Promise<readonly Newcomer[]>;
}

/** What is on the list where nobody said otherwise. */
export const usualNewcomers: NewcomerSettings = {
  items: [
    "Read all runbooks",
    "Get access to the cloud, with a second factor",
    "Join the channels of incidents, deployments and alerts",
    "Shadow who is on call for a week",
    "Perform a test deployment to staging",
    "Review recent post-mortems",
    "Be added to the on-call rotation",
  ],
  shadowDays: 7,
  remindEveryDays: 2,
};

const mostReminders = 30;

/** The list that a person's items belong to. */
export function newcomerList(userId: string): string {
  return `newcomer:${userId}`;
}

export function newcomerSettings(app: Pick<App, "config">): NewcomerSettings {
  return app.config.newcomers ?? usualNewcomers;
}

/** Welcomes somebody new: they get the list by direct message, and are told of pages while they shadow. */
export async function welcome(app: App, caller: Caller, userId: string): Promise<Newcomer> {
  requireMember(caller);
  if (userId === app.workspace.botUserId || !mayServe((await app.people.known([userId])).get(userId)))
    throw new Refusal("unknown_person", "Only full members of this workspace can be on call.", "Name one.");
  const known = await app.newcomers.of(userId);
  if (known && known.endedAt === null)
    throw new Refusal(
      "already_done",
      `<@${userId}> was welcomed already, by <@${known.welcomedBy}>.`,
      "See `/oncall newcomers`.",
    );
  const settings = newcomerSettings(app);
  const newcomer: Newcomer = {
    userId,
    welcomedBy: caller.userId,
    startedAt: app.now,
    shadowUntil: addDays(app.now, settings.shadowDays),
    endedAt: null,
  };
  await app.newcomers.keep(newcomer);
  for (const item of settings.items) await app.ticks.set(newcomerList(userId), item, null);
  await app.audit.add({ actor: caller.userId, action: "newcomer.welcomed", subject: userId, details: {} });
  await showNewcomer(app, userId);
  await armReminder(app, newcomer, 1);
  return newcomer;
}

async function armReminder(app: App, { userId, startedAt }: Newcomer, round: number): Promise<void> {
  if (round > mostReminders) return;
  await app.jobs.add(
    "remind-newcomer",
    { userId, since: startedAt.toISOString(), round },
    {
      key: `${userId}:${startedAt.getTime()}:${round}`,
      after: addDays(startedAt, round * newcomerSettings(app).remindEveryDays),
    },
  );
}

/** Reminds of what is left, unless everything is done or they were welcomed anew since. */
export async function remindNewcomer(app: App, userId: string, since: string, round: number): Promise<void> {
  const newcomer = await app.newcomers.of(userId);
  if (!newcomer || newcomer.endedAt !== null || newcomer.startedAt.toISOString() !== since) return;
  await app.outbox.add({
    kind: "message",
    view: "oncall.newcomer-reminder",
    subject: userId,
    place: { user: userId },
    once: `newcomer:${userId}:${since}:${round}`,
  });
  await armReminder(app, newcomer, round + 1);
}

/** Draws the list anew; once everything is ticked who welcomed them hears of it. */
export async function newcomerTicked(app: App, userId: string): Promise<void> {
  const newcomer = await app.newcomers.of(userId);
  if (!newcomer) return;
  const items = await ticked(app, newcomerList(userId), newcomerSettings(app).items);
  const done = items.every(({ tick }) => tick !== null);
  if (done && newcomer.endedAt === null) {
    await app.newcomers.keep({ ...newcomer, endedAt: app.now });
    await app.outbox.add({
      kind: "message",
      view: "oncall.newcomer-done",
      subject: userId,
      place: { user: newcomer.welcomedBy },
      once: `newcomer-done:${userId}:${newcomer.startedAt.getTime()}`,
    });
  }
  await showNewcomer(app, userId);
}

/** Tells those who shadow that somebody is being paged; never of what is private. */
export async function tellShadows(app: App, page: Page, incident: Incident | null): Promise<void> {
  if (page.team === null || incident?.isPrivate) return;
  for (const { userId } of await app.newcomers.shadowing(app.now)) {
    await app.outbox.add({
      kind: "message",
      view: "oncall.shadow",
      subject: `${page.team}:${incident ? incidentName(incident) : ""}:${incident?.channelId ?? ""}`,
      place: { user: userId },
      once: `shadow:${page.id}:${userId}`,
    });
  }
}

async function showNewcomer(app: App, userId: string): Promise<void> {
  await app.outbox.add({ kind: "card", view: "oncall.newcomer", subject: userId, place: { user: userId } }, "answer");
}
