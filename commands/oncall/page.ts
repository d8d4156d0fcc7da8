import { findIncident } from "../../src/domain/incident/access.ts";
import { incidentName } from "../../src/domain/incident/incident.ts";
import { requestPage } from "../../src/domain/oncall/begin-page.ts";
import { acknowledgePage, pagedName, passPage } from "../../src/domain/oncall/paging.ts";
import type { Answer, ButtonAsk } from "../../src/slack/command.ts";
import { arg, command } from "../../src/slack/command.ts";
import { reply } from "../../templates/kit.ts";
import { pageForm } from "../../templates/oncall/forms.ts";
import { type Ask, askedIncident } from "../incident/which.ts";
import { teamWords } from "./who.ts";

const args = {
  incident: arg.incident(),
  person: arg.optional(arg.person()),
  team: arg.optional(arg.choice("<team>", teamWords)),
  message: arg.optional(arg.text("<message>")),
};

/** Pages a team along its path, or one person. */
export const page = command({
  name: "/oncall page",
  summary: "Page a team or a person until somebody acknowledges",
  examples: ["/oncall page platform", "/oncall page @ben the database is read-only", "/oncall page"],
  args,
  needs: "member",
  run: (ask) => pageOrAsk(ask, ask.args),
  buttons: {
    "oncall.page.open": async (ask) => {
      const incident = await findIncident(ask.app, ask.caller, { channelId: ask.at.channelId });
      const team = ask.about.id === "pick" ? null : ask.about.id;
      return { modal: pageForm({ config: ask.app.config, incident, team, channelId: ask.at.channelId }) };
    },
    "oncall.acknowledge": async (ask: ButtonAsk) => {
      await acknowledgePage(ask.app, ask.caller, ask.about.id);
      return undefined;
    },
    "oncall.pass": async (ask: ButtonAsk) => {
      await passPage(ask.app, ask.caller, ask.about.id);
      return undefined;
    },
  },
  forms: {
    "oncall.page": async (ask) => {
      const { values, about } = ask;
      const person = values.user("person");
      return answered(ask, {
        incidentId: about.id === "alone" ? null : about.id,
        team: person ? null : values.choice("team"),
        personId: person,
        message: values.text("message") ?? "",
      });
    },
  },
});

/** The same from inside an incident. */
export const pageIncident = command({
  name: "/incident page",
  synonyms: ["escalate"],
  summary: "Page a team or a person about this incident",
  examples: ["/incident page platform", "/incident page @ben please look at the database"],
  args,
  needs: "member",
  run: (ask) => pageOrAsk(ask, ask.args),
});

interface Wanted {
  readonly incident: number | undefined;
  readonly person: string | undefined;
  readonly team: string | undefined;
  readonly message: string | undefined;
}

async function pageOrAsk(ask: Ask, wanted: Wanted): Promise<Answer | undefined> {
  const { app, at } = ask;
  const incident = await askedIncident(ask, wanted.incident);
  if (!wanted.person && !wanted.team) {
    const message = wanted.message ? { message: wanted.message } : {};
    return { modal: pageForm({ config: app.config, incident, ...message, channelId: at.channelId }) };
  }
  return answered(ask, {
    incidentId: incident?.id ?? null,
    team: wanted.person ? null : (wanted.team ?? null),
    personId: wanted.person ?? null,
    message: wanted.message ?? "",
  });
}

async function answered(ask: Ask, wish: Parameters<typeof requestPage>[2]): Promise<Answer> {
  const made = await requestPage(ask.app, ask.caller, wish);
  const incident = made.incidentId ? await ask.app.incidents.byId(made.incidentId) : null;
  const about = incident ? ` about ${incidentName(incident)}` : "";
  const text = `Paging ${pagedName(ask.app, made)}${about}, until somebody acknowledges.`;
  return { text: reply(text) };
}
