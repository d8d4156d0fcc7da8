import { reconcileIncident } from "../../src/domain/capture/reconcile.ts";
import { openForReading } from "../../src/domain/incident/access.ts";
import { incidentName } from "../../src/domain/incident/incident.ts";
import { type Answer, arg, command } from "../../src/slack/command.ts";
import { done } from "../../templates/incident/answers.ts";
import { captureCheck } from "../../templates/incident/capture.ts";
import { captureEvents } from "./capture-events.ts";
import { type Ask, askedIncident, pick } from "./which.ts";

/** Captures all that is said in incidents' channels, and says how complete the capture is. */
export const timelineCheck = command({
  name: "/incident timeline check",
  synonyms: ["timeline verify", "timeline coverage"],
  summary: "See how completely the channel was captured",
  examples: ["/incident timeline check", "/incident timeline check INC-42"],
  args: { incident: arg.incident() },
  needs: "member",
  run: async (ask) => {
    const incident = await askedIncident(ask, ask.args.incident);
    return incident
      ? check(ask, incident.id)
      : pick(ask, "incident.timeline.check", "Whose capture do you want to check?", "any");
  },
  buttons: {
    "incident.timeline.check": (ask) => check(ask, ask.about.id),
    "incident.timeline.reconcile": async (ask) => {
      const incident = await openForReading(ask.app, ask.caller, ask.about.id);
      await reconcileIncident(ask.app, incident, "asked");
      const sentence = `${incidentName(incident)} is being compared with Slack. See /incident timeline check in a minute.`;
      return { text: done(sentence, incident, ask.at) };
    },
  },
  events: captureEvents,
});

async function check({ app, caller }: Ask, id: string): Promise<Answer> {
  const incident = await openForReading(app, caller, id, "capture");
  const [counts, gaps] = [await app.captures.counts(incident.id), await app.captures.gaps(incident.id)];
  return { text: captureCheck({ incident, counts, gaps }) };
}
