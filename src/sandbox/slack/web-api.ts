import type { IncomingMessage, ServerResponse } from "node:http";
import type { Json, JsonObject } from "../page/protocol.ts";
import type { Core } from "./core.ts";
import { invalidArguments, SlackFailure } from "./failure.ts";
import type { Fault, FaultBox } from "./faults.ts";
import { type Method, methods, requireScope } from "./method.ts";
import type { RateLimits } from "./rate-limits.ts";

/** One Web API call as it was received and answered. */
export interface CallRecord {
  readonly at: number;
  readonly method: string;
  readonly args: JsonObject;
  /** Arguments the method does not have: Slack passes over them, a test may not want to. */
  readonly ignored: readonly string[];
  readonly status: number;
  /** Null when the connection was dropped. */
  readonly answer: JsonObject | null;
}

export interface WebApi {
  readonly core: Core;
  readonly registered: ReadonlyMap<string, Method>;
  readonly faults: FaultBox;
  readonly rateLimits: RateLimits;
  readonly botToken: string;
  readonly appToken: string;
  readonly record: (call: CallRecord) => void;
}

interface Outcome {
  readonly status: number;
  readonly answer: JsonObject;
  readonly retryAfter?: number;
}

/** Arguments Slack takes with every method and that Bolt adds of its own accord. */
const everywhere = new Set(["token", "team_id"]);

/** Answers one request to /api/<method>. */
export async function answerCall(api: WebApi, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "", "http://slack.invalid");
  const method = url.pathname.replace(/^\/api\//, "");
  const given = await readArguments(request, url);
  const { token: _secret, ...args } = given ?? {};
  const fault = api.faults.take(method, args);
  const struck = fault !== undefined && (fault.error ?? fault.status ?? fault.drop) !== undefined;
  const honest = struck && fault.performed !== true ? undefined : await perform(api, request, method, given, args);
  const outcome = struck || !honest ? faulty(fault) : honest;
  const known = methods[method]?.args ?? {};
  api.record({
    at: api.core.clock.now(),
    method,
    args,
    ignored: Object.keys(args).filter((key) => !Object.hasOwn(known, key) && !everywhere.has(key)),
    status: outcome.status,
    answer: fault?.drop ? null : outcome.answer,
  });
  if (fault?.delayMilliseconds) await wait(api.core, fault.delayMilliseconds);
  if (fault?.drop) request.socket.destroy();
  else send(api, method, response, outcome);
}

function wait(core: Core, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    core.clock.after(milliseconds, resolve);
  });
}

function faulty(fault: Fault | undefined): Outcome {
  if (fault?.error) return { status: 200, answer: { ok: false, error: fault.error } };
  const status = fault?.status ?? 500;
  if (status === 429) {
    return { status, answer: { ok: false, error: "ratelimited" }, retryAfter: fault?.retryAfterSeconds ?? 1 };
  }
  return { status, answer: { ok: false, error: "internal_error" } };
}

function send(api: WebApi, method: string, response: ServerResponse, outcome: Outcome): void {
  response.writeHead(outcome.status, {
    "content-type": "application/json; charset=utf-8",
    "x-oauth-scopes": [...api.core.granted].join(","),
    "x-accepted-oauth-scopes": (methods[method]?.scope.bot ?? []).join(","),
    ...(outcome.retryAfter === undefined ? {} : { "retry-after": String(outcome.retryAfter) }),
  });
  response.end(JSON.stringify(outcome.answer));
}

async function perform(
  api: WebApi,
  request: IncomingMessage,
  method: string,
  given: JsonObject | null,
  args: JsonObject,
): Promise<Outcome> {
  try {
    if (given === null) throw new SlackFailure("invalid_json");
    requireToken(api, method, request.headers.authorization ?? "", given.token);
    const found = api.registered.get(method);
    if (!found) throw unknownMethod(method);
    const seconds = api.faults.rateLimits ? api.rateLimits(method, args) : null;
    if (seconds !== null) {
      return { status: 429, answer: { ok: false, error: "ratelimited" }, retryAfter: seconds };
    }
    if (method !== "apps.connections.open") requireScope(api.core, methods[method]?.scope.bot ?? []);
    const missing = (methods[method]?.required ?? []).filter((key) => args[key] === undefined || args[key] === null);
    if (missing.length > 0) throw missingArguments(method, missing);
    return { status: 200, answer: { ok: true, ...(await found.run({ core: api.core, method, args })) } };
  } catch (error) {
    if (!(error instanceof SlackFailure)) throw error;
    return { status: 200, answer: { ok: false, error: error.code, ...error.fields } };
  }
}

function missingArguments(method: string, missing: readonly string[]): SlackFailure {
  if (method === "conversations.create") return new SlackFailure("invalid_name_required");
  if (method === "files.getUploadURLExternal") return new SlackFailure("missing_argument");
  return invalidArguments(missing.map((key) => `missing required field: ${key}`));
}

function unknownMethod(method: string): SlackFailure {
  if (!methods[method]) return new SlackFailure("unknown_method", { req_method: method });
  const message = `[ERROR] the sandbox does not have ${method}; docs/sandbox-coverage.md lists what it has`;
  return new SlackFailure("unknown_method", { req_method: method, response_metadata: { messages: [message] } });
}

function requireToken(api: WebApi, method: string, authorization: string, field: Json | undefined): void {
  const token = /^Bearer (.+)$/i.exec(authorization)?.[1] ?? (typeof field === "string" ? field : "");
  // Validating blocks and testing the connection need no token.
  if (method === "api.test" || method === "blocks.validate") return;
  if (token === "") throw new SlackFailure("not_authed");
  if (token !== api.botToken && token !== api.appToken) throw new SlackFailure("invalid_auth");
  const wanted = method === "apps.connections.open" ? api.appToken : api.botToken;
  if (token !== wanted) throw new SlackFailure("not_allowed_token_type");
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The arguments from query, form or JSON body; null when a JSON body is not a JSON object. */
async function readArguments(request: IncomingMessage, url: URL): Promise<JsonObject | null> {
  const body = (await readBody(request)).toString("utf8");
  const query = Object.fromEntries(url.searchParams);
  if (!(request.headers["content-type"] ?? "").startsWith("application/json")) {
    return { ...query, ...Object.fromEntries(new URLSearchParams(body)) };
  }
  try {
    const json = JSON.parse(body) as Json;
    return typeof json === "object" && json !== null && !Array.isArray(json)
      ? { ...query, ...(json as JsonObject) }
      : null;
  } catch {
    return null;
  }
}
