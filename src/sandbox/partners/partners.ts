import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { Partner, PartnerRequest, PartnerResponse } from "./partner.ts";

export interface Partners {
  /** Where a partner answers: http://127.0.0.1:…/pagerduty, without a slash at the end. */
  readonly urlOf: (id: string) => string;
  readonly dump: () => Readonly<Record<string, unknown>>;
  readonly stop: () => Promise<void>;
}

/** Serves every partner on one port of 127.0.0.1, each under its own first path part. */
export async function startPartners(partners: readonly Partner[]): Promise<Partners> {
  const server = createServer(async (request, response) => {
    const answer = await answerOf(partners, request).catch(
      (error: unknown): PartnerResponse => ({ status: 500, body: { message: String(error) } }),
    );
    const text = typeof answer.body === "string";
    response.writeHead(answer.status, {
      ...(answer.body === undefined ? {} : { "content-type": text ? "text/plain; charset=utf-8" : "application/json" }),
      ...answer.headers,
    });
    response.end(answer.body === undefined ? undefined : text ? answer.body : JSON.stringify(answer.body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    urlOf: (id) => `http://127.0.0.1:${port}/${id}`,
    dump: () => Object.fromEntries(partners.map((partner) => [partner.id, partner.dump()])),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function answerOf(partners: readonly Partner[], request: IncomingMessage): Promise<PartnerResponse> {
  const url = new URL(request.url ?? "/", "http://partners");
  const [, id = "", ...rest] = url.pathname.split("/");
  const partner = partners.find((candidate) => candidate.id === id);
  if (!partner) return { status: 404, body: { message: `There is no partner "${id}"` } };
  const asked: PartnerRequest = {
    method: request.method ?? "GET",
    path: `/${rest.join("/")}`,
    query: url.searchParams,
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(", ") : (value ?? ""),
      ]),
    ),
    body: await buffer(request),
  };
  return partner.handle(asked);
}
