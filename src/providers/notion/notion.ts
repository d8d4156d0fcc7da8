import { setTimeout as wait } from "node:timers/promises";
import { type Kept, otherHands, unfinished } from "../../domain/counterpart/keep.ts";
import type { NotionIntegration } from "../../domain/integrations.ts";
import type { CheckResult } from "../../domain/platform.ts";
import type { Destination, DestinationContents } from "../../domain/postmortem/elsewhere.ts";
import { ProviderError } from "../../errors.ts";
import { askService, type WebRequest, type WebService } from "../web-service.ts";
import { type AskNotion, type NotionRequest, withImages } from "./uploads.ts";

type Content = DestinationContents["notion"];

interface Page {
  readonly id: string;
  readonly url: string;
  readonly in_trash?: boolean;
  readonly last_edited_by: { readonly id: string };
}
interface Block {
  readonly id: string;
  readonly type: string;
  readonly created_time: string;
  readonly paragraph?: { readonly rich_text: readonly { readonly plain_text: string }[] };
}
interface Listed {
  readonly results: readonly Block[];
  readonly has_more: boolean;
  readonly next_cursor: string | null;
}

/** Limits of one request; source: developers.notion.com/reference/request-limits. */
const mostBlocks = 100;
const mostElements = 1000;
const mostBytes = 400_000;
/** Asked to wait no longer than this, it is waited for; else it is tried again later. */
const patienceSeconds = 5;

/** Pages below one page of Notion; source: developers.notion.com/reference, version 2025-09-03. */
export function createNotion(settings: NotionIntegration): Destination<"notion"> & {
  readonly check: () => Promise<readonly CheckResult[]>;
} {
  const service: WebService = {
    id: "notion",
    title: "Notion",
    headers: { authorization: `Bearer ${settings.token}`, "notion-version": "2025-09-03", accept: "application/json" },
    requestIdHeader: "x-notion-request-id",
    reason,
  };
  /** It takes three requests a second and says how long to wait beyond them. */
  const ask: AskNotion = async <T>(request: NotionRequest): Promise<T> => {
    const sent: WebRequest = { ...request, url: `${settings.url}/v1${request.path}` };
    try {
      return (await askService(service, sent)) as T;
    } catch (error) {
      const seconds = error instanceof ProviderError && error.fault === "throttled" ? error.retryAfterSeconds : null;
      if (seconds === null || seconds > patienceSeconds) throw error;
      await wait(seconds * 1000);
      return (await askService(service, sent)) as T;
    }
  };
  const page = (id: string) => `/pages/${encodeURIComponent(id)}`;
  const children = (id: string) => `/blocks/${encodeURIComponent(id)}/children`;
  const titled = (title: string) => ({ title: { title: [{ type: "text", text: { content: title } }] } });

  const append = async (id: string, batches: readonly (readonly object[])[]): Promise<void> => {
    for (const some of batches)
      await ask({ operation: "append-blocks", method: "PATCH", path: children(id), body: { children: some } });
  };

  /** The page is there already: what it does not take is told, and what got no answer is looked for and ended. */
  const rest = async (there: Page, batches: readonly (readonly object[])[], trouble: string | null): Promise<Kept> => {
    const kept = { key: there.id, url: there.url, version: there.last_edited_by.id, trouble };
    try {
      await append(there.id, batches);
      return kept;
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (error.fault !== "refused") throw unfinished(error);
      return { ...kept, trouble: `Not all of it is there. ${error.message}` };
    }
  };

  const write = async (id: string, content: Content, mark: string): Promise<Kept> => {
    const { blocks, trouble } = await withImages(ask, content.blocks);
    const there = await ask<Page>({
      operation: "update-page",
      method: "PATCH",
      path: page(id),
      body: { properties: titled(content.title), erase_content: true },
    });
    return rest(there, batchesOf([markBlock(mark), ...blocks]), trouble);
  };

  const listed = (id: string, cursor: string | null): Promise<Listed> => {
    const query = new URLSearchParams({ page_size: "100", ...(cursor ? { start_cursor: cursor } : {}) });
    return ask<Listed>({ operation: "list-blocks", path: `${children(id)}?${query}` });
  };

  const carries = async (id: string, mark: string): Promise<boolean> => {
    const first = await listed(id, null);
    return first.results.some((block) => textOf(block).includes(mark));
  };

  return {
    id: "notion",
    create: async (content, mark) => {
      const { blocks, trouble } = await withImages(ask, content.blocks);
      // The mark comes first: an attempt that breaks off is known by it.
      const [first = [], ...others] = batchesOf([markBlock(mark), ...blocks]);
      const made = await ask<Page>({
        operation: "create-page",
        method: "POST",
        path: "/pages",
        body: {
          parent: { type: "page_id", page_id: settings.parent },
          properties: titled(content.title),
          children: first,
        },
      });
      return rest(made, others, trouble);
    },
    find: async (content, mark, since) => {
      for (let cursor: string | null = null, pages = 0; pages < 20; pages++) {
        const found = await listed(settings.parent, cursor);
        for (const { id, type, created_time } of found.results) {
          // Moments there are cut to the minute.
          const isNew = Date.parse(created_time) >= since.getTime() - 60_000;
          if (type === "child_page" && isNew && (await carries(id, mark))) return write(id, content, mark);
        }
        if (!found.has_more || !found.next_cursor) return null;
        cursor = found.next_cursor;
      }
      return null;
    },
    update: async (key, content, { version, mark }) => {
      const there = await ask<Page>({ operation: "get-page", path: page(key) }).catch((error: unknown) => {
        if (!(error instanceof ProviderError) || error.fault !== "not_found") throw error;
        return null;
      });
      if (!there || there.in_trash)
        throw otherHands("gone-there", service.id, "Notion: the page was taken away there.");
      if (version !== null && there.last_edited_by.id !== version)
        throw otherHands("changed-there", service.id, "Notion: people changed the page there.");
      return write(key, content, mark);
    },
    check: async () => {
      const what = "Notion, the page post-mortems go below";
      try {
        await ask({ operation: "get-page", path: page(settings.parent) });
        return [{ what, ok: true, found: "reached, the token holds", fix: null }];
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        const fix = "Look at integrations.notion, and share the page with the connection (its menu, Connections).";
        return [{ what, ok: false, found: error.message, fix }];
      }
    },
  };
}

function markBlock(mark: string): object {
  const rich_text = [{ type: "text", text: { content: mark }, annotations: { color: "gray", code: true } }];
  return { object: "block", type: "paragraph", paragraph: { rich_text } };
}

function textOf({ paragraph }: Block): string {
  return (paragraph?.rich_text ?? []).map(({ plain_text }) => plain_text).join("");
}

/** Blocks in requests, each within what one may hold. */
function batchesOf(blocks: readonly object[]): readonly (readonly object[])[] {
  const batches: object[][] = [[]];
  let elements = 0;
  let bytes = 0;
  for (const block of blocks) {
    const json = JSON.stringify(block);
    const size = Buffer.byteLength(json);
    const count = json.split('"object":"block"').length - 1;
    const last = batches.at(-1) ?? [];
    if (last.length >= mostBlocks || elements + count > mostElements || bytes + size > mostBytes) {
      batches.push([block]);
      [elements, bytes] = [count, size];
    } else {
      last.push(block);
      elements += count;
      bytes += size;
    }
  }
  return batches;
}

function reason(body: unknown): string | null {
  const { message } = (typeof body === "object" ? (body ?? {}) : {}) as { readonly message?: unknown };
  return typeof message === "string" ? message.slice(0, 300) : null;
}
