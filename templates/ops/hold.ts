import type { KnownBlock } from "@slack/types";
import type { Configuration } from "../../src/domain/configuration.ts";
import { nextWindow } from "../../src/domain/guard/calendar.ts";
import { type Hold, scopeName, stands } from "../../src/domain/guard/hold.ts";
import { shorten } from "../../src/domain/text.ts";
import { nextSpan, spanAt, type Times } from "../../src/domain/time/recurrence.ts";
import { actions, button, context, inert, moment, person, type Reply, reply, section } from "../kit.ts";

/** What lies on a target or environment, with its buttons while it holds. */
export function holdCard({ hold, now }: { readonly hold: Hold; readonly now: Date }): Reply {
  const name = inert(scopeName(hold.scope));
  const what = hold.kind === "lock" ? "locked" : "frozen";
  const whom =
    hold.incidentId === null ? "only they change it" : "only who works in this incident's channel changes it";
  const reason = inert(shorten(hold.reason, 500));
  if (!stands(hold, now)) {
    const how = hold.endedBy === null ? "its time is over" : `released by ${person(hold.endedBy)}`;
    const why = hold.endReason ? ` (${inert(shorten(hold.endReason, 200))})` : "";
    const head = `:unlock: *${name}* is no longer ${what}: ${how}${why}`;
    return reply(`${name} is no longer ${what}`, [
      section(head),
      context(`${what} by ${person(hold.byId)} since ${moment(hold.since)} · ${reason}`),
    ]);
  }
  const rule = hold.kind === "lock" ? whom : "nobody changes it";
  return reply(`${name} is ${what}: ${reason}`, [
    section(`:lock: *${name}* is ${what} by ${person(hold.byId)}\n${reason}`),
    context(`since ${moment(hold.since)} · until ${moment(hold.until)} · ${rule}`),
    actions(holdButtons(hold), "hold"),
  ]);
}

function holdButtons(hold: Hold) {
  const about = { id: hold.id };
  const name = scopeName(hold.scope);
  return [
    button({ action: "ops.hold.release", text: "Release", about, label: `Release ${name}` }),
    button({ action: "ops.hold.extend", text: "1 hour more", about, label: `Extend ${name} by an hour` }),
  ];
}

/** What its holder is told: that the end comes, or that it came. */
export function holdNotice({ hold, now }: { readonly hold: Hold; readonly now: Date }): Reply {
  const name = inert(scopeName(hold.scope));
  if (stands(hold, now)) {
    const text = `Your ${hold.kind} on *${name}* ends ${moment(hold.until, "{time}")}.`;
    return reply(text, [section(text), actions(holdButtons(hold), "hold")]);
  }
  const by = hold.endedBy === null ? "has ended: its time is over" : `was released by ${person(hold.endedBy)}`;
  const why = hold.endReason ? `: ${inert(shorten(hold.endReason, 200))}` : "";
  return reply(`Your ${hold.kind} on *${name}* ${by}${why}.`);
}

/** Every lock and freeze that holds now. */
export function holdList(holds: readonly Hold[]): Reply {
  if (holds.length === 0) {
    const text = 'Nothing is locked. `/ops lock <target> --reason "…"` keeps others from changing it.';
    return reply("Nothing is locked.", [section(text)]);
  }
  const lines = holds.map(holdLine);
  return reply(`${holds.length} ${holds.length === 1 ? "lock or freeze" : "locks and freezes"}`, [
    section(`*Locked or frozen now*\n${lines.slice(0, 20).join("\n")}`),
    ...(lines.length > 20 ? [context(`and ${lines.length - 20} more`)] : []),
    context("`/ops unlock <target>` releases one; another person's takes an admin and a reason."),
  ]);
}

function holdLine(hold: Hold): string {
  const what = hold.kind === "lock" ? "locked" : "frozen";
  const incident = hold.incidentId === null ? "" : " for an incident";
  return `• *${inert(scopeName(hold.scope))}* ${what} by ${person(hold.byId)}${incident} until ${moment(hold.until)}: ${inert(shorten(hold.reason, 120))}`;
}

export interface WindowsFacts {
  readonly config: Pick<Configuration, "freezes" | "windows">;
  readonly holds: readonly Hold[];
  readonly now: Date;
}

/** Freezes and maintenance windows: those of now, and when each comes next. */
export function windowList({ config, holds, now }: WindowsFacts): Reply {
  const frozen = holds.filter((hold) => hold.kind === "freeze");
  const blocks: KnownBlock[] = [
    ...(frozen.length > 0 ? [section(`*Frozen by hand*\n${frozen.map(holdLine).join("\n")}`)] : []),
    ...list("Freezes", config.freezes, now),
    ...list("Maintenance windows", config.windows, now),
  ];
  if (blocks.length === 0) {
    const text = "No freeze and no maintenance window is configured, and nothing is frozen by hand.";
    return reply(text, [section(`${text} They are written under \`freezes\` and \`maintenance\`.`)]);
  }
  const next = nextWindow(config.windows, now);
  const lead = next === null ? "" : ` The next window is ${inert(next.window.name)}, ${moment(next.span.from)}.`;
  return reply(`Freezes and windows.${lead}`, blocks);
}

type Listed = Configuration["windows"][number] & { readonly except?: readonly string[] };

function list(title: string, entries: readonly Listed[], now: Date): readonly KnownBlock[] {
  if (entries.length === 0) return [];
  const lines = entries.slice(0, 20).map((one) => {
    const where = [...(one.environments ?? []), ...(one.targets ?? [])].join(", ") || "everywhere";
    const except = one.except && one.except.length > 0 ? `, except ${one.except.join(", ")}` : "";
    return `• *${inert(one.name)}* ${when(one.times, now)} · ${inert(where + except)}`;
  });
  const more = entries.length > 20 ? [context(`and ${entries.length - 20} more`)] : [];
  return [section(`*${title}*\n${lines.join("\n")}`), ...more];
}

function when(times: Times, now: Date): string {
  const current = spanAt(times, now);
  if (current) return `*now*, until ${moment(current.to)}`;
  const next = nextSpan(times, now);
  return next ? `next ${moment(next.from)} to ${moment(next.to)}` : "is over";
}
