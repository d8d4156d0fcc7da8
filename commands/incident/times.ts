import { openForReading } from "../../src/domain/incident/access.ts";
import { incidentName } from "../../src/domain/incident/incident.ts";
import { correctTimes, findKeyTime, type KeyTimes, keyTimes } from "../../src/domain/incident/times.ts";
import { momentForms, readMoment } from "../../src/domain/time/typed-moment.ts";
import { Refusal } from "../../src/errors.ts";
import { arg, command, type FormAsk } from "../../src/slack/command.ts";
import { timesForm } from "../../templates/incident/times-form.ts";
import { type Ask, askedIncident, pick, tellDone } from "./which.ts";

/** Puts right when it started, was detected, acknowledged, mitigated, resolved. */
export const times = command({
  name: "/incident times",
  synonyms: ["time", "key-times", "timestamps"],
  summary: "Put right when it started, was detected, acknowledged, mitigated, resolved",
  examples: [
    "/incident times",
    "/incident times started 14:05",
    "/incident times mitigated 20m ago",
    "/incident times INC-42 detected yesterday 23:10 UTC",
    "/incident times acknowledged none",
  ],
  args: { incident: arg.incident(), text: arg.optional(arg.text("<which time, and when>")) },
  needs: "member",
  run: async (ask) => {
    const { app, caller, args } = ask;
    const incident = await askedIncident(ask, args.incident);
    if (!incident) return pick(ask, "incident.times", "Whose times do you want to put right?", "any");
    if (!args.text) return { modal: timesForm(incident, { channelId: ask.at.channelId }) };
    const result = await correctTimes(app, caller, incident.id, readTime(ask, args.text));
    if ("newer" in result) throw new Refusal("stale", "Somebody changed the times just now.", "Look again and repeat.");
    return tellDone(ask, result.changed, `The times of ${incidentName(result.changed)} are corrected.`);
  },
  buttons: {
    "incident.times": async (ask) => {
      const incident = await openForReading(ask.app, ask.caller, ask.about.id);
      return { modal: timesForm(incident, { channelId: ask.at.channelId }) };
    },
  },
  forms: {
    "incident.times": async (ask) => {
      const { app, caller, about } = ask;
      const before = await openForReading(app, caller, about.id);
      const typed = formTimes(ask, before.times.resolvedAt !== null);
      const result = await correctTimes(app, caller, about.id, typed, about.version ?? 0);
      if ("newer" in result) return { modal: timesForm(result.newer, { channelId: about.channel ?? null, typed }) };
      return tellDone(ask, result.changed, `The times of ${incidentName(result.changed)} are corrected.`);
    },
  },
});

function readTime({ app, caller }: Ask, text: string): Partial<KeyTimes> {
  const [word = "", ...rest] = text.trim().split(/\s+/);
  const found = findKeyTime(word);
  if (!found) {
    throw new Refusal(
      "bad_argument",
      `There is no time called “${word.slice(0, 40)}”.`,
      `There are ${keyTimes.map(({ name }) => name).join(", ")}.`,
    );
  }
  const said = rest.join(" ").replace(/^(at|:|=)\s*/i, "");
  if (said === "") throw new Refusal("missing_argument", `When was it ${found.name}?`, momentForms);
  if (/^(none|unknown|clear|-)$/i.test(said)) return { [found.key]: null };
  return { [found.key]: readMoment(said, { now: app.now, timezone: caller.timezone }) };
}

function formTimes({ values }: FormAsk, resolved: boolean): Partial<KeyTimes> {
  return Object.fromEntries(
    keyTimes
      .filter(({ key }) => key !== "resolvedAt" || resolved)
      .map(({ key, name }) => [key, values.moment(name)] as const),
  );
}
