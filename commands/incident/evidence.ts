import { gatherEvidence } from "../../src/domain/security/evidence.ts";
import { type Answer, arg, command } from "../../src/slack/command.ts";
import { gathering } from "../../templates/incident/security.ts";
import { type Ask, askedIncident, pick } from "./which.ts";

/** Gathers what a security incident's investigation begins with. */
export const evidence = command({
  name: "/incident evidence",
  synonyms: ["gather", "forensics"],
  summary: "Gather changes, sign-ins, refused calls, failed authentications and clean backups for a private incident",
  examples: ["/incident evidence", "/incident evidence INC-42"],
  args: { incident: arg.incident() },
  needs: "member",
  run: async (ask) => {
    const incident = await askedIncident(ask, ask.args.incident);
    return incident ? gather(ask, incident.id) : pick(ask, "incident.evidence", "Evidence for which incident?", "any");
  },
  buttons: { "incident.evidence": (ask) => gather(ask, ask.about.id) },
});

async function gather({ app, caller }: Ask, id: string): Promise<Answer> {
  return { text: gathering(await gatherEvidence(app, caller, id)) };
}
