import { openForReading } from "../../src/domain/incident/access.ts";
import { type Incident, incidentName } from "../../src/domain/incident/incident.ts";
import type { App } from "../../src/domain/ports.ts";
import { announceMaintenance, cancelMaintenance, noStatusPage } from "../../src/domain/status-page/maintenance.ts";
import {
  affectedComponents,
  notPublishable,
  publish as publishText,
  usualImpact,
} from "../../src/domain/status-page/publish.ts";
import { announcedMaintenance } from "../../src/domain/status-page/windows.ts";
import { gapsIn } from "../../src/domain/telling/template.ts";
import { Refusal } from "../../src/errors.ts";
import { type Answer, type At, arg, command } from "../../src/slack/command.ts";
import { maintenanceForm, maintenanceList } from "../../templates/incident/public.ts";
import { type PublicPart, publishForm } from "../../templates/incident/update-form.ts";
import { type Ask, askedIncident, pick, tellDone } from "./which.ts";

/** Puts an incident, or the next word of it, on the public status page. */
export const publish = command({
  name: "/incident publish",
  synonyms: ["statuspage", "public"],
  summary: "Write for the public status page",
  examples: ["/incident publish", "/incident publish INC-42"],
  args: { incident: arg.incident() },
  needs: "member",
  run: async (ask) => {
    const incident = await askedIncident(ask, ask.args.incident);
    if (incident) return form(ask, incident);
    return pick(ask, "incident.publish", "Which incident do you want to publish?", "any");
  },
  buttons: {
    "incident.publish": async (ask) => form(ask, await openForReading(ask.app, ask.caller, ask.about.id, "form")),
  },
  forms: {
    "incident.publish": async (ask) => {
      const { app, caller, about, values } = ask;
      const text = values.text("public_text") ?? "";
      const gaps = gapsIn(text);
      if (gaps) throw new Refusal("missing_argument", gaps, "Fill in what is missing.", "public_text");
      const incident = await publishText(app, caller, about.id, {
        title: values.text("public_title") ?? "",
        text,
        components: values.choices("public_components"),
        impact: values.choice("public_impact"),
      });
      return tellDone(ask, incident, `${incidentName(incident)} is on the status page.`);
    },
  },
});

/** Maintenance on the public status page. */
export const maintenance = command({
  name: "/incident maintenance",
  summary: "Announce maintenance on the status page, see it, take it off",
  examples: ["/incident maintenance", "/incident maintenance new"],
  args: { what: arg.optional(arg.choice("<list|new>", () => ["list", "new"])) },
  needs: "member",
  run: async ({ app, at, args }) => (args.what === "new" ? newMaintenance(app, at) : listed(app)),
  buttons: {
    "incident.maintenance": async ({ app, at }) => newMaintenance(app, at),
    "incident.maintenance.cancel": async ({ app, caller, about }) => {
      await cancelMaintenance(app, caller, about.id);
      return listed(app);
    },
  },
  forms: {
    "incident.maintenance": async ({ app, caller, values }) => {
      await announceMaintenance(app, caller, {
        title: values.text("title") ?? "",
        text: values.text("text") ?? "",
        components: values.choices("components"),
        startsAt: values.moment("starts"),
        endsAt: values.moment("ends"),
      });
      return listed(app);
    },
  },
});

/** What a form needs for the status page; null where the incident cannot be on it. */
export async function publicPartOf(app: App, incident: Incident): Promise<PublicPart | null> {
  const settings = app.config.statusPage;
  if (!settings || notPublishable(app, incident)) return null;
  return {
    settings,
    before: await app.publicPage.ofIncident(incident.id),
    components: affectedComponents(settings, incident.affected),
    impact: usualImpact(app, incident),
  };
}

async function form({ app, at }: Ask, incident: Incident): Promise<Answer> {
  const reason = notPublishable(app, incident);
  const part = await publicPartOf(app, incident);
  if (!part) throw new Refusal("not_possible", reason ?? "There is no status page here.");
  return { modal: publishForm({ incident, choices: [], channelId: at.channelId }, part, "") };
}

async function listed(app: App): Promise<Answer> {
  const settings = app.config.statusPage;
  if (!settings) throw noStatusPage();
  return { text: maintenanceList(settings, await announcedMaintenance(app)) };
}

function newMaintenance(app: App, at: At): Answer {
  const settings = app.config.statusPage;
  if (!settings) throw noStatusPage();
  const place = at.channelId ? { channel: at.channelId } : {};
  return { modal: maintenanceForm(settings, { id: "new", ...place }) };
}
