import { randomBytes, randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Json, JsonObject } from "../page/protocol.ts";
import type { Delivery, Outcome } from "./deliver.ts";

/** The other way to reach the app: over sockets it opened itself. */
export interface SocketMode {
  /** A web socket address with a ticket that is good for one connection. */
  readonly openAddress: (debugReconnects: boolean) => string;
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  readonly deliver: (delivery: Delivery) => Promise<Outcome>;
  readonly connections: () => number;
  /** Asks every connection to be opened anew, as Slack does every few hours; after a warning it stays open for ten seconds. */
  readonly refresh: (reason?: "refresh_requested" | "warning") => void;
  /** Cuts every connection without a word. */
  readonly cut: () => void;
  readonly stop: () => void;
}

export interface SocketModeOptions {
  readonly appId: string;
  readonly host: () => string;
  readonly patience: number;
  readonly onConnections: () => void;
}

/** docs.slack.dev/apis/events-api/using-socket-mode: up to ten connections for one app. */
const mostConnections = 10;
const pingEvery = 10_000;
const warningMilliseconds = 10_000;

const envelopeTypes = {
  event: "events_api",
  command: "slash_commands",
  interactive: "interactive",
  options: "interactive",
} as const;

interface Connection {
  readonly socket: WebSocket;
  /** What waits for an acknowledgement on this very socket, by envelope id. */
  readonly waiting: Map<string, (outcome: Outcome) => void>;
}

export function createSocketMode(options: SocketModeOptions): SocketMode {
  const server = new WebSocketServer({ noServer: true });
  const tickets = new Set<string>();
  const connections: Connection[] = [];
  let turn = 0;
  const pings = setInterval(() => {
    for (const { socket } of connections) socket.ping();
  }, pingEvery);
  pings.unref();

  function welcome(socket: WebSocket): void {
    if (connections.length >= mostConnections) {
      socket.send(JSON.stringify({ type: "disconnect", reason: "too_many_websockets", debug_info: debugInfo() }));
      socket.close();
      return;
    }
    const connection: Connection = { socket, waiting: new Map() };
    connections.push(connection);
    socket.on("message", (data) => acknowledge(connection, String(data)));
    socket.on("error", () => socket.terminate());
    socket.on("close", () => {
      leave(connection);
      for (const settle of connection.waiting.values()) {
        settle({ ok: false, reason: "connection_failed", noRetry: false });
      }
      options.onConnections();
    });
    socket.send(
      JSON.stringify({
        type: "hello",
        num_connections: connections.length,
        debug_info: debugInfo(),
        connection_info: { app_id: options.appId },
      }),
    );
    options.onConnections();
  }

  /** From now on nothing new is sent on it. */
  function leave(connection: Connection): void {
    const at = connections.indexOf(connection);
    if (at >= 0) connections.splice(at, 1);
  }

  function debugInfo(): JsonObject {
    return { host: "sandbox", build_number: 1, approximate_connection_time: 18_060 };
  }

  function acknowledge(connection: Connection, data: string): void {
    const message = parse(data);
    const id = message?.envelope_id;
    if (typeof id !== "string") return;
    connection.waiting.get(id)?.({ ok: true, body: message?.payload ?? "" });
  }

  return {
    openAddress: (debugReconnects) => {
      const ticket = randomBytes(16).toString("hex");
      tickets.add(ticket);
      const more = debugReconnects ? "&debug_reconnects=true" : "";
      return `ws://${options.host()}/link/?ticket=${ticket}&app_id=${options.appId}${more}`;
    },
    upgrade: (request, socket, head) => {
      const ticket = new URL(request.url ?? "", "http://slack.invalid").searchParams.get("ticket") ?? "";
      if (!tickets.delete(ticket)) {
        socket.end("HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n\r\n");
        return;
      }
      server.handleUpgrade(request, socket, head, welcome);
    },
    deliver: (delivery) => {
      turn += 1;
      const connection = connections[turn % Math.max(1, connections.length)];
      if (!connection) return Promise.resolve({ ok: false, reason: "connection_failed", noRetry: false });
      return sendEnvelope(connection, delivery, options.patience);
    },
    connections: () => connections.length,
    refresh: (reason = "refresh_requested") => {
      for (const connection of [...connections]) {
        const { socket } = connection;
        socket.send(JSON.stringify({ type: "disconnect", reason, debug_info: { host: "sandbox" } }));
        if (reason === "warning") {
          setTimeout(() => socket.close(), warningMilliseconds).unref();
          continue;
        }
        leave(connection);
        socket.close();
      }
    },
    cut: () => {
      for (const { socket } of [...connections]) socket.terminate();
    },
    stop: () => {
      clearInterval(pings);
      for (const { socket } of [...connections]) socket.terminate();
      server.close();
    },
  };
}

function sendEnvelope(connection: Connection, delivery: Delivery, patience: number): Promise<Outcome> {
  const id = randomUUID();
  return new Promise((resolve) => {
    const settle = (outcome: Outcome) => {
      clearTimeout(timer);
      connection.waiting.delete(id);
      resolve(outcome);
    };
    const timer = setTimeout(() => settle({ ok: false, reason: "http_timeout", noRetry: false }), patience);
    connection.waiting.set(id, settle);
    connection.socket.send(
      JSON.stringify({
        envelope_id: id,
        payload: delivery.payload,
        type: envelopeTypes[delivery.kind],
        accepts_response_payload: delivery.kind !== "event",
        ...(delivery.kind === "event"
          ? { retry_attempt: delivery.retry?.number ?? 0, retry_reason: delivery.retry?.reason ?? "" }
          : {}),
      }),
    );
  });
}

function parse(data: string): { readonly [key: string]: Json } | null {
  try {
    const value = JSON.parse(data) as Json;
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
  } catch {
    return null;
  }
}
