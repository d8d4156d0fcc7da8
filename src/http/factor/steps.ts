import {
  decisionPage,
  firstCodePage,
  linkPage,
  managePage,
  provePage,
  secretPage,
} from "../../../templates/factor/pages.ts";
import { refusalLine } from "../../../templates/refusal.ts";
import type { Caller } from "../../domain/access/caller.ts";
import { refuseStrangers } from "../../domain/access/policy.ts";
import { checkCode } from "../../domain/factor/code.ts";
import { decideByPasskey, mayDecide } from "../../domain/factor/decide.ts";
import { beginCode, beginPasskey, finishCode, finishPasskey, removeOwn } from "../../domain/factor/enrol.ts";
import type { FactorLink } from "../../domain/factor/factor.ts";
import { linkOf, openedLink } from "../../domain/factor/link.ts";
import { beginAssertion, checkAssertion } from "../../domain/factor/passkey.ts";
import type { App } from "../../domain/ports.ts";
import { Refusal, type RefusalCode } from "../../errors.ts";
import type { FactorPagesOptions } from "./pages.ts";

/** What a step comes to: a page, the way to one, or facts for the script. */
export type Said = { readonly page: string } | { readonly to: string } | { readonly json: object };

export interface StepAsk extends FactorPagesOptions {
  readonly session: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

interface Opened {
  readonly app: App;
  readonly link: FactorLink;
  readonly caller: Caller;
  readonly text: (name: string) => string;
  readonly value: (name: string) => unknown;
}

const page = "/factor/page";

/** What a link shows before it is opened: for a decision the plan itself. */
export async function shownLink(options: FactorPagesOptions, token: string): Promise<Said> {
  const { userId } = await options.transact((app) => linkOf(app, token));
  const caller = await whoIs(options, userId);
  return options.transact(async (app) => {
    const link = await linkOf(app, token);
    return {
      page: link.decision === null ? linkPage(token, caller.name) : await planPage(options, app, link, caller, token),
    };
  });
}

async function planPage(
  { operations }: Pick<FactorPagesOptions, "operations">,
  app: App,
  link: FactorLink,
  caller: Caller,
  token: string | null,
): Promise<string> {
  const { decision } = link;
  if (decision === null) throw new Refusal("not_found", "This link decides nothing.");
  const { record, ruling } = await mayDecide(app, operations, decision.verb, decision.operationId, caller);
  return decisionPage({ token, name: caller.name, decision, record, ruling });
}

/** Who the link is for is asked of Slack afresh: guests and those who left get nothing by an old link. */
async function whoIs({ identify }: Pick<FactorPagesOptions, "identify">, userId: string): Promise<Caller> {
  const caller = await identify(userId, { fresh: true });
  refuseStrangers(caller);
  return caller;
}

/** Runs a step on the link that the browser has open, in one transaction; what somebody tried and may not is written down. */
function opened(work: (facts: Opened, ask: StepAsk) => Promise<Said>): (ask: StepAsk) => Promise<Said> {
  return async (ask) => {
    const { userId } = await ask.transact((app) => openedLink(app, ask.session));
    const caller = await whoIs(ask, userId);
    const value = (name: string) => ask.fields[name];
    const text = (name: string) => {
      const found = value(name);
      return typeof found === "string" ? found : "";
    };
    try {
      return await ask.transact(async (app) =>
        work({ app, link: await openedLink(app, ask.session), caller, text, value }, ask),
      );
    } catch (error) {
      if (error instanceof Refusal && noted.includes(error.code)) await noteRefusal(ask, userId, error);
      throw error;
    }
  };
}

const noted: readonly RefusalCode[] = [
  "not_allowed",
  "not_yours",
  "over_limit",
  "frozen",
  "outside_window",
  "needs_factor",
];

async function noteRefusal(ask: StepAsk, userId: string, { code, message }: Refusal): Promise<void> {
  await ask.transact((app) =>
    app.audit.add({ actor: userId, action: "factor.refused", subject: userId, details: { code, why: message } }),
  );
}

/** Every step by the last part of its address. */
export const steps: Readonly<Record<string, (ask: StepAsk) => Promise<Said>>> & {
  readonly page: (ask: StepAsk) => Promise<Said>;
} = {
  page: opened(async ({ app, link, caller }, ask) => {
    if (link.decision !== null) return { page: await planPage(ask, app, link, caller, null) };
    const factors = await app.factors.of(caller.userId);
    if (factors.length > 0 && link.provedAt === null) return { page: provePage(factors) };
    return { page: managePage(caller.name, factors) };
  }),

  prove: opened(async ({ app, link, caller, text }) => {
    const checked = await checkCode(app, caller.userId, text("code"));
    if ("refusal" in checked) {
      return { page: provePage(await app.factors.of(caller.userId), refusalLine(checked.refusal)) };
    }
    await app.factors.updateLink(link.id, { provedAt: app.now });
    return { to: page };
  }),

  app: opened(async ({ app, link, caller }) => ({ page: secretPage(await beginCode(app, link, caller)) })),

  "app/check": opened(async ({ app, link, caller, text }) => {
    const wrong = await finishCode(app, link, caller, text("code"));
    return wrong === null ? { to: page } : { page: firstCodePage(refusalLine(wrong.refusal)) };
  }),

  remove: opened(async ({ app, link, caller, text }) => {
    await removeOwn(app, link, caller, text("id"));
    return { to: page };
  }),

  "passkey/new": opened(async ({ app, link, caller }) => ({
    json: { options: (await beginPasskey(app, link, caller)).options },
  })),

  "passkey/add": opened(async ({ app, link, caller, value }) => {
    await finishPasskey(app, link, caller, value("answer"));
    return { json: {} };
  }),

  "passkey/ask": opened(async ({ app, link }) => ({ json: { options: (await beginAssertion(app, link)).options } })),

  "passkey/prove": opened(async ({ app, link, value }) => {
    await checkAssertion(app, link, value("answer"));
    await app.factors.updateLink(link.id, { provedAt: app.now });
    return { json: {} };
  }),

  "passkey/decide": opened(async ({ app, link, caller, text, value }, { operations }) => {
    const record = await decideByPasskey(app, operations, link, caller, {
      answer: value("answer"),
      typed: text("name"),
    });
    const done = link.decision?.verb === "approve" ? "Approved" : "Confirmed";
    return { json: { done: `${done}: ${record.code}. You can close this page; how it goes on is in Slack.` } };
  }),
};
