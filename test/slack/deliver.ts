import { createHmac, randomUUID } from "node:crypto";
import type { SandboxSlack } from "../../src/sandbox/slack/slack.ts";

export interface Delivered {
  readonly status: number;
  readonly body: string;
}

/** Sends a signed request as Slack does; the options spoil it. */
export async function deliver(
  to: { readonly url: string; readonly sandbox: Pick<SandboxSlack, "signingSecret"> },
  body: string,
  options: {
    readonly type?: string;
    readonly stamp?: number;
    readonly secret?: string;
    readonly headers?: object;
  } = {},
): Promise<Delivered> {
  const { type = "application/x-www-form-urlencoded", stamp = Math.floor(Date.now() / 1000) } = options;
  const hmac = createHmac("sha256", options.secret ?? to.sandbox.signingSecret);
  const signature = `v0=${hmac.update(`v0:${stamp}:${body}`).digest("hex")}`;
  const response = await fetch(to.url, {
    method: "POST",
    body,
    headers: {
      "content-type": type,
      "x-slack-request-timestamp": String(stamp),
      "x-slack-signature": signature,
      ...options.headers,
    },
  });
  return { status: response.status, body: await response.text() };
}

/** A slash command's fields. */
export function commandBody(text: string, changes: Readonly<Record<string, string>> = {}): string {
  return new URLSearchParams({
    team_id: "T0WAOOAW",
    channel_id: "C0OPS",
    channel_name: "ops",
    user_id: "U0ANA",
    user_name: "ana",
    command: "/ops",
    text,
    trigger_id: randomUUID(),
    ...changes,
  }).toString();
}

export function interactionBody(payload: object): string {
  const base = { team: { id: "T0WAOOAW" }, user: { id: "U0ANA", team_id: "T0WAOOAW" }, trigger_id: randomUUID() };
  return new URLSearchParams({ payload: JSON.stringify({ ...base, ...payload }) }).toString();
}

export function eventBody(event: object, changes: object = {}): string {
  return JSON.stringify({
    type: "event_callback",
    team_id: "T0WAOOAW",
    api_app_id: "A0TOC",
    event_id: `Ev${randomUUID()}`,
    event_time: Math.floor(Date.now() / 1000),
    event,
    ...changes,
  });
}
