import type { Caller } from "../../src/domain/access/caller.ts";
import { addOverride, removeOverride, swapTurns } from "../../src/domain/oncall/changes.ts";
import { readMoment } from "../../src/domain/oncall/moment-words.ts";
import { requireTeam } from "../../src/domain/oncall/now.ts";
import { Refusal } from "../../src/errors.ts";
import { arg, command } from "../../src/slack/command.ts";
import { inert, moment, person, reply } from "../../templates/kit.ts";
import { overrideForm, swapForm } from "../../templates/oncall/forms.ts";
import type { Ask } from "../incident/which.ts";
import { shown, teamWords } from "./who.ts";

/** Somebody stands in for whoever the rotation says. */
export const override = command({
  name: "/oncall override",
  synonyms: ["cover", "stand-in"],
  summary: "Put somebody on call for a while instead of whose turn it is",
  examples: [
    '/oncall override platform @ben --until "18:00"',
    '/oncall override platform me --from "friday 17:00" --until "monday 9:00"',
    "/oncall override",
  ],
  args: {
    team: arg.optional(arg.choice("<team>", teamWords)),
    person: arg.optional(arg.person()),
    from: arg.option("from", "time"),
    until: arg.option("until", "time"),
    level: arg.option("level", "name"),
  },
  needs: "member",
  run: async (ask) => {
    const { app, caller, args, at } = ask;
    const from = args.from ? momentTyped(args.from, caller, app.now, "from") : app.now;
    if (!args.team || !args.person || !args.until) {
      if (args.team) requireTeam(app, args.team);
      const until = args.until ? momentTyped(args.until, caller, app.now, "until") : hoursAfter(from, usualHours);
      const userId = args.person ?? caller.userId;
      return {
        modal: overrideForm({
          config: app.config,
          team: args.team ?? null,
          userId,
          from,
          until,
          channelId: at.channelId,
        }),
      };
    }
    return saved(ask, {
      team: args.team,
      level: args.level ?? null,
      userId: args.person,
      from,
      until: momentTyped(args.until, caller, from, "until"),
    });
  },
  buttons: {
    "oncall.override.open": async ({ app, caller, about, at }) => ({
      modal: overrideForm({
        config: app.config,
        team: about.id,
        userId: caller.userId,
        from: app.now,
        until: hoursAfter(app.now, usualHours),
        channelId: at.channelId,
      }),
    }),
    "oncall.override.remove": async ({ app, caller, about }) => {
      const removed = await removeOverride(app, caller, about.id);
      return { text: reply(`Taken back: the rotation of ${removed.team} counts again.`) };
    },
  },
  forms: {
    "oncall.override": async (ask) => {
      const { values, app } = ask;
      return saved(ask, {
        team: values.choice("team") ?? "",
        level: values.choice("level"),
        userId: values.user("person") ?? "",
        from: values.moment("from") ?? app.now,
        until: values.moment("until") ?? app.now,
      });
    },
  },
});

/** Two people change turns with each other. */
export const swap = command({
  name: "/oncall swap",
  synonyms: ["trade"],
  summary: "Swap your next turn with somebody's next turn",
  examples: ["/oncall swap platform @dev", "/oncall swap"],
  args: { team: arg.optional(arg.choice("<team>", teamWords)), person: arg.optional(arg.person()) },
  needs: "member",
  run: async (ask) => {
    const { app, args, at } = ask;
    if (!args.team || !args.person)
      return { modal: swapForm({ config: app.config, team: args.team ?? null, channelId: at.channelId }) };
    return swapped(ask, args.team, args.person);
  },
  buttons: {
    "oncall.swap.open": async ({ app, about, at }) => ({
      modal: swapForm({ config: app.config, team: about.id, channelId: at.channelId }),
    }),
  },
  forms: {
    "oncall.swap": (ask) => swapped(ask, ask.values.choice("team") ?? "", ask.values.user("person") ?? ""),
  },
});

async function saved(ask: Pick<Ask, "app" | "caller">, wish: Parameters<typeof addOverride>[2]) {
  const made = await addOverride(ask.app, ask.caller, wish);
  const { title } = requireTeam(ask.app, made.team);
  const text = `${person(made.userId)} is on call for ${inert(title)} (${inert(made.level)}), ${moment(made.from)} to ${moment(made.until)}.`;
  return { text: reply(text, (await shown(ask.app, made.team)).blocks) };
}

async function swapped(ask: Pick<Ask, "app" | "caller">, team: string, other: string) {
  const { given, taken } = await swapTurns(ask.app, ask.caller, team, other);
  const text = `Swapped: ${person(other)} takes ${moment(given.from)} to ${moment(given.until)}, you take ${moment(taken.from)} to ${moment(taken.until)}.`;
  return { text: reply(text) };
}

function momentTyped(words: string, caller: Caller, from: Date, field: "from" | "until"): Date {
  const found = readMoment(words, caller.timezone, from);
  if (found) return found;
  throw new Refusal(
    "bad_argument",
    `I do not understand the time “${words.slice(0, 40)}”.`,
    'Write one such as "18:00", "friday 9:00", "2026-11-22 18:00" or "+8h".',
    field,
  );
}

/** What the form proposes: somebody's working day. */
const usualHours = 8;

function hoursAfter(at: Date, hours: number): Date {
  return new Date(at.getTime() + hours * 3_600_000);
}
