import { openForReading } from "../../src/domain/incident/access.ts";
import { closeIncident, fillAndClose, requireClosable } from "../../src/domain/incident/close.ts";
import { inWords } from "../../src/domain/incident/closing.ts";
import { incidentName } from "../../src/domain/incident/incident.ts";
import { type Answer, arg, command } from "../../src/slack/command.ts";
import { done } from "../../templates/incident/answers.ts";
import { closeForm } from "../../templates/incident/close-form.ts";
import { type Ask, askedIncident, pick, tellDone } from "./which.ts";

/** Puts a resolved incident away, once everything is filled in that its severity asks for. */
export const close = command({
  name: "/incident close",
  summary: "Put a resolved incident away; asks for what is still missing",
  examples: ["/incident close", "/incident close INC-42"],
  args: { incident: arg.incident() },
  needs: "member",
  run: async (ask) => {
    const incident = await askedIncident(ask, ask.args.incident);
    if (!incident) return pick(ask, "incident.close", "Which incident do you want to close?", "ended");
    return closed(ask, incident.id);
  },
  buttons: { "incident.close": (ask) => closed(ask, ask.about.id) },
  forms: {
    "incident.close": async (ask) => {
      const { app, caller, about, values } = ask;
      const { incident, missing } = await fillAndClose(app, caller, about.id, {
        summary: values.text("summary"),
        affected: values.choices("affected"),
        commander: values.user("commander"),
        cause: values.text("cause"),
        impact: values.text("impact"),
        resolution: values.text("resolution"),
        mitigated: values.moment("mitigated"),
      });
      const name = incidentName(incident);
      if (missing.length === 0) return tellDone(ask, incident, `${name} is closed.`);
      const said = `What you wrote is kept. ${name} can be closed with ${inWords(missing)}.`;
      return { text: done(said, incident, { channelId: about.channel ?? null }) };
    },
  },
});

async function closed(ask: Ask, id: string): Promise<Answer | undefined> {
  const { app, caller, at } = ask;
  const incident = await openForReading(app, caller, id, "form");
  const missing = await requireClosable(app, incident);
  if (missing.some((field) => field !== "postmortem")) {
    return { modal: closeForm(app.config, incident, { channelId: at.channelId, missing }) };
  }
  const changed = await closeIncident(app, caller, id);
  return tellDone(ask, changed, `${incidentName(changed)} is closed.`);
}
