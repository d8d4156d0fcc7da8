import { joinIncident } from "../../src/domain/incident/join.ts";
import { arg, command } from "../../src/slack/command.ts";
import { joining } from "../../templates/incident/answers.ts";
import { channelEvents } from "./channel-events.ts";
import { type Ask, askedIncident, pick } from "./which.ts";

/** Brings the asker into an incident's channel. */
export const join = command({
  name: "/incident join",
  summary: "Come into an incident's channel",
  examples: ["/incident join INC-42", "/incident join"],
  args: { incident: arg.incident() },
  needs: "member",
  run: async (ask) => {
    const incident = await askedIncident(ask, ask.args.incident);
    return incident ? joined(ask, incident.id) : pick(ask, "incident.join", "Which incident do you want to join?");
  },
  buttons: { "incident.join": (ask) => joined(ask, ask.about.id) },
  events: channelEvents,
});

async function joined({ app, caller }: Ask, id: string) {
  return { text: joining(await joinIncident(app, caller, id), caller) };
}
