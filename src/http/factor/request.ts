import type { IncomingMessage, ServerResponse } from "node:http";
import { Refusal } from "../../errors.ts";

const mostBytes = 64 * 1024;
const cookieName = "tocsin-factor";

/** What a page's form or script sent, by name; JSON or a form, at most 64 KB. */
export async function readFields(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) throw new Refusal("bad_argument", "That is too much.", null);
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks).toString("utf8");
  if (!isJson(request)) return Object.fromEntries(new URLSearchParams(body));
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === "object" && parsed !== null) return parsed as Readonly<Record<string, unknown>>;
  } catch {
    // Said below.
  }
  throw new Refusal("bad_argument", "That could not be read.", null);
}

export function isJson(request: IncomingMessage): boolean {
  return (request.headers["content-type"] ?? "").startsWith("application/json");
}

/** The session of the browser's open page; empty where it has none. */
export function sessionOf(request: IncomingMessage): string {
  const pairs = (request.headers.cookie ?? "").split(";").map((pair) => pair.trim().split("="));
  return pairs.find(([name]) => name === cookieName)?.[1] ?? "";
}

/** Gives the browser its session: for these pages alone, out of reach of scripts and of other sites. */
export function giveSession(response: ServerResponse, session: string, isHttps: boolean): void {
  const parts = [`${cookieName}=${session}`, "Path=/factor", "HttpOnly", "SameSite=Strict", "Max-Age=900"];
  response.setHeader("set-cookie", [...parts, ...(isHttps ? ["Secure"] : [])].join("; "));
}
