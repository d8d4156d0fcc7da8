import type { SocketModeReceiver } from "@slack/bolt";
import type { Log } from "../domain/ports.ts";
import { ConfigurationError } from "../errors.ts";
import { within } from "./identity.ts";

const helloMilliseconds = 10_000;
const retryMilliseconds = 2000;
const refusals =
  /invalid_auth|not_authed|account_inactive|token_revoked|not_allowed_token_type|user_removed_from_team|team_disabled/;

export interface SocketLine {
  /** Connects, or goes on trying where Slack is away; throws a ConfigurationError where Slack refuses the token. */
  readonly start: () => Promise<void>;
  readonly isConnected: () => boolean;
  readonly stop: () => Promise<void>;
}

/** Keeps Socket Mode's connection: Bolt's client reconnects a line that broke, but gives up on one that never stood. */
export function startSocket(receiver: SocketModeReceiver, log: Log, onReconnect: () => void): SocketLine {
  const { client } = receiver;
  let connected = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let before = false;
  client.on("connected", () => {
    connected = true;
    // What was said while there was no line has to be fetched.
    if (before) onReconnect();
    before = true;
  });
  for (const event of ["disconnected", "reconnecting", "close"] as const) {
    client.on(event, () => {
      connected = false;
    });
  }

  async function attempt(): Promise<void> {
    const opening = receiver.start();
    try {
      // Without a hello the client would wait for ever.
      await within(opening, helloMilliseconds);
    } catch (error) {
      opening.catch(() => {});
      if (refusals.test(String(error))) {
        throw new ConfigurationError([
          `SLACK_APP_TOKEN: Slack refuses the token (${refusals.exec(String(error))?.[0]}).`,
        ]);
      }
      log.warn({ err: error }, "Socket Mode is away; trying again");
      if (!stopped) timer = setTimeout(() => void again(), retryMilliseconds);
    }
  }

  async function again(): Promise<void> {
    try {
      await attempt();
    } catch (error) {
      log.error({ err: error }, "Slack refuses the app token");
    }
  }

  return {
    start: attempt,
    isConnected: () => connected,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      if (connected) await within(receiver.client.disconnect(), 2000).catch(() => {});
    },
  };
}
