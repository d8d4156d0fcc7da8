import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { AlertDoor } from "./alerts/door.ts";
import type { FactorPages } from "./factor/pages.ts";
import type { MetricsPage } from "./metrics.ts";
import { type PagerDutyWebhook, pagerDutyPath, receivePagerDuty } from "./pagerduty-webhook.ts";
import { sameSecret } from "./proof.ts";
import { createStatusPage, type ReadPublicPage } from "./status-page.ts";

export interface HttpOptions {
  readonly host: string;
  /** 0 asks the system for a free one. */
  readonly port: number;
  /** Takes POST /slack/events; null while there is none (Socket Mode). */
  readonly slack: () => RequestListener | null;
  /** Why the bot is not ready, in reason codes; empty when it is. */
  readonly reasons: () => Promise<readonly string[]>;
  /** The public status page. */
  readonly publicPage: ReadPublicPage;
  /** PagerDuty's webhooks; null where no secret is configured. */
  readonly pagerDuty?: PagerDutyWebhook | null;
  /** Takes what senders of alerts post; null where the configuration names none. */
  readonly alerts?: AlertDoor | null;
  /** The pages of second factors. */
  readonly factorPages: FactorPages;
  readonly metrics: MetricsPage;
  readonly metricsToken: string | null;
  /** Asked for what nobody else takes; answers false for paths it does not own. */
  readonly fallback?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export interface HttpServer {
  readonly port: number;
  readonly address: string;
  /** Takes no new requests, lets those under way end, and closes idle connections; 10 s at most. */
  readonly stop: () => Promise<void>;
}

const drainMilliseconds = 3000;

/** The one HTTP server: Slack's requests in; health, readiness and metrics out. */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  const statusPage = createStatusPage(options.publicPage);
  const server = createServer(
    { requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 65_000 },
    (request, response) => {
      route(options, statusPage, request, response).catch(() => {
        if (!response.headersSent) answer(response, 500, "text/plain", "internal error\n");
        else response.destroy();
      });
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const shown = ["0.0.0.0", "127.0.0.1", "::"].includes(options.host) ? "localhost" : options.host;
  return { port, address: `http://${shown}:${port}`, stop: () => stop(server) };
}

async function route(
  options: HttpOptions,
  statusPage: ReturnType<typeof createStatusPage>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  if (path === "/slack/events") {
    const slack = options.slack();
    if (slack) slack(request, response);
    else answer(response, 404, "text/plain", "Slack reaches this bot through Socket Mode\n");
    return;
  }
  if (request.method === "GET" || request.method === "HEAD") {
    if (path === "/healthz") return answer(response, 200, "text/plain", "ok\n");
    if (path === "/readyz") return readiness(options, response);
    if (path === "/metrics") return metrics(options, request, response);
  }
  if (path === pagerDutyPath && options.pagerDuty) return receivePagerDuty(options.pagerDuty, request, response);
  if (await options.alerts?.(request, response)) return;
  if (await statusPage(request, response)) return;
  if (await options.factorPages(request, response)) return;
  if (options.fallback?.(request, response)) return;
  answer(response, 404, "text/plain", "not found\n");
}

async function readiness(options: HttpOptions, response: ServerResponse): Promise<void> {
  const reasons = await options.reasons();
  const body = JSON.stringify({ ready: reasons.length === 0, reasons });
  answer(response, reasons.length === 0 ? 200 : 503, "application/json", `${body}\n`);
}

async function metrics(options: HttpOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (options.metricsToken && !sameSecret(request.headers.authorization ?? "", `Bearer ${options.metricsToken}`)) {
    response.setHeader("www-authenticate", "Bearer");
    return answer(response, 401, "text/plain", "a bearer token is needed\n");
  }
  answer(response, 200, options.metrics.contentType, await options.metrics.text());
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    "content-type": type,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(body);
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), drainMilliseconds);
  await closed;
  clearTimeout(late);
}
