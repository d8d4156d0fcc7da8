import type { Caller } from "../access/caller.ts";
import { isGroup, isOneOf } from "../access/principal.ts";
import type { PersonReference } from "../configuration.ts";
import type { App } from "../ports.ts";
import type { OperationRecord } from "./operation.ts";
import { rolesFor } from "./rights.ts";

/**
 * Whether somebody could approve an operation that waits, by what was last learned of them and of the groups the
 * policy names; one not known could not. It is for showing only: the click itself asks Slack afresh.
 */
export async function mayApprove(app: App, operation: OperationRecord, userId: string): Promise<boolean> {
  if (operation.state !== "awaiting-approval" || operation.ruling === null) return false;
  if (operation.requesterId === userId || operation.approvals.some((one) => one.userId === userId)) return false;
  const { approvers } = operation.ruling;
  const person = (await app.people.known([userId])).get(userId);
  if (person === undefined) return false;
  const meant = await app.people.meant(approvers.filter(isGroup));
  const groups = [...meant].filter(([, userIds]) => userIds.includes(userId)).map(([group]) => group);
  const caller: Caller = {
    ...person,
    teamId: app.workspace.teamId ?? "",
    groupIds: groups.filter((group) => !group.startsWith("@")),
    groupHandles: groups.filter((group) => group.startsWith("@")).map((group) => group.slice(1)),
    timezone: "UTC",
  };
  return isOneOf(caller, approvers, await rolesFor(app, operation, userId));
}

/** The user groups the policy names as approvers; who is in them is looked up like who is on call. */
export function approverGroups(config: App["config"]): readonly PersonReference[] {
  return [...new Set(config.policy.flatMap((rule) => rule.approvers).filter(isGroup))];
}
