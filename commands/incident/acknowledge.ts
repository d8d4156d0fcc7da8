import { incidentName } from "../../src/domain/incident/incident.ts";
import { acknowledgeIncident } from "../../src/domain/incident/resolve.ts";
import { arg, command } from "../../src/slack/command.ts";
import { type Ask, askedIncident, pick, tellDone } from "./which.ts";

/** Says that somebody is on it. */
export const acknowledge = command({
  name: "/incident acknowledge",
  synonyms: ["ack"],
  summary: "Say that you are on it",
  examples: ["/incident acknowledge", "/incident ack INC-42"],
  args: { incident: arg.incident() },
  needs: "member",
  run: async (ask) => {
    const incident = await askedIncident(ask, ask.args.incident);
    if (!incident) return pick(ask, "incident.acknowledge", "Which incident are you on?");
    return acknowledged(ask, incident.id);
  },
  buttons: { "incident.acknowledge": (ask) => acknowledged(ask, ask.about.id) },
});

async function acknowledged(ask: Ask, id: string) {
  const changed = await acknowledgeIncident(ask.app, ask.caller, id);
  return tellDone(ask, changed, `${incidentName(changed)} is acknowledged.`);
}
