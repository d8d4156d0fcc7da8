import type { IncomingMessage, ServerResponse } from "node:http";

/** Slack's largest deliveries are form submissions of well under this. */
const mostBytes = 2 * 1024 * 1024;
const readMilliseconds = 2500;
const mostAheadSeconds = 5 * 60;

/**
 * Reads a delivery's body and refuses what Bolt would let through or stumble over: timestamps from the future, bodies
 * that are too large, come too slowly or hold nothing. Everything else, the signature first of all, is Bolt's.
 */
export async function acceptRequest(
  request: IncomingMessage,
  response: ServerResponse,
  next: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<void> {
  const stamp = Number(request.headers["x-slack-request-timestamp"]);
  // Bolt refuses only old ones. Source: docs.slack.dev/authentication/verifying-requests-from-slack
  if (!Number.isInteger(stamp) || stamp > Date.now() / 1000 + mostAheadSeconds) return end(response, 401);
  if (typeof request.headers["x-slack-signature"] !== "string") return end(response, 401);
  const body = await readBody(request);
  if (typeof body === "number") return end(response, body);
  // Bolt reads a property of whatever was parsed, and nothing has none.
  if (/^\s*(?:null|payload=(?:null|%6eull)?)\s*$/i.test(body.subarray(0, 64).toString())) return end(response, 400);
  next(Object.assign(request, { rawBody: body }), response);
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status, status === 413 || status === 408 ? { connection: "close" } : {}).end();
}

function readBody(request: IncomingMessage): Promise<Buffer | number> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => resolve(408), readMilliseconds);
    const done = (result: Buffer | number) => {
      clearTimeout(timer);
      resolve(result);
    };
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > mostBytes) {
        request.pause();
        done(413);
      } else chunks.push(chunk);
    });
    request.on("end", () => done(Buffer.concat(chunks)));
    request.on("error", () => done(400));
  });
}
