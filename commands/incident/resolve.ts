import { openForReading } from "../../src/domain/incident/access.ts";
import { keepChannel } from "../../src/domain/incident/archiving.ts";
import { incidentName } from "../../src/domain/incident/incident.ts";
import { resolveIncident } from "../../src/domain/incident/resolve.ts";
import { skipWatch } from "../../src/domain/incident/watch.ts";
import { arg, command } from "../../src/slack/command.ts";
import { resolveForm } from "../../templates/incident/forms.ts";
import { skipWatchForm } from "../../templates/incident/watch.ts";
import { type Ask, askedIncident, buttonTarget, formIncident, formTarget, tellDone } from "./which.ts";

/** Ends the response. */
export const resolve = command({
  name: "/incident resolve",
  synonyms: ["resolved"],
  summary: "End the response; the post-mortem begins",
  examples: [
    "/incident resolve rolled back to 41, error rate is normal",
    "/incident resolve",
    "/incident resolve --now false alarm",
  ],
  args: { incident: arg.incident(), message: arg.optional(arg.text("<what fixed it>")), now: arg.flag("now") },
  needs: "member",
  run: async (ask) => {
    const message = ask.args.message ?? "";
    const incident = await askedIncident(ask, ask.args.incident);
    const skipWatch = ask.args.now === true;
    if (!incident) return { modal: resolveForm(await formTarget(ask, undefined), { message, skipWatch }) };
    // Resolved already: what is left to do at once is to end the watch.
    if (skipWatch && incident.phase === "resolved") return skipped(ask, incident.id, message);
    const changed = await resolveIncident(ask.app, ask.caller, incident.id, message, { skipWatch });
    return tellDone(ask, changed, `${incidentName(changed)} is resolved.`);
  },
  buttons: {
    "incident.resolve": async (ask) => ({ modal: resolveForm(await buttonTarget(ask)) }),
    "incident.keep-channel": async (ask) => {
      const incident = await keepChannel(ask.app, ask.caller, ask.about.id);
      return tellDone(ask, incident, "The channel is kept.");
    },
    "incident.watch-skip": async (ask) => {
      const incident = await openForReading(ask.app, ask.caller, ask.about.id);
      return { modal: skipWatchForm(incident, ask.at.channelId) };
    },
  },
  forms: {
    "incident.resolve": async (ask) => {
      const { app, caller, values } = ask;
      const skipWatch = values.ticked("now");
      if (skipWatch && !values.text("message"))
        return { errors: { message: "Skipping the watch takes a reason: say why." } };
      const changed = await resolveIncident(app, caller, formIncident(ask), values.text("message"), { skipWatch });
      return tellDone(ask, changed, `${incidentName(changed)} is resolved.`);
    },
    "incident.watch-skip": (ask) => skipped(ask, ask.about.id, ask.values.text("reason") ?? ""),
  },
});

async function skipped(ask: Ask, id: string, reason: string) {
  const incident = await skipWatch(ask.app, ask.caller, id, reason);
  return tellDone(ask, incident, `The watch over ${incidentName(incident)} is skipped.`);
}
