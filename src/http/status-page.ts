import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { statusJson, statusRss } from "../../templates/status-page/feeds.ts";
import { statusHtml, styleHash } from "../../templates/status-page/html.ts";
import type { PublicPage } from "../domain/status-page/page.ts";

/** Reads what the public may see; null where there is no status page. */
export type ReadPublicPage = () => Promise<PublicPage | null>;

const forms: Readonly<Record<string, { readonly type: string; readonly draw: (page: PublicPage) => string }>> = {
  "/status": { type: "text/html; charset=utf-8", draw: statusHtml },
  "/status.json": { type: "application/json; charset=utf-8", draw: statusJson },
  "/status.rss": { type: "application/rss+xml; charset=utf-8", draw: statusRss },
};

const headers = {
  "content-security-policy": `default-src 'none'; style-src '${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  // A page that many reload at once is answered by what lies between.
  "cache-control": "public, max-age=15, stale-if-error=300",
};

/** Answers whether the request was for the status page. Many readers at once cost the database one reading. */
export function createStatusPage(
  read: ReadPublicPage,
): (request: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  let reading: Promise<PublicPage | null> | null = null;
  const once = (): Promise<PublicPage | null> => {
    reading ??= read().finally(() => {
      reading = null;
    });
    return reading;
  };
  return async (request, response) => {
    const form = forms[(request.url ?? "/").split("?")[0] ?? "/"];
    if (!form || (request.method !== "GET" && request.method !== "HEAD")) return false;
    let page: PublicPage | null;
    try {
      page = await once();
    } catch {
      const busy = "The status cannot be read at this moment. Try again shortly.\n";
      response.writeHead(503, {
        "content-type": "text/plain; charset=utf-8",
        "cache-control": "no-store",
        "retry-after": "15",
      });
      response.end(busy);
      return true;
    }
    if (!page) {
      response.writeHead(404, { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" });
      response.end("There is no status page here.\n");
      return true;
    }
    const body = form.draw(page);
    const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 27)}"`;
    const isSame = request.headers["if-none-match"] === etag;
    response.writeHead(isSame ? 304 : 200, { ...headers, etag, ...(isSame ? {} : { "content-type": form.type }) });
    response.end(isSame || request.method === "HEAD" ? undefined : body);
    return true;
  };
}
