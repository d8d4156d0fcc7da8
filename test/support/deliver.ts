import { createHmac, randomUUID } from "node:crypto";
import type { JsonObject } from "../../src/sandbox/page/protocol.ts";
import type { Scenario } from "./scenario.ts";

/** What is sent to the bot, and how its sender signs it. */
export interface Delivery {
  readonly type: "application/json" | "application/x-www-form-urlencoded";
  readonly body: string;
  readonly signedWith?: string;
  /** How old the signature says it is. */
  readonly ageSeconds?: number;
}

/** Sends one request to the bot's own door, signed as Slack signs; answers the HTTP status and what it said. */
export async function deliver(story: Scenario, delivery: Delivery): Promise<{ status: number; text: string }> {
  const timestamp = String(Math.floor(Date.now() / 1000) - (delivery.ageSeconds ?? 0));
  const secret = delivery.signedWith ?? story.slack.signingSecret;
  const signature = createHmac("sha256", secret).update(`v0:${timestamp}:${delivery.body}`).digest("hex");
  const response = await fetch(`${story.address()}/slack/events`, {
    method: "POST",
    headers: {
      "content-type": delivery.type,
      "x-slack-request-timestamp": timestamp,
      "x-slack-signature": `v0=${signature}`,
    },
    body: delivery.body,
  });
  return { status: response.status, text: await response.text() };
}

/** Sends an event as Slack would, whatever the workspace knows of it: late, twice, or in another order. */
export async function deliverEvent(story: Scenario, event: JsonObject, id: string): Promise<number> {
  const body = JSON.stringify({
    type: "event_callback",
    token: "unused",
    team_id: "T0WAOOAW",
    api_app_id: "A0TOC",
    event,
    event_id: id,
    event_time: Math.floor(Number(event.event_ts)),
    authorizations: [{ enterprise_id: null, team_id: "T0WAOOAW", user_id: "U0TOC", is_bot: true }],
  });
  return (await deliver(story, { type: "application/json", body })).status;
}

/** Sends the press of a button as a client could forge it: any person, any value, whatever the page would let through. */
export async function deliverPress(
  story: Scenario,
  press: { readonly userId: string; readonly channelId: string; readonly action: string; readonly value: string },
): Promise<number> {
  const payload = {
    type: "block_actions",
    team: { id: "T0WAOOAW", domain: "waooaw" },
    user: { id: press.userId, username: press.userId, name: press.userId, team_id: "T0WAOOAW" },
    api_app_id: "A0TOC",
    token: "unused",
    trigger_id: `forged.${randomUUID()}`,
    container: { type: "message", message_ts: "1.1", channel_id: press.channelId, is_ephemeral: false },
    channel: { id: press.channelId, name: "ops" },
    actions: [{ type: "button", action_id: press.action, block_id: "b", value: press.value, action_ts: "1.1" }],
  };
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  return (await deliver(story, { type: "application/x-www-form-urlencoded", body })).status;
}
