import { addMinutes } from "date-fns/addMinutes";
import { Refusal } from "../../errors.ts";
import { momentInWords } from "../guard/words.ts";
import type { App } from "../ports.ts";
import type { Factor } from "./factor.ts";
import { authenticatorOf } from "./proof.ts";

/** So many wrong codes in a row, and none is taken for a while: of a million codes three are right at a time. */
export const mostWrong = 5;
export const lockedMinutes = 15;

/** What checking a code came to. A refusal is answered and not thrown: that it was wrong has to be kept. */
export type CodeChecked = { readonly factor: Factor; readonly step: number } | { readonly refusal: Refusal };

/**
 * Checks a code somebody typed against their authenticator apps: right within 30 seconds of the moment, and each only
 * once. The fifth wrong one in a row locks codes for 15 minutes and tells the person.
 */
export async function checkCode(
  app: App,
  userId: string,
  typed: string,
  waiting: readonly Factor[] | null = null,
): Promise<CodeChecked> {
  const authenticator = authenticatorOf(app);
  const tries = await app.factors.tries(userId);
  if (tries.lockedUntil !== null && tries.lockedUntil > app.now) {
    return no(
      `Too many wrong codes: none is taken until ${momentInWords(tries.lockedUntil)}.`,
      "Use a passkey, or wait until then.",
    );
  }
  const code = typed.replaceAll(/[\s-]/g, "");
  if (!/^\d{6}$/.test(code)) return no("A code is six digits.");
  const factors = waiting ?? (await app.factors.of(userId)).filter(({ kind }) => kind === "code");
  let isUsed = false;
  for (const factor of factors) {
    const step = authenticator.stepOf(factor, code, app.now);
    if (step === null) continue;
    if (waiting !== null || (await app.factors.takeStep(factor.id, step, app.now))) {
      await app.factors.setTries(userId, { wrong: 0, lockedUntil: null });
      return { factor, step };
    }
    isUsed = true;
  }
  return wrong(app, userId, tries.wrong + 1, isUsed);
}

async function wrong(app: App, userId: string, count: number, isUsed: boolean): Promise<CodeChecked> {
  const locks = count >= mostWrong;
  const lockedUntil = locks ? addMinutes(app.now, lockedMinutes) : null;
  await app.factors.setTries(userId, { wrong: locks ? 0 : count, lockedUntil });
  await app.audit.add({
    actor: userId,
    action: locks ? "factor.locked" : "factor.wrong",
    subject: userId,
    details: { wrong: count, used: isUsed, ...(lockedUntil === null ? {} : { until: lockedUntil.toISOString() }) },
  });
  if (lockedUntil !== null) {
    const subject = `locked:${userId}:${lockedUntil.toISOString()}`;
    await app.outbox.add(
      { kind: "message", view: "ops.factor", subject, place: { user: userId }, once: subject },
      "answer",
    );
    return no(`That was wrong for the ${mostWrong}th time: no code is taken for ${lockedMinutes} minutes.`);
  }
  const left = mostWrong - count;
  return no(
    isUsed ? "That code was used already; wait for the next one." : "That is not the code of this moment.",
    `${left} more ${left === 1 ? "try" : "tries"}, then codes are locked for ${lockedMinutes} minutes.`,
  );
}

function no(message: string, next: string | null = null): CodeChecked {
  return { refusal: new Refusal("needs_factor", message, next, "code") };
}
