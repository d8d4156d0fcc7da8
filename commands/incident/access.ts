import { findIncident, openForReading, recordLook } from "../../src/domain/incident/access.ts";
import { type Incident, incidentName } from "../../src/domain/incident/incident.ts";
import { accessList, grantAccess, makePrivate, withdrawAccess } from "../../src/domain/incident/private.ts";
import { Refusal } from "../../src/errors.ts";
import { type Answer, arg, command } from "../../src/slack/command.ts";
import { done } from "../../templates/incident/answers.ts";
import { accessCard, accessForm, madePrivate, makePrivateForm } from "../../templates/incident/people.ts";
import { type Ask, askedIncident, pick } from "./which.ts";

const verbs = ["list", "add", "remove"] as const;

/** Who may know of a private incident. */
export const access = command({
  name: "/incident access",
  synonyms: ["manage"],
  summary: "Who may know of a private incident: list, add, remove",
  examples: [
    "/incident access",
    "/incident access add @ben",
    "/incident access remove @ben",
    "/incident access INC-42",
  ],
  args: {
    incident: arg.incident(),
    what: arg.optional(arg.choice("<list|add|remove>", () => verbs)),
    person: arg.optional(arg.person()),
  },
  needs: "member",
  run: async (ask) => {
    const { app, caller, args } = ask;
    const incident = await askedIncident(ask, args.incident);
    if (!incident) throw new Refusal("not_here", "This is no incident's channel.", "Name it: /incident access INC-42.");
    if (args.what === undefined || args.what === "list") return listed(ask, incident);
    if (!args.person) {
      if (args.what === "remove") return listed(ask, incident);
      await recordLook(app, caller, incident, "access list");
      return { modal: accessForm(incident, ask.at.channelId) };
    }
    return args.what === "add" ? granted(ask, incident.id, args.person) : withdrawn(ask, incident.id, args.person);
  },
  buttons: {
    "incident.access": async (ask) => {
      const incident = await openForReading(ask.app, ask.caller, ask.about.id, "access list");
      return { modal: accessForm(incident, ask.at.channelId) };
    },
    "incident.access.remove": (ask) => {
      const [id = "", userId = ""] = ask.about.id.split("/");
      return withdrawn(ask, id, userId);
    },
  },
  fresh: ["incident.access", "incident.access.remove"],
  forms: {
    "incident.access": async (ask) => granted(ask, ask.about.id, ask.values.user("person") ?? ""),
  },
});

/** Makes an incident private. */
export const makeItPrivate = command({
  name: "/incident private",
  synonyms: ["restrict"],
  summary: "Make an incident private: only who is let in knows of it",
  examples: ["/incident private", "/incident private INC-42"],
  args: { incident: arg.incident() },
  needs: "member",
  run: async (ask) => {
    const incident = await askedIncident(ask, ask.args.incident);
    if (!incident) return pick(ask, "incident.private", "Which incident do you want to make private?", "any");
    if (incident.isPrivate) throw new Refusal("already_done", `${incidentName(incident)} is private already.`);
    return { modal: makePrivateForm(incident, ask.at.channelId) };
  },
  buttons: {
    "incident.private": async (ask) => {
      const incident = await openForReading(ask.app, ask.caller, ask.about.id);
      return { modal: makePrivateForm(incident, ask.at.channelId) };
    },
  },
  forms: {
    "incident.private": async ({ app, caller, about }) => {
      return { text: madePrivate(await makePrivate(app, caller, about.id)) };
    },
  },
});

async function listed({ app, caller }: Ask, incident: Incident): Promise<Answer> {
  return { text: accessCard(incident, await accessList(app, caller, incident)) };
}

async function granted({ app, caller, at }: Ask, id: string, userId: string): Promise<Answer> {
  const incident = await grantAccess(app, caller, id, userId);
  return { text: done(`<@${userId}> has access to ${incidentName(incident)} now.`, incident, at) };
}

async function withdrawn(ask: Ask, id: string, userId: string): Promise<Answer> {
  const { app, caller, at } = ask;
  const incident = await withdrawAccess(app, caller, id, userId);
  // Who takes their own access away learns nothing more of it.
  const still = await findIncident(app, caller, { number: incident.number }).catch(() => null);
  const sentence = `<@${userId}> has no access to ${incidentName(incident)} any more.`;
  return { text: done(sentence, still ?? { ...incident, channelId: null }, at) };
}
