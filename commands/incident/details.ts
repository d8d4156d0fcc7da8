import { openForReading, recordLook } from "../../src/domain/incident/access.ts";
import { changeDetails } from "../../src/domain/incident/details.ts";
import { incidentName } from "../../src/domain/incident/incident.ts";
import { arg, command } from "../../src/slack/command.ts";
import { detailsForm } from "../../templates/incident/details-form.ts";
import { askedIncident, pick, tellDone } from "./which.ts";

/** Title, summary, what is affected, when it began. */
export const details = command({
  name: "/incident edit",
  synonyms: ["details", "rename"],
  summary: "Change title, summary, what is affected, when it began",
  examples: ["/incident edit", "/incident edit INC-42"],
  args: { incident: arg.incident() },
  needs: "member",
  run: async (ask) => {
    const incident = await askedIncident(ask, ask.args.incident);
    if (!incident) return pick(ask, "incident.details", "Which incident do you want to change?", "any");
    await recordLook(ask.app, ask.caller, incident, "details");
    return { modal: detailsForm(ask.app.config, incident, ask.at) };
  },
  buttons: {
    "incident.details": async (ask) => {
      const incident = await openForReading(ask.app, ask.caller, ask.about.id, "details");
      return { modal: detailsForm(ask.app.config, incident, ask.at) };
    },
  },
  forms: {
    "incident.details": async (ask) => {
      const { app, caller, about, values } = ask;
      const typed = {
        title: values.text("title") ?? "",
        summary: values.text("summary") ?? "",
        affected: values.choices("affected"),
        startedAt: values.moment("started"),
      };
      const result = await changeDetails(app, caller, about.id, typed, about.version ?? 0);
      if ("newer" in result) {
        return { modal: detailsForm(app.config, result.newer, { channelId: about.channel ?? null, typed }) };
      }
      return tellDone(ask, result.changed, `${incidentName(result.changed)} is changed.`);
    },
  },
});
