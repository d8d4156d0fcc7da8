import { createHmac } from "node:crypto";
import { request as httpRequest } from "node:http";
import type { SandboxClock } from "../clock.ts";
import type { Json, JsonObject } from "../page/protocol.ts";
import type { FaultBox } from "./faults.ts";

/** One request to the app, by whichever way it is connected. */
export interface Delivery {
  readonly kind: "event" | "command" | "interactive" | "options";
  readonly payload: JsonObject;
  readonly retry?: { readonly number: number; readonly reason: FailureReason };
}

export type FailureReason = "http_timeout" | "connection_failed" | "http_error";

export type Outcome =
  | { readonly ok: true; readonly body: Json }
  | { readonly ok: false; readonly reason: FailureReason; readonly noRetry: boolean };

export interface HttpTarget {
  readonly url: string;
  readonly signingSecret: string;
  readonly clock: SandboxClock;
  readonly faults: FaultBox;
  /** How long the app may take to answer, on the wall clock. */
  readonly patience: number;
}

/** Sends one signed request, as Slack does in HTTP mode. */
export function deliverOverHttp(target: HttpTarget, delivery: Delivery): Promise<Outcome> {
  const body = encode(delivery);
  // Signatures stay on the wall clock: whoever checks them does, and a drill that moves time must not look like a replay.
  const timestamp = String(Math.floor((Date.now() + target.faults.clockSkew) / 1000));
  const signature = createHmac("sha256", target.signingSecret).update(`v0:${timestamp}:${body}`).digest("hex");
  const json = delivery.kind === "event";
  const headers = {
    "content-type": json ? "application/json" : "application/x-www-form-urlencoded",
    "content-length": String(Buffer.byteLength(body)),
    "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
    accept: json ? "*/*" : "application/json,*/*",
    connection: "close",
    "x-slack-request-timestamp": timestamp,
    "x-slack-signature": `v0=${signature}`,
    ...(delivery.retry
      ? { "x-slack-retry-num": String(delivery.retry.number), "x-slack-retry-reason": delivery.retry.reason }
      : {}),
  };
  return send(target, headers, body);
}

function encode({ kind, payload }: Delivery): string {
  if (kind === "event") return JSON.stringify(payload);
  if (kind === "command") return new URLSearchParams(payload as Record<string, string>).toString();
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}

function send(target: HttpTarget, headers: Record<string, string>, body: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const failed = (reason: FailureReason, noRetry = false) => resolve({ ok: false, reason, noRetry });
    const outgoing = httpRequest(target.url, { method: "POST", headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", () => failed("connection_failed"));
      response.on("end", () => {
        clearTimeout(timer);
        const status = response.statusCode ?? 0;
        if (status < 200 || status > 299) failed("http_error", response.headers["x-slack-no-retry"] === "1");
        else
          resolve({ ok: true, body: decode(Buffer.concat(chunks).toString("utf8"), response.headers["content-type"]) });
      });
    });
    const timer = setTimeout(() => {
      failed("http_timeout");
      outgoing.destroy();
    }, target.patience);
    outgoing.on("error", () => {
      clearTimeout(timer);
      failed("connection_failed");
    });
    outgoing.end(body);
  });
}

function decode(body: string, contentType: string | undefined): Json {
  if (body === "" || !(contentType ?? "").includes("json")) return body;
  try {
    return JSON.parse(body) as Json;
  } catch {
    return body;
  }
}
