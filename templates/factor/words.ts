import type { Factor, FactorKind } from "../../src/domain/factor/factor.ts";

/** What people call a kind of second factor. */
export const kindWords: Readonly<Record<FactorKind, string>> = { code: "Authenticator app", passkey: "Passkey" };

/** One of somebody's factors, such as "Passkey, since 2026-11-22, last used 2026-11-23". */
export function factorLine({ kind, addedAt, usedAt }: Factor): string {
  const used = usedAt === null ? "not used yet" : `last used ${dayOf(usedAt)}`;
  return `${kindWords[kind]}, since ${dayOf(addedAt)}, ${used}`;
}

function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}
