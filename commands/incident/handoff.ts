import type { Configuration } from "../../src/domain/configuration.ts";
import { acceptHandoff, cancelHandoff, declineHandoff, offerRole } from "../../src/domain/incident/handoff.ts";
import { requireRole, roles } from "../../src/domain/incident/roles.ts";
import { type Answer, arg, command } from "../../src/slack/command.ts";
import { handoffForm } from "../../templates/incident/forms.ts";
import { actions, button, person, reply, section } from "../../templates/kit.ts";
import { type Ask, askedIncident, buttonTarget, formIncident, formTarget } from "./which.ts";

/** Hands a role over: it moves when the other accepts. */
export const handoff = command({
  name: "/incident handoff",
  synonyms: ["handover", "hand-over", "hand-off"],
  summary: "Hand your role over; it moves when the other accepts",
  examples: ["/incident handoff @ben", "/incident handoff communications @chi", "/incident handoff"],
  args: {
    incident: arg.incident(),
    role: arg.optional(arg.choice("<role>", roleWords)),
    person: arg.optional(arg.person()),
  },
  needs: "member",
  run: async (ask) => {
    const { app, args } = ask;
    const incident = await askedIncident(ask, args.incident);
    if (!incident || !args.person) {
      const role = args.role ? requireRole(app.config, args.role).name : undefined;
      const target = await formTarget(ask, args.incident);
      return { modal: handoffForm(app.config, target, { ...(role ? { role } : {}), userId: args.person ?? null }) };
    }
    // Without a word the role is the one the person has, else the commander's.
    const own = incident.roles.find((holder) => holder.userId === ask.caller.userId)?.role;
    return offered(ask, incident.id, args.role ?? own ?? "commander", args.person);
  },
  buttons: {
    "incident.handoff": async (ask) => ({ modal: handoffForm(ask.app.config, await buttonTarget(ask)) }),
    "incident.handoff.accept": async ({ app, caller, about }) => {
      const ended = await acceptHandoff(app, caller, about.id);
      if (ended.state === "accepted") return undefined;
      return { text: reply("Meanwhile somebody else got the role; nothing has changed.") };
    },
    "incident.handoff.decline": async ({ app, caller, about }) => {
      await declineHandoff(app, caller, about.id);
      return undefined;
    },
    "incident.handoff.cancel": async ({ app, caller, about }) => {
      const ended = await cancelHandoff(app, caller, about.id);
      return { text: reply(`The hand-over to ${person(ended.toUser)} is taken back.`) };
    },
  },
  forms: {
    "incident.handoff": async (ask) =>
      offered(ask, formIncident(ask), ask.values.choice("role") ?? "commander", ask.values.user("person") ?? ""),
  },
});

async function offered(
  ask: Pick<Ask, "app" | "caller">,
  incidentId: string,
  role: string,
  to: string,
): Promise<Answer> {
  const made = await offerRole(ask.app, ask.caller, incidentId, role, to);
  const title = requireRole(ask.app.config, made.role).title.toLowerCase();
  const text = `${person(to)} is asked to take over as ${title} and gets the state of things. The role moves when they accept.`;
  return {
    text: reply(text, [
      section(text),
      actions([button({ action: "incident.handoff.cancel", text: "Take it back", about: { id: made.id } })]),
    ]),
  };
}

function roleWords(config: Configuration): readonly string[] {
  return roles(config).flatMap((known) => [known.name, ...known.aliases]);
}
