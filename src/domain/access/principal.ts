import type { Caller } from "./caller.ts";

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
