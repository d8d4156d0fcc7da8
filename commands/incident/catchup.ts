import { catchUp } from "../../src/domain/incident/catch-up.ts";
import { arg, command } from "../../src/slack/command.ts";
import { catchUpReply } from "../../templates/incident/catch-up.ts";
import { type Ask, askedIncident, pick } from "./which.ts";

/** Tells one person what they missed. */
export const catchup = command({
  name: "/incident catchup",
  synonyms: ["catch-up", "missed", "summary"],
  summary: "See what changed since you last asked",
  examples: ["/incident catchup", "/incident catchup INC-42"],
  args: { incident: arg.incident() },
  needs: "member",
  run: async (ask) => {
    const incident = await askedIncident(ask, ask.args.incident);
    return incident
      ? caught(ask, incident.id)
      : pick(ask, "incident.catchup", "What do you want to catch up with?", "any");
  },
  buttons: { "incident.catchup": (ask) => caught(ask, ask.about.id) },
});

async function caught({ app, caller }: Ask, id: string) {
  return { text: catchUpReply(await catchUp(app, caller, id)) };
}
