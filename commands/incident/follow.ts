import { subscribe as follow, leaveIncident, unsubscribe as unfollow } from "../../src/domain/incident/following.ts";
import { incidentName } from "../../src/domain/incident/incident.ts";
import { type Answer, arg, command } from "../../src/slack/command.ts";
import { followed } from "../../templates/incident/answers.ts";
import { type Ask, askedIncident, pick } from "./which.ts";

/** Sends the asker each update of an incident. */
export const subscribe = command({
  name: "/incident subscribe",
  synonyms: ["follow", "watch"],
  summary: "Get an incident's updates as direct messages, without joining",
  examples: ["/incident subscribe INC-42", "/incident subscribe"],
  args: { incident: arg.incident() },
  needs: "member",
  run: async (ask) => {
    const incident = await askedIncident(ask, ask.args.incident);
    if (!incident) return pick(ask, "incident.subscribe", "Which incident's updates do you want?");
    return subscribed(ask, incident.id);
  },
  buttons: { "incident.subscribe": (ask) => subscribed(ask, ask.about.id) },
});

/** Stops that. */
export const unsubscribe = command({
  name: "/incident unsubscribe",
  synonyms: ["unfollow", "unwatch"],
  summary: "Stop an incident's updates",
  examples: ["/incident unsubscribe INC-42", "/incident unsubscribe"],
  args: { incident: arg.incident() },
  needs: "member",
  run: async (ask) => {
    const incident = await askedIncident(ask, ask.args.incident);
    if (!incident) return pick(ask, "incident.unsubscribe", "Which incident's updates do you want to stop?");
    return unsubscribed(ask, incident.id);
  },
  buttons: { "incident.unsubscribe": (ask) => unsubscribed(ask, ask.about.id) },
});

/** Takes the asker out of an incident's channel. */
export const leave = command({
  name: "/incident leave",
  summary: "Leave an incident's channel and its updates",
  examples: ["/incident leave", "/incident leave INC-42"],
  args: { incident: arg.incident() },
  needs: "member",
  run: async (ask) => {
    const incident = await askedIncident(ask, ask.args.incident);
    return incident ? left(ask, incident.id) : pick(ask, "incident.leave", "Which incident do you want to leave?");
  },
  buttons: { "incident.leave": (ask) => left(ask, ask.about.id) },
});

async function subscribed({ app, caller }: Ask, id: string): Promise<Answer> {
  const incident = await follow(app, caller, id);
  const sentence = `You get each update of ${incidentName(incident)} as a direct message.`;
  return { text: followed(sentence, incident, "incident.unsubscribe") };
}

async function unsubscribed({ app, caller }: Ask, id: string): Promise<Answer> {
  const incident = await unfollow(app, caller, id);
  return { text: followed(`You get no more updates of ${incidentName(incident)}.`, incident, "incident.subscribe") };
}

async function left({ app, caller }: Ask, id: string): Promise<Answer> {
  const incident = await leaveIncident(app, caller, id);
  return { text: followed(`You leave ${incidentName(incident)}.`, incident, null) };
}
