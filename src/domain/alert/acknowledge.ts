import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { requireMember } from "../incident/access.ts";
import { endPagesAlone } from "../oncall/paging.ts";
import type { App } from "../ports.ts";
import type { AlertGroup } from "./alert.ts";
import { markAcknowledged } from "./mark.ts";

/** Records that somebody is on it: nobody is paged for it any more. Refused where somebody was before, or it is over. */
export async function acknowledgeAlert(app: App, caller: Caller, groupId: string): Promise<void> {
  requireMember(caller);
  const group = await requireGroup(app, groupId);
  if (group.acknowledgedAt !== null) {
    const who = group.acknowledgedBy === null ? "Somebody in PagerDuty" : `<@${group.acknowledgedBy}>`;
    throw new Refusal("already_done", `${who} has acknowledged it already.`);
  }
  if (group.endedAt !== null) throw new Refusal("already_done", "It is over already.", "There is nothing left to do.");
  await markAcknowledged(app, group, caller.userId);
  await endPagesAlone(app, group.pageIds, caller.userId);
}

/** The alerts of a message, locked for a change. */
export async function requireGroup(app: App, groupId: string): Promise<AlertGroup> {
  const group = await app.alerts.lockGroup(groupId);
  if (!group) throw new Refusal("not_found", "These alerts are not known here any more.");
  return group;
}
