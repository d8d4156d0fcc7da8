import type { KnownBlock } from "@slack/types";
import { type Incident, incidentName } from "../../src/domain/incident/incident.ts";
import type { PublicMaintenance, StatusPageSettings } from "../../src/domain/status-page/page.ts";
import { notPublishable, publicStatus } from "../../src/domain/status-page/publish.ts";
import { shorten } from "../../src/domain/text.ts";
import {
  type About,
  actions,
  button,
  context,
  inert,
  input,
  type Modal,
  modal,
  moment,
  momentInput,
  multiSelect,
  option,
  type Reply,
  reply,
  section,
  textInput,
} from "../kit.ts";
import { statusWords } from "../status-page/words.ts";
import type { View } from "../views.ts";
import { about } from "./phrases.ts";

/** The status page says something else than what is true now; drawn when it is sent, so that publishing in the same ask stills it. */
export const publishDueView: View = async (app, incidentId) => {
  const incident = await app.incidents.byId(incidentId);
  const shown = incident && (await app.publicPage.ofIncident(incident.id));
  const status = shown?.updates[0]?.status;
  if (!incident || !status || notPublishable(app, incident) || status === publicStatus(incident)) return null;
  const text = `The status page still says “${statusWords[status].toLowerCase()}” of ${incidentName(incident)}.`;
  return {
    reply: reply(text, [
      section(text),
      actions([button({ action: "incident.publish", text: "Update it", about: about(incident), style: "primary" })]),
    ]),
  };
};

/** The channel is told that the status page elsewhere did not take what was published. */
export const outsidePageTroubleView: View = async (app, incidentId) => {
  const incident = await app.incidents.byId(incidentId);
  const there = await app.counterparts.find("statuspage", incidentId);
  return incident && there?.trouble ? { reply: outsidePageTrouble(incident, there.trouble) } : null;
};

export function outsidePageTrouble(incident: Incident, trouble: string): Reply {
  const text = `What was published of ${incidentName(incident)} is on our own status page only.`;
  return reply(text, [
    section(`${text}\n${inert(shorten(trouble, 500))}`),
    actions([button({ action: "incident.publish", text: "Publish again", about: about(incident) })]),
  ]);
}

/** Maintenance that is announced, each with a way to take it off. */
export function maintenanceList(settings: StatusPageSettings, list: readonly PublicMaintenance[]): Reply {
  const heading = list.length === 0 ? "No maintenance is announced." : "Maintenance announced on the status page";
  const titles = new Map(settings.components.map(({ name, title }) => [name, title]));
  const blocks: KnownBlock[] = [section(`*${heading}*`)];
  for (const one of list.slice(0, 40)) {
    const parts = one.components.map((name) => titles.get(name) ?? name).join(", ");
    blocks.push(
      section(
        `*${inert(one.title)}*\n${moment(one.startsAt)} to ${moment(one.endsAt)}${parts ? ` · ${inert(parts)}` : ""}${one.isConfigured ? " · from the configuration" : ""}`,
        one.isConfigured
          ? undefined
          : button({
              action: "incident.maintenance.cancel",
              text: "Take off",
              about: { id: one.id },
              label: `Take off: ${one.title}`,
            }),
      ),
    );
  }
  blocks.push(
    actions([
      button({ action: "incident.maintenance", text: "Announce maintenance", about: { id: "new" }, style: "primary" }),
    ]),
  );
  if (list.length > 40) blocks.push(context(`${list.length - 40} more.`));
  return reply(heading, blocks);
}

/** Announces maintenance for the public. */
export function maintenanceForm(settings: StatusPageSettings, from: About): Modal {
  return modal({ callback: "incident.maintenance", title: "Announce maintenance", submit: "Announce", about: from }, [
    section("Everybody can read this on the status page."),
    input({ name: "title", label: "Title" }, textInput({ max: 150, focus: true })),
    input({ name: "starts", label: "Begins" }, momentInput()),
    input({ name: "ends", label: "Ends" }, momentInput()),
    input(
      { name: "components", label: "Components", optional: true },
      multiSelect(settings.components.map((one) => option(one.title, one.name))),
    ),
    input({ name: "text", label: "What people will notice", optional: true }, textInput({ multiline: true })),
  ]);
}
