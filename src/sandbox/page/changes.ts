import type { IncomingMessage, ServerResponse } from "node:http";
import type { PageParts } from "./server.ts";

/** Proxies and browsers close a silent connection after a minute or so. */
const heartbeatMilliseconds = 15_000;
/** The cloud moves on every tick of its clock; a page is told at most four times a second. */
const shortestPauseMilliseconds = 250;

/**
 * Tells one page that something changed until it goes away: `data: {"version": n}` for the workspace,
 * `event: cloud` for the cloud. Changes that come together are told once.
 */
export function streamChanges(parts: PageParts, as: string, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "x-accel-buffering": "no" });
  response.write("retry: 1000\n\n");
  let version = 0;
  const workspace = paced(20, () => response.write(`data: ${JSON.stringify({ version })}\n\n`));
  const cloud = paced(shortestPauseMilliseconds, () => response.write("event: cloud\ndata: {}\n\n"));
  const stopSlack = parts.slack.onChange(as, (next) => {
    version = next;
    workspace.ask();
  });
  const stopCloud = parts.cloud.onChange(cloud.ask);
  const heartbeat = setInterval(() => response.write(": still here\n\n"), heartbeatMilliseconds);
  request.on("close", () => {
    clearInterval(heartbeat);
    workspace.stop();
    cloud.stop();
    stopSlack();
    stopCloud();
  });
}

function paced(pause: number, tell: () => void): { readonly ask: () => void; readonly stop: () => void } {
  let timer: NodeJS.Timeout | undefined;
  return {
    ask: () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        tell();
      }, pause);
    },
    stop: () => clearTimeout(timer),
  };
}
