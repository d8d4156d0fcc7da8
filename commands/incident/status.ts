import { openForReading, recordLook } from "../../src/domain/incident/access.ts";
import { incidentFacts } from "../../src/domain/incident/facts.ts";
import { Refusal } from "../../src/errors.ts";
import { type Answer, arg, command } from "../../src/slack/command.ts";
import { incidentCard } from "../../templates/incident/card.ts";
import { type Ask, askedIncident, pick } from "./which.ts";

/** Shows how an incident stands, to the asker alone. */
export const status = command({
  name: "/incident status",
  synonyms: ["show", "info"],
  summary: "See how an incident stands",
  examples: ["/incident status", "/incident status INC-42"],
  args: { incident: arg.incident() },
  needs: "member",
  run: async (ask) => {
    const incident = await askedIncident(ask, ask.args.incident);
    if (!incident) return pick(ask, "incident.status", "Which incident do you want to see?");
    await recordLook(ask.app, ask.caller, incident, "card");
    return shown(ask, incident.id);
  },
  buttons: {
    "incident.status": async (ask) => {
      const incident = await openForReading(ask.app, ask.caller, ask.about.id, "card");
      return shown(ask, incident.id);
    },
  },
});

async function shown({ app }: Ask, id: string): Promise<Answer> {
  const facts = await incidentFacts(app, id);
  if (!facts) throw new Refusal("unknown_incident", "I cannot find that incident.");
  return { text: incidentCard(facts) };
}
