import { decide as writeDecision } from "../../src/domain/belief/belief.ts";
import { openForReading } from "../../src/domain/incident/access.ts";
import { incidentName } from "../../src/domain/incident/incident.ts";
import { Refusal } from "../../src/errors.ts";
import { arg, command } from "../../src/slack/command.ts";
import { beliefForm } from "../../templates/incident/beliefs.ts";
import { askedIncident, tellDone } from "./which.ts";

/** Writes down what was decided. */
export const decide = command({
  name: "/incident decide",
  synonyms: ["decision"],
  summary: "Write down what was decided",
  examples: ["/incident decide we stay on version 41 until Monday", "/incident decide"],
  args: { incident: arg.incident(), text: arg.optional(arg.text("<what was decided>")) },
  needs: "member",
  run: async (ask) => {
    const incident = await askedIncident(ask, ask.args.incident);
    if (!incident) throw new Refusal("missing_argument", "Which incident?", "Ask in its channel, or name it: INC-42.");
    if (!ask.args.text) return { modal: beliefForm("decide", { incident, choices: [], channelId: ask.at.channelId }) };
    await writeDecision(ask.app, ask.caller, incident.id, ask.args.text);
    return tellDone(ask, incident, `Written down for ${incidentName(incident)}.`);
  },
  buttons: {
    "incident.decide": async ({ app, caller, about, at }) => {
      const incident = await openForReading(app, caller, about.id);
      return { modal: beliefForm("decide", { incident, choices: [], channelId: at.channelId }) };
    },
  },
  forms: {
    "incident.decide": async (ask) => {
      const incident = await writeDecision(ask.app, ask.caller, ask.about.id, ask.values.text("text") ?? "");
      return tellDone(ask, incident, `Written down for ${incidentName(incident)}.`);
    },
  },
});
