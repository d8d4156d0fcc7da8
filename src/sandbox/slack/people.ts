import type { JsonObject, PersonState } from "../page/protocol.ts";
import type { Core } from "./core.ts";
import type { Person, Workspace } from "./workspace.ts";

/** Whether the person belongs to another workspace. */
export function isForeign(workspace: Workspace, person: Person): boolean {
  return person.teamId !== workspace.team.id;
}

function isStranger(workspace: Workspace, person: Person): boolean {
  return (
    isForeign(workspace, person) &&
    !Object.values(workspace.channels).some((channel) => channel.members.includes(person.id))
  );
}

/** A user as users.info and users.list answer it; the e-mail only with its own scope. */
export function userObject(core: Core, person: Person): JsonObject {
  const { workspace, granted } = core;
  const names = { real_name: person.realName, display_name: person.bot ? "" : person.name };
  const profile: JsonObject = {
    title: person.title,
    phone: "",
    skype: "",
    ...names,
    real_name_normalized: person.realName,
    display_name_normalized: names.display_name,
    fields: null,
    status_text: "",
    status_emoji: "",
    status_emoji_display_info: [],
    status_expiration: 0,
    avatar_hash: person.color,
    ...(granted.has("users:read.email") && person.email !== "" ? { email: person.email } : {}),
    first_name: person.realName.split(" ")[0] ?? "",
    last_name: person.realName.split(" ").slice(1).join(" "),
    status_text_canonical: "",
    team: person.teamId,
    ...(person.bot ? { bot_id: workspace.app.botId, api_app_id: workspace.app.id, always_active: true } : {}),
  };
  const common = { id: person.id, team_id: person.teamId, name: person.name, deleted: person.deleted };
  const flags = { is_bot: person.bot, is_app_user: false, updated: person.updated };
  if (person.deleted) return { ...common, profile, ...flags };
  return {
    ...common,
    color: person.color,
    real_name: person.realName,
    tz: person.timezone.name,
    tz_label: person.timezone.label,
    tz_offset: person.timezone.offset,
    profile,
    is_admin: person.admin,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: person.restricted,
    is_ultra_restricted: person.ultraRestricted,
    ...flags,
    is_email_confirmed: !person.bot,
    who_can_share_contact_card: "EVERYONE",
    ...(isForeign(workspace, person) ? { is_stranger: isStranger(workspace, person) } : {}),
  };
}

export function personState(workspace: Workspace, person: Person): PersonState {
  return {
    id: person.id,
    name: person.name,
    realName: person.realName,
    title: person.title,
    kind: kindOf(workspace, person),
    color: person.color,
  };
}

function kindOf(workspace: Workspace, person: Person): PersonState["kind"] {
  if (person.deleted) return "deleted";
  if (person.bot) return "bot";
  if (isForeign(workspace, person)) return "outsider";
  if (person.restricted || person.ultraRestricted) return "guest";
  return person.admin ? "admin" : "member";
}

/** Tells the app that a person's account changed, as Slack does when somebody is deactivated or made a guest. */
export function changePerson(core: Core, id: string, change: Partial<Person>): void {
  const person = core.workspace.people[id];
  if (!person) throw new Error(`There is no person ${id}.`);
  Object.assign(person, change, { id, updated: Math.floor(core.clock.now() / 1000) });
  core.changed("everyone");
  core.emit({
    subscription: "user_change",
    channel: null,
    event: {
      type: "user_change",
      user: userObject(core, person),
      cache_ts: person.updated,
      event_ts: `${person.updated}.000000`,
    },
  });
}
