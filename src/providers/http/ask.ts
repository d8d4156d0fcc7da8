import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { TLSSocket } from "node:tls";
import type { HealthAddress } from "../../domain/health/health.ts";

export interface Answer {
  readonly status: number;
  /** At most 64 KB of it. */
  readonly body: string;
  /** It wanted to send us to another host, where we do not go. */
  readonly elsewhere: boolean;
  readonly certificateEnds: Date | null;
}

/** No answer: critical where the service itself gave none, unknown where the way to it is missing. */
export interface Unanswered {
  readonly fault: "critical" | "unknown";
  readonly detail: string;
}

const mostBytes = 64 * 1024;
const mostRedirects = 3;

/** Asks an address once, within its time limit, following redirects on the same host only. Never throws. */
export async function ask(
  address: HealthAddress,
): Promise<{ readonly answer: Answer | Unanswered; readonly at: Date; readonly milliseconds: number }> {
  const at = new Date();
  const begun = performance.now();
  const signal = AbortSignal.timeout(address.timeoutMilliseconds);
  const answer = await follow(new URL(address.url), signal).catch((error: unknown) =>
    unanswered(error, signal, address),
  );
  return { answer, at, milliseconds: Math.round(performance.now() - begun) };
}

async function follow(url: URL, signal: AbortSignal, redirects = 0): Promise<Answer> {
  const answer = await get(url, signal);
  if (!answer.location) return { ...answer, elsewhere: false };
  const next = URL.canParse(answer.location, url) ? new URL(answer.location, url) : null;
  if (!next || next.host !== url.host || !/^https?:$/.test(next.protocol)) return { ...answer, elsewhere: true };
  return redirects < mostRedirects ? follow(next, signal, redirects + 1) : { ...answer, elsewhere: false };
}

function get(url: URL, signal: AbortSignal): Promise<Omit<Answer, "elsewhere"> & { readonly location: string | null }> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === "https:" ? httpsRequest : httpRequest;
    // One connection for each look: a kept one would hide that new ones are refused.
    const options = { signal, agent: false, headers: { "user-agent": "tocsin", accept: "application/json, */*" } };
    const sent = send(url, options, (response) => {
      // The certificate is gone once the socket is closed.
      const certificateEnds = certificateEnd(response);
      read(response).then((body) => {
        const status = response.statusCode ?? 0;
        const redirects = [301, 302, 303, 307, 308].includes(status);
        resolve({ status, body, certificateEnds, location: redirects ? (response.headers.location ?? null) : null });
      }, reject);
    });
    sent.on("error", reject);
    sent.end();
  });
}

async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > mostBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, mostBytes).toString("utf8");
}

function certificateEnd(response: IncomingMessage): Date | null {
  const socket = response.socket as Partial<TLSSocket>;
  const text = socket.getPeerCertificate?.()?.valid_to;
  const end = text ? new Date(text) : null;
  return end && !Number.isNaN(end.getTime()) ? end : null;
}

/** What the network says, in words; the codes are Node's. Source: nodejs.org/api/errors.html#common-system-errors */
const words: Readonly<Record<string, readonly [Unanswered["fault"], string]>> = {
  ECONNREFUSED: ["critical", "refused the connection"],
  ECONNRESET: ["critical", "broke the connection off"],
  EPIPE: ["critical", "broke the connection off"],
  CERT_HAS_EXPIRED: ["critical", "shows a certificate that has expired"],
  ERR_TLS_CERT_ALTNAME_INVALID: ["critical", "shows a certificate for another name"],
  ENOTFOUND: ["unknown", "its name could not be looked up"],
  EAI_AGAIN: ["unknown", "its name could not be looked up"],
  EHOSTUNREACH: ["unknown", "there is no way to it from here"],
  ENETUNREACH: ["unknown", "there is no way to it from here"],
};

function unanswered(error: unknown, signal: AbortSignal, address: HealthAddress): Unanswered {
  if (signal.aborted) return { fault: "critical", detail: `gave no answer within ${address.timeoutMilliseconds} ms` };
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const [fault, detail] = words[code] ?? [
    /CERT|SSL|TLS|UNABLE_TO_VERIFY|SELF_SIGNED/.test(code) ? "critical" : "unknown",
    `could not be asked (${code || "no reason given"})`,
  ];
  return { fault, detail };
}
