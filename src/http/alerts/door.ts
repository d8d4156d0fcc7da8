import type { IncomingMessage, ServerResponse } from "node:http";
import { readAlerts } from "../../alerts/senders.ts";
import type { SentAlert } from "../../domain/alert/alert.ts";
import type { AlertSender, Sender } from "../../domain/alert/settings.ts";
import type { Log } from "../../domain/ports.ts";
import { readBody } from "../body.ts";
import { isSigned, sameSecret } from "../proof.ts";
import { createSns, type FetchText } from "./sns.ts";

export interface AlertDoorOptions {
  readonly sources: readonly AlertSender[];
  /** Records what was told; once it resolves it is not lost any more. */
  readonly take: (source: AlertSender, sent: readonly SentAlert[]) => Promise<void>;
  readonly fetchText: FetchText;
  readonly log: Pick<Log, "warn">;
  readonly count: (sender: Sender, outcome: string) => void;
}

/** Answers whether the request was for it: everything below /alerts/. */
export type AlertDoor = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

const mostBytes = 1024 * 1024;
/** One after the other, so that a storm of alerts leaves the database to people; who comes when so many wait comes again. */
const mostWaiting = 50;
/** So many alerts are recorded in one go. */
const atOnce = 50;

interface Ending {
  readonly status: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Takes what senders of alerts post to /alerts/<source>. Each proves itself as it can; who does not learns nothing.
 * 202 is answered once it is recorded, so that what is not is sent again.
 */
export function createAlertDoor(options: AlertDoorOptions): AlertDoor {
  const sns = createSns(options.fetchText);
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();

  async function inTurn(work: () => Promise<void>): Promise<void> {
    waiting += 1;
    const turn = last.then(work);
    last = turn.catch(() => {});
    try {
      await turn;
    } finally {
      waiting -= 1;
    }
  }

  async function taken(source: AlertSender, request: IncomingMessage): Promise<Ending> {
    const { proof } = source;
    if (proof.by === "token" && !hasToken(request, proof.token))
      return { status: 401, text: "a bearer token is needed", headers: { "www-authenticate": "Bearer" } };
    if (waiting >= mostWaiting) return { status: 429, text: "too many at once", headers: { "retry-after": "5" } };
    const body = await readBody(request, mostBytes);
    if (!body) return { status: 413, text: "too large", headers: { connection: "close" } };
    if (proof.by === "signature" && !isProved(source.sender, body, request, proof.secret))
      return { status: 401, text: "wrong signature" };
    let parsed = parse(body.toString("utf8"));
    if (proof.by === "sns") {
      const post = await sns(parsed, proof.topic);
      if (post.kind === "refused") return { status: 401, text: post.why };
      if (post.kind !== "message") return { status: 202, text: post.kind === "confirmed" ? "confirmed" : "recorded" };
      parsed = parse(post.body);
    }
    const sent = parsed === undefined ? null : readAlerts[source.sender](parsed, request.headers);
    if (sent === null) return { status: 400, text: `not what ${source.sender} sends` };
    await inTurn(async () => {
      for (let from = 0; from < sent.length; from += atOnce)
        await options.take(source, sent.slice(from, from + atOnce));
    });
    return { status: 202, text: "recorded" };
  }

  return async (request, response) => {
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    const name = /^\/alerts\/([^/]*)$/.exec(path)?.[1];
    if (name === undefined) return false;
    const end = ({ status, text, headers = {} }: Ending): true => {
      response.writeHead(status, { "content-type": "text/plain", "cache-control": "no-store", ...headers });
      response.end(`${text}\n`);
      return true;
    };
    const source = options.sources.find((one) => one.name === name);
    if (!source) return end({ status: 404, text: "no such source" });
    if (request.method !== "POST") return end({ status: 405, text: "POST only", headers: { allow: "POST" } });
    let ending: Ending;
    try {
      ending = await taken(source, request);
    } catch (error) {
      options.log.warn({ err: error, source: name }, "Alerts could not be recorded; their sender sends them again");
      ending = { status: 503, text: "not recorded, send it again", headers: { "retry-after": "5" } };
    }
    options.count(source.sender, ending.status < 300 ? "taken" : String(ending.status));
    return end(ending);
  };
}

function hasToken(request: IncomingMessage, token: string): boolean {
  return sameSecret(request.headers.authorization ?? "", `Bearer ${token}`);
}

/** Where each sender writes its signature, and what stands before it. */
const signatures: Partial<Record<Sender, { readonly header: string; readonly prefixes: readonly string[] }>> = {
  json: { header: "x-hub-signature-256", prefixes: ["sha256="] },
  grafana: { header: "x-grafana-alerting-signature", prefixes: [""] },
  sentry: { header: "sentry-hook-signature", prefixes: [""] },
  pagerduty: { header: "x-pagerduty-signature", prefixes: ["v1="] },
  snyk: { header: "x-hub-signature", prefixes: ["sha256="] },
  semgrep: { header: "x-semgrep-signature-256", prefixes: ["", "sha256="] },
};

function isProved(sender: Sender, body: Buffer, request: IncomingMessage, secret: string): boolean {
  const place = signatures[sender];
  if (!place) return false;
  const header = String(request.headers[place.header] ?? "");
  // Grafana signs the time as well where it is told to send it.
  const time = sender === "grafana" ? request.headers["x-grafana-alerting-timestamp"] : undefined;
  const signed = typeof time === "string" ? Buffer.concat([Buffer.from(`${time}:`), body]) : body;
  return place.prefixes.some((prefix) => isSigned(signed, header, { secret, prefix }));
}

/** Undefined where it is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
