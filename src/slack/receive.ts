import type { IncomingMessage, ServerResponse } from "node:http";
import { App, HTTPReceiver, type Receiver, type ReceiverEvent, SocketModeReceiver } from "@slack/bolt";
import type { Log } from "../domain/ports.ts";
import { boltLogger } from "./bolt-logger.ts";
import type { Workspace } from "./connection.ts";
import { list, type Payload, record, text, withoutZeroBytes } from "./payload.ts";
import { acceptRequest } from "./signed-request.ts";
import { startSocket } from "./socket.ts";

/** What is done with each kind of ask. `ack` answers Slack. */
export interface Handlers {
  readonly command: (body: Payload, ack: Ack) => Promise<void>;
  readonly button: (body: Payload, action: Payload, ack: Ack) => Promise<void>;
  readonly form: (body: Payload, ack: Ack) => Promise<void>;
  readonly shortcut: (body: Payload, ack: Ack) => Promise<void>;
  readonly suggestions: (body: Payload, ack: Ack) => Promise<void>;
  /** Throws where the event could not be recorded. */
  readonly event: (body: Payload) => Promise<void>;
}
export type Ack = (body?: Payload) => Promise<void>;

export type ReceiveMode =
  | { readonly kind: "http"; readonly signingSecret: string }
  | { readonly kind: "socket"; readonly appToken: string; readonly apiUrl: string };

export interface ReceiveOptions {
  readonly mode: ReceiveMode;
  readonly botToken: string;
  readonly workspace: Workspace;
  readonly handlers: Handlers;
  readonly log: Log;
  /** Called when Socket Mode stands again after it broke. */
  readonly onReconnect?: () => void;
}

export interface Receiving {
  /** For src/http; null in Socket Mode. */
  readonly requestListener: ((request: IncomingMessage, response: ServerResponse) => void) | null;
  readonly start: () => Promise<void>;
  /** Whether deliveries can come in. */
  readonly isConnected: () => boolean;
  /** Waits for asks under way, then takes no more. */
  readonly stop: () => Promise<void>;
}

/** Every ask is answered within this time. */
const drainMilliseconds = 3000;

/** Bolt over HTTP or Socket Mode, with one difference: an event is acknowledged only once it is recorded. */
export function createReceiving(options: ReceiveOptions): Receiving {
  const { mode, log, handlers } = options;
  const logger = boltLogger(log);
  const underWay = new Set<Promise<void>>();
  const http =
    mode.kind === "http"
      ? new HTTPReceiver({
          signingSecret: mode.signingSecret,
          logger,
          processEventErrorHandler: async ({ error, response }) => {
            log.warn({ err: error }, "a delivery failed; Slack is asked to send it again");
            if (!response.headersSent) response.writeHead(500).end();
            return true;
          },
        })
      : null;

  function deliver(app: App, event: ReceiverEvent): Promise<void> {
    const work = process(app, event, options.workspace);
    underWay.add(work);
    const done = () => void underWay.delete(work);
    work.then(done, done);
    return work;
  }

  function socketReceiver(socket: ReceiveMode & { readonly kind: "socket" }, app: App): SocketModeReceiver {
    const one = new SocketModeReceiver({
      appToken: socket.appToken,
      logger,
      installerOptions: { clientOptions: { slackApiUrl: socket.apiUrl, retryConfig: { retries: 0 } } },
      processEventErrorHandler: async ({ error }) => {
        log.warn({ err: error }, "a delivery failed and is not acknowledged; Slack sends it again");
        return false;
      },
    });
    one.init({ processEvent: (event: ReceiverEvent) => deliver(app, event) } as App);
    return one;
  }

  const receiver: Receiver = {
    init: (app) => http?.init({ processEvent: (event: ReceiverEvent) => deliver(app, event) } as App),
    start: async () => {},
    stop: async () => {},
  };
  const app = new App({
    receiver,
    logger,
    convoStore: false,
    clientOptions: { slackApiUrl: "http://127.0.0.1:9/", retryConfig: { retries: 0 } },
    authorize: async () => ({
      botToken: options.botToken,
      botId: options.workspace.botId,
      botUserId: options.workspace.botUserId,
    }),
  });
  listen(app, handlers);
  const line =
    mode.kind === "socket"
      ? startSocket(() => socketReceiver(mode, app), log, options.onReconnect ?? (() => {}))
      : null;

  return {
    requestListener: http
      ? (request, response) => {
          acceptRequest(request, response, http.requestListener).catch((error: unknown) => {
            log.error({ err: error }, "a delivery broke");
            if (!response.headersSent) response.writeHead(500).end();
          });
        }
      : null,
    start: async () => line?.start(),
    isConnected: () => line === null || line.isConnected(),
    stop: async () => {
      const deadline = performance.now() + drainMilliseconds;
      while (underWay.size > 0 && performance.now() < deadline) {
        await Promise.race([Promise.allSettled(underWay), new Promise((resolve) => setTimeout(resolve, 100))]);
      }
      await line?.stop();
    },
  };
}

/** One delivery: foreign teams get nothing, events are acknowledged last, what nobody knows is acknowledged at once. */
async function process(app: App, event: ReceiverEvent, workspace: Workspace): Promise<void> {
  const clean = { ...event, body: withoutZeroBytes(event.body) };
  const body = record(clean.body);
  if (isForeign(body, workspace)) return event.ack();
  if (body.event !== undefined) {
    if (text(record(body.event).type) === null) return event.ack();
    await app.processEvent({ ...clean, ack: async () => {} });
    return event.ack();
  }
  const known = ["block_actions", "block_suggestion", "view_submission", "view_closed", "shortcut", "message_action"];
  if (body.command === undefined && !known.includes(text(body.type) ?? "")) return event.ack();
  await app.processEvent(clean);
}

/**
 * Whether a delivery is for an installation that is not ours. In an organisation a payload may name no team, and in a
 * shared channel the person's own team is another one.
 */
export function isForeign(body: Payload, workspace: Pick<Workspace, "teamId" | "enterpriseId">): boolean {
  if (workspace.teamId === "") return false;
  const view = record(body.view);
  const authorized = list(body.authorizations).map((one) => text(record(one).team_id));
  const teams = [text(body.team_id), text(record(body.team).id), text(view.app_installed_team_id), ...authorized];
  const named = teams.filter((team) => team !== null);
  if (named.length > 0) return !named.includes(workspace.teamId) && !named.includes(workspace.enterpriseId ?? "");
  const enterprise = text(body.enterprise_id) ?? text(record(body.enterprise).id);
  return enterprise !== null && workspace.enterpriseId !== null && enterprise !== workspace.enterpriseId;
}

/** One listener for all kinds: of several, Bolt leads each delivery past every one of them. */
function listen(app: App, handlers: Handlers): void {
  app.use(async (args) => {
    // Bolt's types of bodies and acknowledgements differ for each kind; ours read all of them as data.
    const { body, payload, ack } = args as unknown as { readonly body: Payload; readonly payload: Payload; ack: Ack };
    if (body.event !== undefined) return handlers.event(body);
    if (body.command !== undefined) return handlers.command(body, ack);
    switch (body.type) {
      case "block_actions":
        return handlers.button(body, payload, ack);
      case "view_submission":
        return handlers.form(body, ack);
      case "view_closed":
        return ack();
      case "shortcut":
      case "message_action":
        return handlers.shortcut(body, ack);
      case "block_suggestion":
        return handlers.suggestions(body, ack);
    }
  });
  app.error(async (error) => {
    throw error;
  });
}
