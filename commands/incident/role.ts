import type { Configuration } from "../../src/domain/configuration.ts";
import { type Incident, incidentName } from "../../src/domain/incident/incident.ts";
import { snoozeLead } from "../../src/domain/incident/reminders.ts";
import { assignRole, requireRole, roles } from "../../src/domain/incident/roles.ts";
import { arg, command } from "../../src/slack/command.ts";
import { roleForm } from "../../templates/incident/forms.ts";
import { reply } from "../../templates/kit.ts";
import { type Ask, askedIncident, buttonTarget, formIncident, formTarget, tellDone } from "./which.ts";

/** Gives somebody a role. */
export const role = command({
  name: "/incident role",
  synonyms: ["roles"],
  summary: "Give somebody a role, or see who has which",
  examples: ["/incident role scribe @ben", "/incident role comms me", "/incident role"],
  args: {
    incident: arg.incident(),
    role: arg.optional(arg.choice("<role>", roleWords)),
    person: arg.optional(arg.person()),
  },
  needs: "member",
  run: async (ask) => assignOrAsk(ask, ask.args),
  buttons: {
    "incident.role": async (ask) => ({ modal: roleForm(ask.app.config, await buttonTarget(ask)) }),
  },
  forms: {
    "incident.role": async (ask) => {
      const { app, caller, values } = ask;
      const changed = await assignRole(
        app,
        caller,
        formIncident(ask),
        values.choice("role") ?? "",
        values.user("person"),
      );
      return tellDone(ask, changed, `The roles of ${incidentName(changed)} are changed.`);
    },
  },
});

/** Names who leads. */
export const lead = command({
  name: "/incident lead",
  synonyms: ["commander", "assign", "ic"],
  summary: "Name the commander, or take the lead yourself",
  examples: ["/incident lead me", "/incident lead @ben", "/incident lead"],
  args: { incident: arg.incident(), person: arg.optional(arg.person()) },
  needs: "member",
  run: async (ask) => assignOrAsk(ask, { ...ask.args, role: "commander" }),
  buttons: {
    "incident.lead": async (ask) => ({
      modal: roleForm(ask.app.config, await buttonTarget(ask), { role: "commander" }),
    }),
    "incident.lead-snooze": async (ask) => {
      await snoozeLead(ask.app, ask.caller, ask.about.id, 30);
      return { text: reply("I ask again in 30 minutes.") };
    },
    "incident.lead-me": async (ask) => {
      const changed = await assignRole(ask.app, ask.caller, ask.about.id, "commander", ask.caller.userId);
      return tellDone(ask, changed, `You lead ${incidentName(changed)}.`);
    },
  },
});

interface Assignment {
  readonly incident: number | undefined;
  readonly role: string | undefined;
  readonly person: string | undefined;
}

async function assignOrAsk(ask: Ask, wanted: Assignment) {
  const { app, caller } = ask;
  const incident: Incident | null = await askedIncident(ask, wanted.incident);
  const name = wanted.role ? requireRole(app.config, wanted.role).name : undefined;
  if (!incident || !name || !wanted.person) {
    const target = incident
      ? { incident, choices: [], channelId: ask.at.channelId }
      : await formTarget(ask, wanted.incident);
    // Who asks for the lead where nobody has it mostly means to take it.
    const isFree = name === "commander" && !incident?.roles.some((one) => one.role === name);
    const userId = wanted.person ?? (isFree ? caller.userId : null);
    return { modal: roleForm(app.config, target, { ...(name ? { role: name } : {}), userId }) };
  }
  const changed = await assignRole(app, caller, incident.id, name, wanted.person);
  return tellDone(ask, changed, `The roles of ${incidentName(changed)} are changed.`);
}

function roleWords(config: Configuration): readonly string[] {
  return roles(config).flatMap((known) => [known.name, ...known.aliases]);
}
