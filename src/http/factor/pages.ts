import type { IncomingMessage, ServerResponse } from "node:http";
import { factorScript, factorStyle, wordPage } from "../../../templates/factor/pages.ts";
import { refusalLine } from "../../../templates/refusal.ts";
import { factorPath, openLink } from "../../domain/factor/link.ts";
import type { AnyOperation } from "../../domain/operation/operation.ts";
import type { Identify, Log, Transact } from "../../domain/ports.ts";
import { Refusal } from "../../errors.ts";
import { giveSession, isJson, readFields, sessionOf } from "./request.ts";
import { type Said, shownLink, steps } from "./steps.ts";

export interface FactorPagesOptions {
  readonly transact: Transact;
  readonly identify: Identify;
  readonly operations: readonly AnyOperation[];
  /** Where browsers reach these pages; null where second factors are not set up. */
  readonly site: () => string | null;
  /** Awaited before a step with a passkey is recorded: what checks one is loaded when it is first needed. */
  readonly ready: () => Promise<void>;
  readonly log: Log;
}

/** Answers whether the request was for a page of second factors. */
export type FactorPages = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

const headers = {
  "content-security-policy":
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  // A form's origin is sent to these pages and nothing to any other.
  "referrer-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cache-control": "no-store",
};

const files: Readonly<Record<string, readonly [type: string, body: string]>> = {
  [`${factorPath}/page.css`]: ["text/css; charset=utf-8", factorStyle],
  [`${factorPath}/passkey.mjs`]: ["text/javascript; charset=utf-8", factorScript],
};

/**
 * The pages where people set up second factors and give their word with a passkey. A link is opened once by a form of
 * its own page; from then on a cookie of this site leads on, and every change has to come from this site.
 */
export function createFactorPages(options: FactorPagesOptions): FactorPages {
  return async (request, response) => {
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    if (path !== factorPath && !path.startsWith(`${factorPath}/`)) return false;
    const file = files[path];
    if (file && isReading(request)) {
      send(request, response, 200, file[0], file[1]);
      return true;
    }
    try {
      const site = options.site();
      if (site === null) {
        send(request, response, 404, html, wordPage("Second factor", "Second factors are not set up here."));
        return true;
      }
      say(request, response, await answer(options, site, request, response, path));
    } catch (error) {
      trouble(options.log, request, response, error);
    }
    return true;
  };
}

async function answer(
  options: FactorPagesOptions,
  site: string,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<Said> {
  const step = path.slice(factorPath.length + 1);
  if (isReading(request)) {
    return step === "page"
      ? steps.page({ ...options, session: sessionOf(request), fields: {} })
      : shownLink(options, step);
  }
  if (request.method !== "POST") throw new Refusal("bad_argument", "This cannot be asked that way.", null);
  if (request.headers.origin !== site) {
    throw new Refusal("not_allowed", "This did not come from a page of the bot.", "Open the link from Slack.");
  }
  const fields = await readFields(request);
  if (step === "open") {
    const token = typeof fields.token === "string" ? fields.token : "";
    const { session } = await options.transact((app) => openLink(app, token));
    giveSession(response, session, site.startsWith("https:"));
    return isJson(request) ? { json: {} } : { to: `${factorPath}/page` };
  }
  const known = Object.hasOwn(steps, step) && step !== "page" ? steps[step] : undefined;
  if (!known) throw new Refusal("not_found", "There is no such page.", null);
  if (step.startsWith("passkey/")) await options.ready();
  return known({ ...options, session: sessionOf(request), fields });
}

const html = "text/html; charset=utf-8";

function say(request: IncomingMessage, response: ServerResponse, said: Said): void {
  if ("json" in said) send(request, response, 200, "application/json", JSON.stringify(said.json));
  else if ("page" in said) send(request, response, 200, html, said.page);
  else {
    response.setHeader("location", said.to);
    send(request, response, 303, html, "");
  }
}

/** A refusal is said where it happened; anything else is ours, and its details stay in the log. */
function trouble(log: Log, request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (!(error instanceof Refusal)) log.error({ err: error }, "a page of second factors broke");
  const text = error instanceof Refusal ? refusalLine(error) : "Something broke on our side.";
  const status = error instanceof Refusal ? (error.code === "expired" ? 410 : 403) : 500;
  if (isJson(request)) send(request, response, status, "application/json", JSON.stringify({ trouble: text }));
  else send(request, response, status, html, wordPage("Second factor", text));
}

function isReading(request: IncomingMessage): boolean {
  return request.method === "GET" || request.method === "HEAD";
}

function send(request: IncomingMessage, response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { ...headers, "content-type": type });
  response.end(request.method === "HEAD" ? undefined : body);
}
