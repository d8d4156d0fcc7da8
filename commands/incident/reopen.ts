import { incidentName } from "../../src/domain/incident/incident.ts";
import { reopenIncident } from "../../src/domain/incident/resolve.ts";
import { type Answer, arg, command } from "../../src/slack/command.ts";
import { done } from "../../templates/incident/answers.ts";
import { reopenForm } from "../../templates/incident/forms.ts";
import { type Ask, askedIncident, buttonTarget, formIncident, formTarget, tellDone } from "./which.ts";

/** Takes a resolved incident up again. */
export const reopen = command({
  name: "/incident reopen",
  synonyms: ["unresolve"],
  summary: "Take a resolved incident up again",
  examples: ["/incident reopen errors are back", "/incident reopen INC-42"],
  args: { incident: arg.incident(), message: arg.optional(arg.text("<what is back>")) },
  needs: "member",
  run: async (ask) => {
    const message = ask.args.message ?? "";
    const incident = await askedIncident(ask, ask.args.incident);
    if (!incident) return { modal: reopenForm(await formTarget(ask, undefined, "ended"), { message }) };
    return reopened(ask, incident.id, message);
  },
  buttons: { "incident.reopen": async (ask) => ({ modal: reopenForm(await buttonTarget(ask, "ended")) }) },
  forms: {
    "incident.reopen": async (ask) => {
      return reopened(ask, formIncident(ask), ask.values.text("message"));
    },
  },
});

async function reopened(ask: Ask, id: string, message: string | null): Promise<Answer | undefined> {
  const changed = await reopenIncident(ask.app, ask.caller, id, message);
  const said = `${incidentName(changed)} is open again.`;
  // Archiving takes the bot out, and only members may unarchive: a person has to. Source: github.com/slack-go/slack/issues/1066
  const { isArchived } = await ask.app.reconciliations.condition(id);
  if (!isArchived) return tellDone(ask, changed, said);
  return {
    text: done(`${said} Its channel is archived: unarchive it in Slack to go on there.`, changed, { channelId: null }),
  };
}
