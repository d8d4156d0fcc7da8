import { Refusal } from "../../errors.ts";
import type { App } from "../ports.ts";
import { passkeysOf } from "./enrol.ts";
import type { BrowserOptions, FactorLink } from "./factor.ts";
import { authenticatorOf, usableFactors } from "./proof.ts";

/** What the browser is told to sign with one of the person's passkeys. */
export async function beginAssertion(app: App, link: FactorLink): Promise<BrowserOptions> {
  const factors = await usableFactors(app, "passkey", link.userId);
  const options = await authenticatorOf(app).assertion(passkeysOf(factors));
  await app.factors.updateLink(link.id, { challenge: options.challenge });
  return options;
}

/** Checks what the person's passkey signed: once, for the challenge of this page. Throws a Refusal where it does not hold. */
export async function checkAssertion(app: App, link: FactorLink, answer: unknown): Promise<void> {
  const factors = await usableFactors(app, "passkey", link.userId);
  const credentialId = (answer as { readonly id?: unknown } | null)?.id;
  const factor = factors.find(({ passkey }) => passkey?.credentialId === credentialId);
  const passkey = factor?.passkey ?? null;
  if (factor === undefined || passkey === null || link.challenge === null) throw notHeld();
  const counter = await authenticatorOf(app).asserted(answer, link.challenge, passkey);
  if (counter === null || !(await app.factors.takeCounter(factor.id, passkey.counter, counter, app.now)))
    throw notHeld();
  await app.factors.updateLink(link.id, { challenge: null });
}

function notHeld(): Refusal {
  return new Refusal("needs_factor", "What the passkey signed could not be checked.", "Try again.");
}
