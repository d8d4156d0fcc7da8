import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach } from "vitest";

/** A service's health address on 127.0.0.1, answering as the story says; stopped after the test. */
export async function startHealthAddress() {
  let answer = (response: ServerResponse): void => json(response, 200, { status: "ok" });
  let asked = 0;
  const server = createServer((_, response) => {
    asked += 1;
    answer(response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const stop = (): void => {
    server.closeAllConnections();
    server.close();
  };
  afterEach(stop);
  return {
    url: `http://127.0.0.1:${port}/health`,
    asked: () => asked,
    answers: (status: number, body: unknown = { status: status < 300 ? "ok" : "down" }) => {
      answer = (response) => json(response, status, body);
    },
    redirects: (to: string) => {
      answer = (response) => void response.writeHead(302, { location: to }).end();
    },
    says: (how: (response: ServerResponse) => void) => {
      answer = how;
    },
    stop,
  };
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
