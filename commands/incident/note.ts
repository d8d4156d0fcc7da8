import { openForReading } from "../../src/domain/incident/access.ts";
import { incidentName } from "../../src/domain/incident/incident.ts";
import { addNote } from "../../src/domain/timeline/note.ts";
import { arg, command } from "../../src/slack/command.ts";
import { noteForm } from "../../templates/incident/forms.ts";
import { askedIncident, buttonTarget, formIncident, formTarget, tellDone } from "./which.ts";

/** Writes a line on the timeline. */
export const note = command({
  name: "/incident note",
  synonyms: ["log"],
  summary: "Write a line on the timeline",
  examples: ["/incident note the cache was flushed by hand", "/incident note"],
  args: { incident: arg.incident(), text: arg.optional(arg.text("<what happened>")) },
  needs: "member",
  run: async (ask) => {
    const incident = await askedIncident(ask, ask.args.incident);
    const text = ask.args.text ?? "";
    if (!incident || !text) {
      const target = incident
        ? { incident, choices: [], channelId: ask.at.channelId }
        : await formTarget(ask, ask.args.incident, "any");
      return { modal: noteForm(target, { text }) };
    }
    await addNote(ask.app, ask.caller, incident, text);
    return tellDone(ask, incident, `Added to the timeline of ${incidentName(incident)}.`);
  },
  buttons: { "incident.note": async (ask) => ({ modal: noteForm(await buttonTarget(ask, "any")) }) },
  forms: {
    "incident.note": async (ask) => {
      const incident = await openForReading(ask.app, ask.caller, formIncident(ask), "form");
      await addNote(ask.app, ask.caller, incident, ask.values.text("note") ?? "");
      return tellDone(ask, incident, `Added to the timeline of ${incidentName(incident)}.`);
    },
  },
});
