import type { JsonObject } from "../../page/protocol.ts";
import { type Core, seconds } from "../core.ts";
import { SlackFailure } from "../failure.ts";
import { bot, flag, list, type Method, type MethodCall, required } from "../method.ts";
import type { Usergroup } from "../workspace.ts";

function usergroupObject(core: Core, group: Usergroup, withUsers: boolean): JsonObject {
  return {
    id: group.id,
    team_id: core.workspace.team.id,
    is_usergroup: true,
    is_subteam: true,
    name: group.name,
    description: group.description,
    handle: group.handle,
    is_external: false,
    date_create: group.created,
    date_update: group.updated,
    date_delete: group.disabled ? group.updated : 0,
    auto_type: null,
    auto_provision: false,
    enterprise_subteam_id: "",
    created_by: "U0EVA",
    updated_by: group.updatedBy,
    deleted_by: group.disabled ? group.updatedBy : null,
    prefs: { channels: [], groups: [] },
    user_count: group.users.length,
    channel_count: 0,
    ...(withUsers ? { users: group.users } : {}),
  };
}

function usergroup(call: MethodCall): Usergroup {
  const found = call.core.workspace.usergroups[required(call, "usergroup")];
  if (!found) throw new SlackFailure("no_such_subteam");
  return found;
}

/** usergroups.*: groups one can mention, such as who is on call. */
export const usergroupsMethods: readonly Method[] = [
  {
    name: "usergroups.list",
    run: (call) => ({
      usergroups: Object.values(call.core.workspace.usergroups)
        .filter((group) => flag(call, "include_disabled") || !group.disabled)
        .map((group) => usergroupObject(call.core, group, flag(call, "include_users"))),
    }),
  },
  {
    name: "usergroups.users.list",
    run: (call) => ({ users: usergroup(call).users }),
  },
  {
    name: "usergroups.users.update",
    run: (call) => {
      const { core } = call;
      const group = usergroup(call);
      const users = list(call, "users") ?? [];
      if (users.length === 0) throw new SlackFailure("no_users_provided");
      if (users.some((id) => core.workspace.people[id]?.deleted ?? true)) throw new SlackFailure("invalid_users");
      Object.assign(group, { users, updated: seconds(core), updatedBy: bot(core) });
      core.changed("everyone");
      return { usergroup: usergroupObject(core, group, true) };
    },
  },
];
