import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import type { Configuration, Role } from "../configuration.ts";
import type { App } from "../ports.ts";
import { openForChange, requireOpen } from "./access.ts";
import { recordChange } from "./change.ts";
import type { Incident } from "./incident.ts";
import { requireServing } from "./serving.ts";

const commander: Role = {
  name: "commander",
  title: "Commander",
  aliases: ["lead", "ic"],
  summary: "Leads the response: decides, assigns roles, and sees that updates go out.",
};

/** The roles there are, the commander's among them whatever the configuration says. */
export function roles(config: Pick<Configuration, "roles">): readonly Role[] {
  return config.roles.some((role) => role.name === commander.name) ? config.roles : [commander, ...config.roles];
}

/** The role meant by its name, title or an alias. */
export function findRole(config: Pick<Configuration, "roles">, typed: string): Role | null {
  const word = typed.trim().toLowerCase();
  return (
    roles(config).find((role) => [role.name, role.title, ...role.aliases].some((s) => s.toLowerCase() === word)) ?? null
  );
}

export function requireRole(config: Pick<Configuration, "roles">, typed: string): Role {
  const role = findRole(config, typed);
  if (role) return role;
  throw new Refusal(
    "unknown_role",
    `There is no role “${typed.slice(0, 40)}”.`,
    `Roles are ${roles(config)
      .map((known) => known.name)
      .join(", ")}.`,
    "role",
  );
}

/** Who leads, else the person who declared it; null where alerts opened it and nobody leads yet. */
export function answersFor(
  app: { readonly workspace: Pick<App["workspace"], "botUserId"> },
  incident: Incident,
): string | null {
  const { reporterId } = incident;
  return commanderOf(incident) ?? (reporterId === app.workspace.botUserId ? null : reporterId);
}

/** Who leads; null while nobody does. */
export function commanderOf(incident: Pick<Incident, "roles">): string | null {
  return holderOf(incident, commander.name);
}

export function holderOf(incident: Pick<Incident, "roles">, role: string): string | null {
  return incident.roles.find((holder) => holder.role === role)?.userId ?? null;
}

/** Gives a role to a person, or with null takes it from whoever holds it. The person is invited and told what it means. */
export async function assignRole(
  app: App,
  caller: Caller,
  incidentId: string,
  roleName: string,
  userId: string | null,
): Promise<Incident> {
  const incident = await openForChange(app, caller, incidentId);
  requireOpen(incident, "lead");
  const role = requireRole(app.config, roleName);
  const before = holderOf(incident, role.name);
  if (userId === app.workspace.botUserId) {
    throw new Refusal("unknown_person", "That is me; I cannot hold a role.", "Name a person.", "person");
  }
  if (userId && userId !== caller.userId) await requireServing(app, userId, "person");
  if (before === userId) {
    throw new Refusal(
      "already_done",
      userId ? `<@${userId}> is ${role.title.toLowerCase()} already.` : `Nobody is ${role.title.toLowerCase()}.`,
      null,
      "person",
    );
  }
  const kept = incident.roles.filter((holder) => holder.role !== role.name);
  const changed = await recordChange(app, incident, caller.userId, {
    changes: { roles: userId ? [...kept, { role: role.name, userId, since: app.now }] : kept },
    entry: { kind: "role", text: roleSentence(role, userId, before, caller.userId) },
    audit: { action: "incident.role-assigned", details: { role: role.name, from: before, to: userId } },
    tell: true,
  });
  if (userId) await welcome(app, changed, caller, role, userId);
  return changed;
}

async function welcome(app: App, incident: Incident, _caller: Caller, role: Role, userId: string): Promise<void> {
  await app.incidents.addMembers(incident.id, [userId]);
  await app.outbox.add({ kind: "invite", incident: incident.id, userIds: [userId] });
  await app.outbox.add({
    kind: "message",
    view: "incident.role-assigned",
    subject: `${incident.id}:${role.name}`,
    place: { user: userId },
    once: `role:${incident.id}:${role.name}:${incident.version}`,
  });
}

function roleSentence(role: Role, userId: string | null, before: string | null, byId: string): string {
  if (!userId) return `<@${before}> is no longer ${role.title.toLowerCase()}`;
  const who =
    userId === byId ? `Took over as ${role.title.toLowerCase()}` : `Made <@${userId}> ${role.title.toLowerCase()}`;
  return before && before !== byId ? `${who}, after <@${before}>` : who;
}
