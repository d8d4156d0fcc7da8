import { groupMembers } from "../../domain/oncall/sync.ts";
import { type Sender, Undeliverable } from "./sender.ts";

/** Makes a team's user group hold who is on call now. Slack takes no empty group: in a gap it stays as it was. */
export const sendGroup: Sender<{ readonly team: string }> = async (context, _row, intent) => {
  const handle = context.config.oncall.find(({ name }) => name === intent.team)?.group;
  if (!handle) return undefined;
  const wanted = await context.work((app) => groupMembers(app, intent.team));
  if (wanted.length === 0) return undefined;
  const group = await context.directory.group(handle);
  if (!group) throw new Undeliverable("no_such_subteam");
  if (group.users.length === wanted.length && wanted.every((id) => group.users.includes(id))) return undefined;
  await context.call("usergroups.users.update", { usergroup: group.id, users: wanted.join(",") });
  context.directory.forget();
  return undefined;
};
