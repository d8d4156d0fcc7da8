import type { SocketModeReceiver } from "@slack/bolt";
import type { Log } from "../domain/ports.ts";
import { ConfigurationError } from "../errors.ts";
import { within } from "./identity.ts";

const helloMilliseconds = 10_000;
/** Before the first next try; each further one waits twice as long. */
const retryMilliseconds = 2000;
const longestRetryMilliseconds = 30_000;
/** A connection that stood for this long is followed by another at once. */
const steadyMilliseconds = 10_000;
/** Every ask is answered within this time. */
const drainMilliseconds = 3000;
const refusals =
  /invalid_auth|not_authed|account_inactive|token_revoked|not_allowed_token_type|user_removed_from_team|team_disabled/;

export interface SocketLine {
  /** Connects, or goes on trying where Slack is away; throws a ConfigurationError where Slack refuses the token. */
  readonly start: () => Promise<void>;
  readonly isConnected: () => boolean;
  readonly stop: () => Promise<void>;
}

/**
 * Keeps a connection of Socket Mode. Each receiver stands for one: when it breaks, or Slack says that it is to be
 * replaced, the next is begun at once, and the old one still answers what came by it. Bolt's client would leave Slack
 * without one for five seconds, in which commands and clicks are lost, and ends the process where Slack answers the
 * next try with an HTTP error.
 */
export function startSocket(make: () => SocketModeReceiver, log: Log, onReconnect: () => void): SocketLine {
  const standing = new Map<SocketModeReceiver, { readonly since: number }>();
  const ended = new WeakSet<SocketModeReceiver>();
  let newest: SocketModeReceiver | null = null;
  let failures = 0;
  let before = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  async function open(): Promise<void> {
    const receiver = make();
    const { client } = receiver;
    newest = receiver;
    let refused: string | null = null;
    client.on("connected", () => {
      const others = [...standing.keys()].filter((one) => one !== receiver);
      standing.set(receiver, { since: performance.now() });
      // Those that are replaced may still have something to answer.
      for (const one of others) setTimeout(() => letGo(one), drainMilliseconds);
      // What was said while there was no line has to be fetched.
      if (before) onReconnect();
      before = true;
    });
    for (const event of ["close", "disconnected"] as const) {
      client.on(event, () => {
        follow(receiver);
        standing.delete(receiver);
        letGo(receiver);
      });
    }
    // The client closes a connection the moment it hears that it is to be replaced, and with it what it has to answer.
    const hear = client.listeners("ws_message");
    client.removeAllListeners("ws_message");
    client.on("ws_message", (data: unknown, ...more: unknown[]) => {
      const reason = farewell(data);
      if (reason !== null) {
        // Before the hello it is a no, such as too_many_websockets.
        if (!standing.has(receiver)) refused = reason;
        follow(receiver);
      } else for (const listener of hear) listener(data, ...more);
    });
    const opening = receiver.start();
    try {
      // Without a hello the client would wait for ever.
      await within(opening, helloMilliseconds);
    } catch (error) {
      opening.catch(() => {});
      newest = null;
      letGo(receiver);
      throw refused === null ? error : new Error(`Slack took no connection: ${refused}`);
    }
  }

  /** Ends a receiver's connection, and keeps it from beginning another one by itself. */
  function letGo(receiver: SocketModeReceiver): void {
    if (ended.has(receiver)) return;
    ended.add(receiver);
    receiver.client.disconnect().catch(() => {});
  }

  /** Has another connection take the place of one that stood. */
  function follow(receiver: SocketModeReceiver): void {
    const stood = standing.get(receiver);
    if (newest !== receiver || stood === undefined) return;
    newest = null;
    if (performance.now() - stood.since >= steadyMilliseconds) failures = 0;
    openLater(failures === 0 ? 0 : pause());
    failures += 1;
  }

  function openLater(milliseconds: number): void {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(() => void again(), milliseconds);
  }

  function pause(): number {
    return Math.min(longestRetryMilliseconds, retryMilliseconds * 2 ** Math.min(failures, 5));
  }

  async function attempt(): Promise<void> {
    try {
      await open();
    } catch (error) {
      openLater(pause());
      failures += 1;
      const word = refusals.exec(String(error))?.[0];
      if (word) throw new ConfigurationError([`SLACK_APP_TOKEN: Slack refuses the token (${word}).`]);
      log.warn({ err: error }, "Socket Mode is away; trying again");
    }
  }

  async function again(): Promise<void> {
    try {
      await attempt();
    } catch (error) {
      // Socket Mode may have been turned off for a while: it is tried again all the same.
      log.error({ err: error }, "Slack refuses the app token");
    }
  }

  return {
    start: async () => {
      try {
        await attempt();
      } catch (error) {
        clearTimeout(timer);
        throw error;
      }
    },
    isConnected: () => standing.size > 0,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      const open = new Set([...standing.keys(), ...(newest === null ? [] : [newest])]);
      newest = null;
      standing.clear();
      const closed = [...open].map((receiver) => {
        ended.add(receiver);
        return receiver.client.disconnect();
      });
      await within(Promise.all(closed), 2000).catch(() => {});
    },
  };
}

/**
 * Why Slack is about to close the connection, or wants it to be replaced; null for any other message
 * (docs.slack.dev/apis/events-api/using-socket-mode).
 */
function farewell(data: unknown): string | null {
  if (typeof data !== "string" || !data.includes('"disconnect"')) return null;
  try {
    const { type, reason } = JSON.parse(data) as { readonly type?: unknown; readonly reason?: unknown };
    return type === "disconnect" ? String(reason ?? "no reason") : null;
  } catch {
    return null;
  }
}
