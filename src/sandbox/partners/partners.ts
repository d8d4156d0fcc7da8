import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { Partner, PartnerRequest, PartnerResponse } from "./partner.ts";

/** What goes wrong with requests to a partner. */
export interface PartnerFault {
  /** The answer instead of the true one; without it the connection breaks off. */
  readonly answer?: PartnerResponse;
  /** The request does its work all the same, and only its answer is lost or wrong. */
  readonly performed?: boolean;
  /** How many requests it strikes; once when left out. */
  readonly times?: number;
  /** Which requests it strikes; all when left out. */
  readonly when?: (request: PartnerRequest) => boolean;
}

/** A request and what it was answered; no answer where the connection broke off. */
export interface PartnerCall {
  readonly partner: string;
  readonly request: PartnerRequest;
  readonly status: number | null;
}

export interface PartnersServer {
  /** Where a partner answers: http://127.0.0.1:…/pagerduty, without a slash at the end. */
  readonly urlOf: (id: string) => string;
  /** Makes requests to a partner fail. */
  readonly fail: (id: string, fault: PartnerFault) => void;
  /** Every request so far, oldest first. */
  readonly calls: readonly PartnerCall[];
  readonly dump: () => Readonly<Record<string, unknown>>;
  readonly stop: () => Promise<void>;
}

/** Serves every partner on one port of 127.0.0.1, each under its own first path part. */
export async function servePartners(partners: readonly Partner[]): Promise<PartnersServer> {
  const faults: { readonly id: string; readonly fault: PartnerFault; left: number }[] = [];
  const calls: PartnerCall[] = [];

  function take(id: string, request: PartnerRequest): PartnerFault | null {
    const found = faults.find((one) => one.id === id && one.left > 0 && (one.fault.when?.(request) ?? true));
    if (!found) return null;
    found.left -= 1;
    return found.fault;
  }

  /** Null where the connection is to break off. */
  async function answerOf(id: string, request: PartnerRequest): Promise<PartnerResponse | null> {
    const partner = partners.find((candidate) => candidate.id === id);
    if (!partner) return { status: 404, body: { message: `There is no partner "${id}"` } };
    const fault = take(id, request);
    if (!fault) return partner.handle(request);
    if (fault.performed) await partner.handle(request);
    return fault.answer ?? null;
  }

  const server = createServer(async (incoming, response) => {
    const { id, request } = await read(incoming);
    const answer = await answerOf(id, request).catch(
      (error: unknown): PartnerResponse => ({ status: 500, body: { message: String(error) } }),
    );
    calls.push({ partner: id, request, status: answer?.status ?? null });
    if (calls.length > 1000) calls.shift();
    if (!answer) {
      incoming.socket.destroy();
      return;
    }
    const { status, headers, body } = answer;
    const plain = typeof body === "string" || Buffer.isBuffer(body);
    response.writeHead(status, {
      ...(body === undefined ? {} : { "content-type": plain ? "text/plain; charset=utf-8" : "application/json" }),
      ...headers,
    });
    response.end(body === undefined ? undefined : plain ? body : JSON.stringify(body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    urlOf: (id) => `http://127.0.0.1:${port}/${id}`,
    fail: (id, fault) => void faults.push({ id, fault, left: fault.times ?? 1 }),
    calls,
    dump: () => Object.fromEntries(partners.map((partner) => [partner.id, partner.dump()])),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function read(incoming: IncomingMessage): Promise<{ readonly id: string; readonly request: PartnerRequest }> {
  const url = new URL(incoming.url ?? "/", "http://partners");
  const [, id = "", ...rest] = url.pathname.split("/");
  const headers = Object.entries(incoming.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(", ") : (value ?? ""),
  ]);
  const request: PartnerRequest = {
    method: incoming.method ?? "GET",
    path: `/${rest.join("/")}`,
    query: url.searchParams,
    headers: Object.fromEntries(headers),
    body: await buffer(incoming),
  };
  return { id, request };
}
