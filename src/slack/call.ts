import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
} from "@slack/web-api";
import type { Metrics } from "../domain/ports.ts";

/** What became of a call that did not succeed. */
export type CallTrouble =
  /** Slack said no, in this word; nothing was done. */
  | { readonly kind: "refused"; readonly word: string; readonly data: Readonly<Record<string, unknown>> }
  | { readonly kind: "limited"; readonly seconds: number }
  /** It surely did not reach Slack. */
  | { readonly kind: "unreachable" }
  /** It may have been done: no answer came, or one that says nothing. */
  | { readonly kind: "in-doubt" };

/** A call to Slack that did not succeed. */
export class SlackCallError extends Error {
  override readonly name = "SlackCallError";
  readonly method: string;
  readonly trouble: CallTrouble;
  constructor(method: string, trouble: CallTrouble, cause: unknown) {
    const word = trouble.kind === "refused" ? trouble.word : trouble.kind;
    super(`${method}: ${word}`, { cause });
    this.method = method;
    this.trouble = trouble;
  }
}

export type SlackAnswer = Readonly<Record<string, unknown>>;
/** Calls one method of Slack's Web API; throws a SlackCallError. Never retries. */
export type SlackCall = (method: string, args?: Readonly<Record<string, unknown>>) => Promise<SlackAnswer>;

/** Slack answers within this time or the outcome is in doubt. */
export const callMilliseconds = 10_000;

// The client speaks on its own account of what we log ourselves.
const silent = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  setLevel: () => {},
  getLevel: () => "error" as never,
  setName: () => {},
};

/**
 * The only client: it neither retries nor waits, since its own way would hold every other call back while one method
 * is limited.
 */
export function createCall(options: {
  readonly token: string;
  readonly apiUrl: string;
  readonly metrics: Metrics;
  /** Ends every call under way, as in doubt. */
  readonly abort?: () => AbortSignal;
}): SlackCall {
  const { abort } = options;
  const client = new WebClient(options.token, {
    slackApiUrl: options.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: callMilliseconds,
    logger: silent,
    ...(abort ? { fetch: abortable(abort) } : {}),
  });
  return async (method, args = {}) => {
    const began = performance.now();
    const done = (outcome: string) => options.metrics.slackCalled(method, outcome, (performance.now() - began) / 1000);
    try {
      const answer = await client.apiCall(method, { ...args });
      done("ok");
      return answer as unknown as SlackAnswer;
    } catch (error) {
      const trouble = troubleOf(error);
      done(trouble.kind);
      throw new SlackCallError(method, trouble, error);
    }
  };
}

function abortable(abort: () => AbortSignal): typeof fetch {
  return (input, init) => {
    const signals = init?.signal ? [init.signal, abort()] : [abort()];
    return fetch(input, { ...init, signal: AbortSignal.any(signals) });
  };
}

/** Words by which Slack says that it is not well; whether the call was done is not known. */
const unwell = new Set(["internal_error", "fatal_error", "service_unavailable", "request_timeout"]);
const notConnected = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

function troubleOf(error: unknown): CallTrouble {
  if (error instanceof WebAPIRateLimitedError) return { kind: "limited", seconds: error.retryAfter };
  if (error instanceof WebAPIPlatformError) {
    const word = error.data.error;
    if (word === "ratelimited" || word === "rate_limited") return { kind: "limited", seconds: 1 };
    if (unwell.has(word)) return { kind: "in-doubt" };
    return { kind: "refused", word, data: error.data as unknown as Readonly<Record<string, unknown>> };
  }
  if (error instanceof WebAPIHTTPError && error.statusCode === 429) return { kind: "limited", seconds: 1 };
  if (error instanceof WebAPIRequestError && notConnected.has(causeCode(error.original)))
    return { kind: "unreachable" };
  return { kind: "in-doubt" };
}

function causeCode(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ("code" in at && typeof at.code === "string") return at.code;
  }
  return "";
}

/** Slack's word for a refusal; null for every other trouble. */
export function refusedWord(error: unknown): string | null {
  return error instanceof SlackCallError && error.trouble.kind === "refused" ? error.trouble.word : null;
}
