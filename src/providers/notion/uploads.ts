import { createHash } from "node:crypto";
import type { DestinationFile, ImageInPlace } from "../../domain/postmortem/elsewhere.ts";
import { ProviderError } from "../../errors.ts";
import type { WebRequest } from "../web-service.ts";

export type NotionRequest = Omit<WebRequest, "url"> & { readonly path: string };
/** Asks Notion's API once, by the path below its version. */
export type AskNotion = <T>(request: NotionRequest) => Promise<T>;

/** Source: developers.notion.com/reference/file-upload */
interface Upload {
  readonly id: string;
  readonly status: "pending" | "uploaded" | "expired" | "failed";
  readonly filename: string | null;
  /** Null once it stands in a page: it stays from then on. */
  readonly expiry_time: string | null;
}
interface Uploads {
  readonly results: readonly Upload[];
  readonly has_more: boolean;
  readonly next_cursor: string | null;
}

/** In one request; source: developers.notion.com/guides/data-apis/uploading-small-files. */
const largest = 20 * 1024 * 1024;
/** Listed newest first, a hundred at a time; what is older than these is uploaded again. */
const mostPages = 5;
/** What is about to go, because no page holds it, is uploaded again. */
const spareMilliseconds = 10 * 60_000;
/** Past this the rest waits for the next attempt, which finds what is there by then. */
const patienceMilliseconds = 15_000;

/**
 * The blocks with every image uploaded once, however often the page is written: an upload is known by its name, which
 * holds the hash of its bytes. One that Notion refuses is the block `instead`, and is told.
 */
export async function withImages(
  ask: AskNotion,
  blocks: readonly (object | ImageInPlace)[],
): Promise<{ readonly blocks: readonly object[]; readonly trouble: string | null }> {
  const images = blocks.filter(isImage);
  if (images.length === 0) return { blocks: blocks as readonly object[], trouble: null };
  const begunAt = performance.now();
  const names = new Set(images.map(({ file }) => nameOf(file)));
  const there = await uploaded(ask, names);
  const refused: string[] = [];
  for (const { file } of images) {
    const name = nameOf(file);
    if (there.has(name)) continue;
    if (performance.now() - begunAt > patienceMilliseconds) throw slow();
    try {
      there.set(name, await upload(ask, file, name));
    } catch (error) {
      if (!(error instanceof ProviderError) || !["refused", "denied", "not_found"].includes(error.fault)) throw error;
      refused.push(`${file.name} (${error.message.replace(/^Notion: /, "")})`);
    }
  }
  return {
    blocks: blocks.map((block) => {
      const id = isImage(block) ? there.get(nameOf(block.file)) : null;
      return isImage(block) ? (id ? imageBlock(id, block.caption) : block.instead) : block;
    }),
    trouble: refused.length === 0 ? null : `Linked to in Slack, as Notion did not take it: ${refused.join("; ")}`,
  };
}

function isImage(block: object | ImageInPlace): block is ImageInPlace {
  return "instead" in block;
}

/** Ids by name, of those names that are there to be used. Notion may refuse the question; then all are uploaded. */
async function uploaded(ask: AskNotion, names: ReadonlySet<string>): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (let cursor: string | null = null, pages = 0; pages < mostPages && found.size < names.size; pages++) {
    const query = new URLSearchParams({
      status: "uploaded",
      page_size: "100",
      ...(cursor ? { start_cursor: cursor } : {}),
    });
    const listed: Uploads = await ask<Uploads>({ operation: "list-uploads", path: `/file_uploads?${query}` }).catch(
      (error: unknown) => {
        if (!(error instanceof ProviderError) || !["refused", "denied"].includes(error.fault)) throw error;
        return { results: [], has_more: false, next_cursor: null };
      },
    );
    for (const { id, filename, expiry_time } of listed.results) {
      const stays = expiry_time === null || Date.parse(expiry_time) > Date.now() + spareMilliseconds;
      if (filename !== null && names.has(filename) && stays) found.set(filename, id);
    }
    if (!listed.has_more || !listed.next_cursor) break;
    cursor = listed.next_cursor;
  }
  return found;
}

async function upload(ask: AskNotion, file: DestinationFile, name: string): Promise<string> {
  if (file.content.length > largest) throw refusal("too-large", "it is larger than 20 MB");
  const { id } = await ask<Upload>({
    operation: "create-upload",
    method: "POST",
    path: "/file_uploads",
    body: { mode: "single_part", filename: name, content_type: file.mimetype },
  });
  const form = new FormData();
  form.append("file", new Blob([new Uint8Array(file.content)], { type: file.mimetype }), name);
  const sent = await ask<Upload>({
    operation: "send-upload",
    method: "POST",
    path: `/file_uploads/${encodeURIComponent(id)}/send`,
    form,
  });
  if (sent.status !== "uploaded") throw refusal(sent.status, `its upload is ${sent.status}`);
  return id;
}

const endings: Readonly<Record<string, string>> = {
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/gif": "gif",
  "image/webp": "webp",
};

/** Notion holds the ending against the kind, and a name to 900 bytes. */
function nameOf({ name, mimetype, content }: DestinationFile): string {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 32);
  const stem = name
    .replace(/\.[^.]*$/, "")
    .replace(/[^A-Za-z0-9_-]+/g, "-")
    .slice(0, 60);
  return `${stem || "image"}-${hash}.${endings[mimetype] ?? "png"}`;
}

function imageBlock(id: string, caption: string): object {
  const text = [{ type: "text", text: { content: caption } }];
  return {
    object: "block",
    type: "image",
    image: { type: "file_upload", file_upload: { id }, caption: text },
  };
}

function refusal(code: string, message: string): ProviderError {
  return new ProviderError({ provider: "notion", operation: "upload", fault: "refused", code, message });
}

function slow(): ProviderError {
  return new ProviderError({
    provider: "notion",
    operation: "upload",
    fault: "unreachable",
    code: "slow",
    message: "Notion: images are still being uploaded",
  });
}
