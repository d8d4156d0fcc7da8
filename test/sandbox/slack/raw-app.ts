import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { SandboxSlack } from "../../../src/sandbox/slack/slack.ts";

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The event body, the interaction payload, or the fields of a command. */
  // biome-ignore lint/suspicious/noExplicitAny: payloads are looked into freely by the tests
  readonly payload: any;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Never answers. */
  readonly silent?: boolean;
}

/** An app with no framework: keeps every request and answers as it is told. */
export async function rawApp(
  slack: SandboxSlack,
  answer: (received: Received, index: number) => Answer = () => ({}),
): Promise<Received[]> {
  const requests: Received[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const received = { headers: request.headers, body, payload: read(request.headers["content-type"] ?? "", body) };
    requests.push(received);
    const { status = 200, headers = {}, body: answered, silent } = answer(received, requests.length - 1);
    if (silent) return;
    const json = answered !== undefined && typeof answered !== "string";
    response.writeHead(status, { ...(json ? { "content-type": "application/json" } : {}), ...headers });
    response.end(json ? JSON.stringify(answered) : (answered ?? ""));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    slack.deliverTo(null);
    server.closeAllConnections();
    server.close();
  });
  slack.deliverTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`);
  return requests;
}

function read(type: string, body: string): unknown {
  if (type.startsWith("application/json")) return JSON.parse(body);
  const fields = Object.fromEntries(new URLSearchParams(body));
  return fields.payload === undefined ? fields : JSON.parse(fields.payload);
}
