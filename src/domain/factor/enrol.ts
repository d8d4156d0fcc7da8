import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { refuseStrangers } from "../access/policy.ts";
import { isOwnAccount } from "../access/same-person.ts";
import type { App } from "../ports.ts";
import { cleanLine } from "../text.ts";
import { checkCode } from "./code.ts";
import type { BrowserOptions, Factor, FactorLink, NewSecret, Passkey } from "./factor.ts";
import { authenticatorOf } from "./proof.ts";

const mostFactors = 10;

/**
 * Throws unless factors may be changed on this page: where its person has one already it must have been shown first,
 * else a stolen Slack session could add its own.
 */
export async function mustManage(app: App, link: FactorLink, caller: Caller): Promise<readonly Factor[]> {
  refuseStrangers(caller);
  if (link.decision !== null || link.userId !== caller.userId) {
    throw new Refusal("not_allowed", "This page is not for setting up second factors.", "Type /ops factor in Slack.");
  }
  const factors = await app.factors.of(caller.userId);
  if (factors.length > 0 && link.provedAt === null) {
    throw new Refusal("needs_factor", "Show a second factor that you have before you change any.");
  }
  return factors;
}

/** A new secret for an authenticator app; it counts once its first code was typed on the same page. */
export async function beginCode(app: App, link: FactorLink, caller: Caller): Promise<NewSecret> {
  mustHaveRoom(await mustManage(app, link, caller));
  const secret = authenticatorOf(app).newSecret({ userId: caller.userId, account: caller.email ?? caller.name });
  await app.factors.updateLink(link.id, { sealed: secret.sealed });
  return secret;
}

/** Takes the first code of a new authenticator app. A wrong one is answered, not thrown, so that it counts. */
export async function finishCode(
  app: App,
  link: FactorLink,
  caller: Caller,
  typed: string,
): Promise<{ readonly refusal: Refusal } | null> {
  mustHaveRoom(await mustManage(app, link, caller));
  if (link.sealed === null) throw new Refusal("stale", "There is no new authenticator app to check.", "Begin again.");
  const factor = newFactor(app, caller, { kind: "code", sealed: link.sealed, passkey: null });
  const checked = await checkCode(app, caller.userId, typed, [factor]);
  if ("refusal" in checked) return checked;
  await app.factors.insert(factor);
  // The code that set it up decides nothing any more.
  await app.factors.takeStep(factor.id, checked.step, app.now);
  await added(app, link, factor);
  return null;
}

/** What the browser is told to make a passkey with. */
export async function beginPasskey(app: App, link: FactorLink, caller: Caller): Promise<BrowserOptions> {
  const factors = await mustManage(app, link, caller);
  mustHaveRoom(factors);
  const { userId, name } = caller;
  const options = await authenticatorOf(app).registration({ userId, name, known: passkeysOf(factors) });
  await app.factors.updateLink(link.id, { challenge: options.challenge });
  return options;
}

/** Keeps the passkey a browser made. */
export async function finishPasskey(app: App, link: FactorLink, caller: Caller, answer: unknown): Promise<void> {
  mustHaveRoom(await mustManage(app, link, caller));
  const challenge = link.challenge;
  const passkey = challenge === null ? null : await authenticatorOf(app).registered(answer, challenge);
  if (passkey === null) throw new Refusal("needs_factor", "The passkey could not be checked.", "Try again.");
  const factor = newFactor(app, caller, { kind: "passkey", sealed: null, passkey });
  if ((await app.factors.insert(factor)) === null) {
    throw new Refusal("already_done", "This passkey is set up already.", "Use another one.");
  }
  await added(app, link, factor);
}

/** Takes away one of one's own. */
export async function removeOwn(app: App, link: FactorLink, caller: Caller, id: string): Promise<void> {
  const found = (await mustManage(app, link, caller)).find((factor) => factor.id === id);
  if (found === undefined) throw new Refusal("not_found", "This second factor is not there any more.");
  await removeAll(app, [found], caller, null);
}

/** Takes away every factor of somebody who lost theirs: by an admin, never of oneself, with a reason, told to the person. */
export async function removeOfAnother(
  app: App,
  caller: Caller,
  userId: string,
  reason: string | null,
): Promise<readonly Factor[]> {
  refuseStrangers(caller);
  if (await isOwnAccount(app, caller, userId)) {
    throw new Refusal(
      "not_yours",
      "Your own second factors you take away on your page, by showing one.",
      "Open it with `/ops factor`. If you lost them all, ask another admin.",
    );
  }
  if (caller.kind !== "admin") {
    throw new Refusal(
      "not_allowed",
      "Denied: only workspace admins take away another person's second factors.",
      "Ask one of them.",
    );
  }
  const why = cleanLine(reason ?? "");
  if (why === "") {
    throw new Refusal("needs_reason", "Taking away somebody's second factors needs a reason.", 'Add `--reason "…"`.');
  }
  const factors = await app.factors.of(userId);
  if (factors.length === 0) throw new Refusal("not_found", `<@${userId}> has no second factor.`);
  await removeAll(app, factors, caller, why);
  return factors;
}

async function removeAll(app: App, factors: readonly Factor[], caller: Caller, why: string | null): Promise<void> {
  const [first] = factors;
  if (first === undefined) return;
  const ids = factors.map(({ id }) => id);
  await app.factors.remove(ids, { at: app.now, by: caller.userId, why });
  const isOwn = first.userId === caller.userId;
  // A link that was asked for before would lead to a page that knows less.
  if (!isOwn) await app.factors.endLinks(first.userId, app.now);
  await app.audit.add({
    actor: caller.userId,
    action: "factor.removed",
    subject: first.userId,
    details: { factors: factors.map(({ id, kind }) => ({ id, kind })), why },
  });
  await tell(app, `removed:${first.id}`, first.userId);
  if (isOwn) return;
  const subject = `removed:${first.id}`;
  const place = { configured: "operations" } as const;
  await app.outbox.add(
    { kind: "message", view: "ops.factor.removed", subject, place, once: `${subject}:ops` },
    "answer",
  );
}

async function added(app: App, link: FactorLink, factor: Factor): Promise<void> {
  // Whoever set it up holds it: they may go on and add another.
  await app.factors.updateLink(link.id, { sealed: null, challenge: null, provedAt: app.now });
  await app.audit.add({
    actor: factor.userId,
    action: "factor.added",
    subject: factor.userId,
    details: { id: factor.id, kind: factor.kind },
  });
  await tell(app, `added:${factor.id}`, factor.userId);
}

/** The person hears of it in Slack, so that what a stranger did does not stay unseen. */
async function tell(app: App, subject: string, userId: string): Promise<void> {
  await app.outbox.add(
    { kind: "message", view: "ops.factor", subject, place: { user: userId }, once: subject },
    "answer",
  );
}

function newFactor(app: App, caller: Caller, what: Pick<Factor, "kind" | "sealed" | "passkey">): Factor {
  return {
    id: app.newId(),
    userId: caller.userId,
    ...what,
    addedAt: app.now,
    usedAt: null,
    removedAt: null,
    removedBy: null,
    removedWhy: null,
  };
}

/** The passkeys among somebody's factors. */
export function passkeysOf(factors: readonly Factor[]): readonly Passkey[] {
  return factors.flatMap(({ passkey }) => (passkey === null ? [] : [passkey]));
}

function mustHaveRoom(factors: readonly Factor[]): void {
  if (factors.length < mostFactors) return;
  throw new Refusal("over_limit", `You have ${mostFactors} second factors, which is the most.`, "Take one away first.");
}
