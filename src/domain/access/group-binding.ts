import { Refusal } from "../../errors.ts";
import type { Configuration } from "../configuration.ts";
import { operatorsPlace } from "../operation/place.ts";
import type { App } from "../ports.ts";
import type { Caller } from "./caller.ts";
import { refuseStrangers } from "./policy.ts";

/**
 * The user group that a handle of the configuration stands for. A handle is free for anybody who may edit groups, once
 * its group is renamed or disabled; rights stay with the group that had it when it was first seen.
 */
export interface GroupBinding {
  /** Without the @, in lower case. */
  readonly handle: string;
  readonly groupId: string;
  readonly boundAt: Date;
  /** Another group that was seen with the handle since; null for none. */
  readonly otherId: string | null;
}

export interface GroupBindingRecords {
  readonly of: (handles: readonly string[]) => Promise<readonly GroupBinding[]>;
  /** Keeps what a handle stands for; false where it stands for a group already. */
  readonly bind: (handle: string, groupId: string) => Promise<boolean>;
  /** Notes that another group has the handle; false where that was noted before. */
  readonly noteOther: (handle: string, otherId: string) => Promise<boolean>;
  readonly rebind: (handle: string, groupId: string) => Promise<void>;
}

interface NamedGroup {
  readonly id: string;
  readonly handle: string;
}

/** The handles of groups that the configuration gives rights to, without the @ and in lower case. */
export function handlesWithRights(config: Configuration): ReadonlySet<string> {
  const principals = [
    ...config.policy.flatMap(({ allow, approvers, breakGlass }) => [
      ...allow,
      ...approvers,
      ...(breakGlass?.reviewers ?? []),
    ]),
    ...config.changes.flatMap(({ approvers }) => approvers),
    ...(config.contacts ?? []).flatMap(({ visibleTo }) => visibleTo),
    ...config.audit.readers,
    ...config.postmortem.approval.by,
  ];
  return new Set(principals.flatMap((one) => (one.startsWith("@") ? one.slice(1).toLowerCase() : [])));
}

/**
 * Of these groups the handles that stand for another group: who is in one of them has no rights by it. A handle that
 * is seen for the first time stands for the group that has it; one that changed hands is told where operators look.
 */
export async function takenHandles(app: App, groups: readonly NamedGroup[]): Promise<readonly string[]> {
  const given = handlesWithRights(app.config);
  const named = groups.filter(({ handle }) => given.has(handle));
  if (named.length === 0) return [];
  const known = new Map(
    (await app.groupBindings.of(named.map(({ handle }) => handle))).map((one) => [one.handle, one]),
  );
  const taken: string[] = [];
  for (const { handle, id } of named) {
    const bound = known.get(handle);
    if (bound === undefined) await bindFirst(app, handle, id);
    else if (bound.groupId !== id) {
      taken.push(handle);
      await tellOther(app, handle, id);
    }
  }
  return taken;
}

async function bindFirst(app: App, handle: string, groupId: string): Promise<void> {
  if (!(await app.groupBindings.bind(handle, groupId))) return;
  await app.audit.add({ actor: "tocsin", action: "group.bound", subject: `@${handle}`, details: { group: groupId } });
}

async function tellOther(app: App, handle: string, otherId: string): Promise<void> {
  if (!(await app.groupBindings.noteOther(handle, otherId))) return;
  await app.audit.add({
    actor: "tocsin",
    action: "group.replaced",
    subject: `@${handle}`,
    details: { group: otherId },
  });
  const subject = `${handle}:${otherId}`;
  await app.outbox.add(
    { kind: "message", view: "ops.group", subject, place: operatorsPlace(app), once: `group:${subject}` },
    "answer",
  );
}

/** Gives the rights of a handle to the group that has it now: an admin says that this is right. */
export async function acceptGroup(app: App, caller: Caller, handle: string): Promise<GroupBinding> {
  refuseStrangers(caller);
  if (caller.kind !== "admin") {
    throw new Refusal(
      "not_allowed",
      "Denied: only workspace admins say which group a handle stands for.",
      "Ask one of them.",
    );
  }
  const [bound] = await app.groupBindings.of([handle]);
  if (!bound) {
    throw new Refusal("not_found", `No rights are given to @${handle} so far.`, "See `/ops policy` for the rules.");
  }
  if (bound.otherId === null) throw new Refusal("already_done", `@${handle} is the group that rights were given to.`);
  await app.groupBindings.rebind(handle, bound.otherId);
  await app.audit.add({
    actor: caller.userId,
    action: "group.accepted",
    subject: `@${handle}`,
    details: { from: bound.groupId, to: bound.otherId },
  });
  return { handle, groupId: bound.otherId, boundAt: app.now, otherId: null };
}
