import { context, inert, type Reply, reply, section } from "../kit.ts";
import type { View } from "../views.ts";

/** Told once where a handle that rights are given to has become another user group's. */
export function groupReplaced(facts: {
  readonly handle: string;
  readonly groupId: string;
  readonly otherId: string;
}): Reply {
  const handle = `@${inert(facts.handle)}`;
  return reply(`${handle} is another user group now; rights stay with the one that had it.`, [
    section(
      `:warning: *${handle} is another user group now.* The policy gives rights to ${handle}, and they stay with the group that had this handle when it was first seen: whoever is in the new one has none by it.`,
    ),
    context(
      `Group ${facts.groupId} before, ${facts.otherId} now. If that is right, a workspace admin says so with \`/ops policy group ${handle}\`; if not, look who may edit user groups.`,
    ),
  ]);
}

/** The subject is the handle and the id of the group that has it now: oncall:S012ABC. */
export const groupViews = {
  "ops.group": async (app, subject) => {
    const [handle = "", otherId = ""] = subject.split(":");
    const [bound] = await app.groupBindings.of([handle]);
    if (!bound || bound.groupId === otherId) return null;
    return { reply: groupReplaced({ handle, groupId: bound.groupId, otherId }) };
  },
} satisfies Readonly<Record<string, View>>;
