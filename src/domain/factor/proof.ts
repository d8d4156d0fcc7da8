import { Refusal } from "../../errors.ts";
import type { OperationRecord, Ruling } from "../operation/operation.ts";
import type { App } from "../ports.ts";
import type { Authenticator, Factor, FactorKind, FactorNeed } from "./factor.ts";

/** That a person showed a second factor, for their word on exactly one plan. Made only by what checks one. */
export interface Proof {
  readonly userId: string;
  readonly kind: FactorKind;
  readonly operationId: string;
  readonly planHash: string;
}

/** What makes and checks second factors; a Refusal with the way out where the installation has no key for it. */
export function authenticatorOf(app: App): Authenticator {
  if (app.authenticator !== null) return app.authenticator;
  throw new Refusal(
    "not_possible",
    "This installation has no key for second factors, so what asks for one cannot be done.",
    "Ask whoever runs Tocsin to set SECOND_FACTOR_KEY and PUBLIC_URL; `npm run doctor` says how.",
  );
}

/** The factors of a person that a rule takes; a Refusal with the way out where they have none. */
export async function usableFactors(app: App, need: FactorNeed, userId: string): Promise<readonly Factor[]> {
  authenticatorOf(app);
  const factors = (await app.factors.of(userId)).filter(({ kind }) => need === "any" || kind === "passkey");
  if (factors.length > 0) return factors;
  throw new Refusal(
    "needs_factor",
    need === "any"
      ? "This asks for a second factor, and you have none yet."
      : "This asks for a passkey, and you have none yet.",
    "Set one up with `/ops factor`; it takes a minute. Then press again.",
  );
}

/**
 * The kind of factor shown for a word on this plan; null where the ruling asks for none. Throws a Refusal where none was
 * shown, or one for something else: another person's word, another operation, a plan that is not this one.
 */
export function shownFor(
  record: Pick<OperationRecord, "id" | "code" | "planHash">,
  ruling: Pick<Ruling, "rule" | "secondFactor">,
  userId: string,
  proof: Proof | null,
): FactorKind | null {
  const need = ruling.secondFactor ?? null;
  if (need === null) return null;
  const isMeant =
    proof !== null &&
    proof.userId === userId &&
    proof.operationId === record.id &&
    proof.planHash === record.planHash &&
    (need === "any" || proof.kind === "passkey");
  if (isMeant) return proof.kind;
  throw new Refusal(
    "needs_factor",
    `“${ruling.rule}” asks for ${need === "passkey" ? "a passkey" : "a second factor"}, shown for the plan of ${record.code} as it is.`,
    "Press the button on its card again.",
  );
}
