import type { IncomingMessage, ServerResponse } from "node:http";
import { type Asset, readAssets } from "./assets.ts";
import { streamChanges } from "./changes.ts";
import {
  type Act,
  type ActAnswer,
  type ChannelDetail,
  type CloudAct,
  type CloudState,
  pagePaths,
  type WorkspaceState,
} from "./protocol.ts";

type Soon<T> = T | Promise<T>;

/** What the page needs of the Slack stand-in; unknown people, channels, files and canvases are null. */
export interface PageSlack {
  readonly state: (as: string) => Soon<WorkspaceState | null>;
  readonly channel: (as: string, id: string) => Soon<ChannelDetail | null>;
  readonly act: (as: string, act: Act) => Soon<ActAnswer>;
  readonly file: (id: string) => Soon<OpenedFile | null>;
  readonly canvas: (id: string) => Soon<{ readonly title: string; readonly markdown: string } | null>;
  /** Calls back whenever what this person can see changed, and answers with the function that ends it. */
  readonly onChange: (as: string, listener: (version: number) => void) => () => void;
}

export interface OpenedFile {
  readonly name: string;
  readonly mimetype: string;
  readonly bytes: Uint8Array | string;
}

/** What the page needs of the cloud stand-in. */
export interface PageCloud {
  readonly state: () => Soon<CloudState>;
  readonly act: (act: CloudAct) => Soon<ActAnswer>;
  readonly onChange: (listener: () => void) => () => void;
}

export interface PageParts {
  readonly slack: PageSlack;
  readonly cloud: PageCloud;
}

/** A person may attach one file of 10 MB (Slack's limit of a file input), which base64 makes a third longer. */
const longestBody = 14_000_000;
const ownHosts = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * Serves the sandbox's page and what it asks for. Answers false, and touches nothing, for a path that is not the
 * page's. Only a browser on this machine is answered: a foreign Host or Origin is refused, so that no web site can
 * act in the sandbox behind a person's back.
 */
export function createPage(parts: PageParts): (request: IncomingMessage, response: ServerResponse) => boolean {
  const assets = readAssets();
  const policy = [
    "default-src 'none'",
    `script-src 'self' '${assets.importMapHash}'`,
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "frame-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");

  return (request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const path = url.pathname;
    if (path !== "/" && !path.startsWith("/page/") && !path.startsWith("/sandbox/")) return false;
    response.setHeader("content-security-policy", policy);
    response.setHeader("x-content-type-options", "nosniff");
    response.setHeader("referrer-policy", "no-referrer");
    response.setHeader("cache-control", "no-store");
    response.setHeader("cross-origin-resource-policy", "same-origin");
    if (!isOwn(request.headers.host) || !isOwnOrigin(request.headers.origin)) {
      json(response, 403, { ok: false, error: "The sandbox answers only to pages of this machine." });
      return true;
    }
    answer(request, response, url).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else json(response, 500, { ok: false, error: `The sandbox failed: ${String(error)}` });
    });
    return true;
  };

  async function answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const as = url.searchParams.get("as") ?? "";
    const { pathname: path } = url;
    if (request.method === "POST") {
      if (path !== pagePaths.act && path !== pagePaths.cloud) return missing(response);
      const body = await readJson(request);
      if (!body.ok) {
        // Whatever of the body was not read would be taken for the next request.
        response.setHeader("connection", "close");
        return json(response, body.status, { ok: false, error: body.error });
      }
      if (path === pagePaths.act) return json(response, 200, await parts.slack.act(as, body.value as Act));
      return json(response, 200, await parts.cloud.act(body.value as CloudAct));
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("allow", "GET, HEAD, POST");
      return json(response, 405, { ok: false, error: "Only GET and POST are known here." });
    }
    if (path === "/") return asset(response, assets.html);
    if (path === pagePaths.state) return found(response, await parts.slack.state(as));
    if (path === pagePaths.channel) {
      return found(response, await parts.slack.channel(as, url.searchParams.get("id") ?? ""));
    }
    if (path === pagePaths.cloud) return json(response, 200, await parts.cloud.state());
    if (path === pagePaths.changes) return streamChanges(parts, as, request, response);
    if (path.startsWith(pagePaths.files)) return opened(response, await parts.slack.file(idIn(path, pagePaths.files)));
    if (path.startsWith(pagePaths.canvases)) {
      const canvas = await parts.slack.canvas(idIn(path, pagePaths.canvases));
      const file = canvas && { name: `${canvas.title}.md`, mimetype: "text/markdown", bytes: canvas.markdown };
      return opened(response, file);
    }
    const file = assets.get(path);
    return file === undefined ? missing(response) : asset(response, file);
  }
}

function idIn(path: string, prefix: string): string {
  return path.slice(prefix.length).replace(/[^A-Za-z0-9]/g, "");
}

function isOwn(host: string | undefined): boolean {
  return host !== undefined && ownHosts.has(host.toLowerCase().replace(/:\d{1,5}$/, ""));
}

/** Browsers leave Origin out of same-origin reads; "null" is a sandboxed or foreign page. */
function isOwnOrigin(origin: string | undefined): boolean {
  if (origin === undefined) return true;
  const match = /^https?:\/\/([^/]+)$/.exec(origin);
  return match !== null && isOwn(match[1]);
}

type Body =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly status: number; readonly error: string };

async function readJson(request: IncomingMessage): Promise<Body> {
  if (!/^application\/json\b/.test(request.headers["content-type"] ?? "")) {
    return { ok: false, status: 415, error: "The body must be JSON." };
  }
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > longestBody) return { ok: false, status: 413, error: "That is larger than 10 MB." };
    chunks.push(chunk);
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    if (typeof value === "object" && value !== null && "act" in value) return { ok: true, value };
    return { ok: false, status: 400, error: "The body names no act." };
  } catch {
    return { ok: false, status: 400, error: "The body is not JSON." };
  }
}

function opened(response: ServerResponse, file: OpenedFile | null): void {
  if (file === null) {
    missing(response);
    return;
  }
  // What a bot uploads is shown, but never trusted with the page's own rights.
  response.setHeader(
    "content-security-policy",
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
  );
  response.setHeader("content-disposition", `inline; filename*=UTF-8''${encodeURIComponent(file.name)}`);
  const type = file.mimetype.startsWith("text/") ? `${file.mimetype}; charset=utf-8` : file.mimetype;
  response.writeHead(200, { "content-type": type }).end(file.bytes);
}

function asset(response: ServerResponse, file: Asset): void {
  response.writeHead(200, { "content-type": file.type }).end(file.body);
}

function found(response: ServerResponse, value: object | null): void {
  if (value === null) {
    missing(response);
    return;
  }
  json(response, 200, value);
}

function missing(response: ServerResponse): void {
  json(response, 404, { ok: false, error: "There is nothing here." });
}

function json(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(value));
}
