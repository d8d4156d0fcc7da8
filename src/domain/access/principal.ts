import { Refusal } from "../../errors.ts";
import type { Caller, GroupDoubt } from "./caller.ts";

/** Whether a caller is one of the principals the policy names; `roles` are those they hold in the incident. */
export function isOneOf(caller: Caller, principals: readonly string[], roles: readonly string[] = []): boolean {
  return principals.some((principal) => isPrincipal(caller, principal, roles));
}

function isPrincipal(caller: Caller, principal: string, roles: readonly string[]): boolean {
  if (caller.kind !== "member" && caller.kind !== "admin") return false;
  if (principal === "members") return true;
  if (principal === "admins") return caller.kind === "admin";
  if (principal.startsWith("role:")) return roles.includes(principal.slice("role:".length));
  if (principal.startsWith("@")) return hasHandle(caller, principal.slice(1).toLowerCase());
  if (principal.includes("@")) return caller.email?.toLowerCase() === principal.toLowerCase();
  return principal === caller.userId || caller.groupIds.includes(principal);
}

function hasHandle(caller: Caller, handle: string): boolean {
  return (caller.groupHandles ?? []).some((one) => one.toLowerCase() === handle);
}

/** What keeps it from being certain that a caller is none of the principals; null where it is. */
export function doubtOver(caller: Caller, principals: readonly string[]): GroupDoubt | null {
  const doubt = caller.groupsInDoubt;
  if (doubt === undefined) return null;
  const concerns = (principal: string) =>
    isGroup(principal) && (doubt.handles === "all" || doubt.handles.includes(principal.slice(1).toLowerCase()));
  return principals.some(concerns) ? doubt : null;
}

/** Whether a principal is a user group: @handle or its id. */
export function isGroup(principal: string): boolean {
  return principal.startsWith("@") || /^S[A-Z0-9]{4,}$/.test(principal);
}

/**
 * The refusal for a caller who is none of those who may; `before` is what stands before their names, `after` what
 * stands behind. Where that is not certain it says so: unknown means no.
 */
export function notOneOf(
  caller: Caller,
  principals: readonly string[],
  {
    before,
    after = "",
    next = "Ask one of them.",
  }: { readonly before: string; readonly after?: string; readonly next?: string },
): Refusal {
  const doubt = doubtOver(caller, principals);
  const message = `${before} ${principalsInWords(principals)}${after}`;
  if (doubt === null) return new Refusal("not_allowed", `${message}.`, next);
  return new Refusal("not_allowed", `${message}, and ${doubt.why}.`, doubt.next);
}

/** Principals as people read them: "@oncall, workspace admins or the commander". */
export function principalsInWords(principals: readonly string[]): string {
  const words = principals.map((principal) => {
    if (principal === "members") return "members of this workspace";
    if (principal === "admins") return "workspace admins";
    if (principal.startsWith("role:")) return `the incident's ${principal.slice("role:".length)}`;
    if (/^[UW][A-Z0-9]+$/.test(principal)) return `<@${principal}>`;
    if (/^S[A-Z0-9]+$/.test(principal)) return `<!subteam^${principal}>`;
    return principal;
  });
  if (words.length <= 1) return words[0] ?? "nobody";
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
