import type { FileReader, Reading } from "../domain/capture/reader.ts";

const fetchMilliseconds = 20_000;
const awaySeconds = 30;

/**
 * Downloads files that people shared, with the bot's token. The token is sent to Slack alone: to its own hosts over
 * https, or to the host of the configured Web API. Source: docs.slack.dev/reference/objects/file-object#authentication
 */
export function fileReader(options: { readonly token: string; readonly apiUrl: string }): FileReader {
  const api = new URL(options.apiUrl);
  return {
    fetch: async (url, mostBytes) => {
      if (!isSlacks(url, api)) return { gone: "not_slack" };
      try {
        const response = await fetch(url, {
          headers: { authorization: `Bearer ${options.token}` },
          signal: AbortSignal.timeout(fetchMilliseconds),
        });
        if (response.status === 429 || response.status >= 500) {
          await response.body?.cancel();
          return { laterSeconds: Number(response.headers.get("retry-after")) || awaySeconds };
        }
        // Whoever lacks the right to a file is sent to Slack's page for signing in.
        const isPage = new URL(response.url || url).pathname !== new URL(url).pathname && isHtml(response);
        if (!response.ok || isPage) {
          await response.body?.cancel();
          return { gone: `http_${response.status}` };
        }
        return await readAtMost(response, mostBytes);
      } catch {
        return { laterSeconds: awaySeconds };
      }
    },
  };
}

function isHtml(response: Response): boolean {
  return (response.headers.get("content-type") ?? "").includes("text/html");
}

function isSlacks(url: string, api: URL): boolean {
  if (!URL.canParse(url)) return false;
  const { origin, protocol, hostname } = new URL(url);
  if (origin === api.origin) return true;
  return protocol === "https:" && /(?:^|\.)(?:slack|slack-files|slack-gov)\.com$/.test(hostname);
}

/** Stops reading where it becomes too much, whatever was said of the size before. */
async function readAtMost(
  response: Response,
  mostBytes: number,
): Promise<Reading<Uint8Array> | { readonly tooBig: true }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > mostBytes) return { tooBig: true };
    chunks.push(chunk);
  }
  return { read: Buffer.concat(chunks) };
}
