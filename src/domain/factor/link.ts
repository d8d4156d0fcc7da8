import { createHash } from "node:crypto";
import { addMinutes } from "date-fns/addMinutes";
import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { refuseStrangers } from "../access/policy.ts";
import type { App } from "../ports.ts";
import type { FactorLink, LinkDecision } from "./factor.ts";
import { authenticatorOf } from "./proof.ts";

/** How long a link can be opened, and a page for setting up factors is used. */
const openMinutes = 10;
/** How long somebody has for their word on a plan. */
export const decisionMinutes = 5;

/** The path of every page of second factors. */
export const factorPath = "/factor";

/** A link to the bot's pages for one person and one use; only its hash is kept. */
export async function makeLink(app: App, caller: Caller, decision: LinkDecision | null): Promise<string> {
  refuseStrangers(caller);
  const authenticator = authenticatorOf(app);
  const token = authenticator.newToken();
  await app.factors.addLink(
    {
      id: app.newId(),
      userId: caller.userId,
      decision,
      expiresAt: addMinutes(app.now, decision === null ? openMinutes : decisionMinutes),
      openedAt: null,
      provedAt: null,
      challenge: null,
      sealed: null,
      endedAt: null,
    },
    hashOf(token),
  );
  return authenticator.address(`${factorPath}/${token}`);
}

/** The link a token stands for, unopened; a Refusal where there is none, or it was used, or is too old. */
export async function linkOf(app: App, token: string): Promise<FactorLink> {
  const link = await app.factors.linkByToken(hashOf(token));
  if (link === null) throw gone("This link is not known here.");
  if (link.openedAt !== null || link.endedAt !== null) throw gone("This link was used before; each opens once.");
  if (link.expiresAt <= app.now) throw gone("This link is too old.");
  return link;
}

/** Opens a link for the browser that sent its token: from then on only the session, which is answered here, leads on. */
export async function openLink(app: App, token: string): Promise<{ readonly session: string }> {
  const link = await linkOf(app, token);
  const session = authenticatorOf(app).newToken();
  const opened = await app.factors.openLink(link.id, hashOf(session), {
    openedAt: app.now,
    expiresAt: link.decision === null ? addMinutes(app.now, openMinutes) : link.expiresAt,
  });
  if (opened === null) throw gone("This link was used before; each opens once.");
  return { session };
}

/** The link a browser has open; a Refusal where its time is over. */
export async function openedLink(app: App, session: string): Promise<FactorLink> {
  const link = session === "" ? null : await app.factors.linkBySession(hashOf(session));
  if (link === null) throw gone("No link is open in this browser.");
  if (link.endedAt !== null) throw gone("This page has done what it was for.");
  if (link.expiresAt <= app.now) throw gone("The time of this page is over.");
  return link;
}

function gone(message: string): Refusal {
  return new Refusal(
    "expired",
    message,
    "Go back to Slack and ask for a new one: press the button again, or type /ops factor.",
  );
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}
