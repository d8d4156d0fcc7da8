import { incidentName } from "../../src/domain/incident/incident.ts";
import { beginSecurityFlow, tickSecurityStep } from "../../src/domain/security/checklist.ts";
import { arg, command } from "../../src/slack/command.ts";
import { askedIncident, pick, tellDone } from "./which.ts";

/** The security flow: contain, investigate, remediate, notify, review. */
export const security = command({
  name: "/incident security",
  synonyms: ["breach"],
  summary: "Post the security checklist in a private incident",
  examples: ["/incident security", "/incident security INC-42"],
  args: { incident: arg.incident() },
  needs: "member",
  run: async (ask) => {
    const incident = await askedIncident(ask, ask.args.incident);
    if (!incident) return pick(ask, "incident.security", "Which incident is about security?", "any");
    const changed = await beginSecurityFlow(ask.app, ask.caller, incident.id);
    return tellDone(ask, changed, `${incidentName(changed)} has the security checklist.`);
  },
  buttons: {
    "incident.security": async (ask) => {
      const changed = await beginSecurityFlow(ask.app, ask.caller, ask.about.id);
      return tellDone(ask, changed, `${incidentName(changed)} has the security checklist.`);
    },
    "incident.security.tick": async ({ app, caller, about }) => {
      const [id = "", step = ""] = about.id.split("/");
      await tickSecurityStep(app, caller, id, step, true);
      return undefined;
    },
    "incident.security.untick": async ({ app, caller, about }) => {
      const [id = "", step = ""] = about.id.split("/");
      await tickSecurityStep(app, caller, id, step, false);
      return undefined;
    },
  },
});
