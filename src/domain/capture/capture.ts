import type { App } from "../ports.ts";
import type { CaptureVia, Post } from "./records.ts";

/** Files up to this size are copied. */
export const largestCopy = 10 * 1024 * 1024;

export interface Seen {
  /** When Slack said so, in its own time: an event's event_ts, or the moment a page was asked for. */
  readonly seenTs: string;
  readonly via: CaptureVia;
}

/** Writes a message or an edit into the log of its incident; answers whether it was new. Other channels cost one look-up. */
export async function capturePost(app: App, channelId: string, post: Post, seen: Seen): Promise<boolean> {
  const written = await app.captures.message(
    channelId,
    { ...post, text: app.redact(post.text), authorName: post.authorName && app.redact(post.authorName) },
    seen,
  );
  if (!written) return false;
  if (post.files.length > 0 && !written.deleted) {
    const named = post.files.map((file) => ({ ...file, name: app.redact(file.name) }));
    for (const { fileId } of await app.capturedFiles.note(channelId, post.ts, named)) {
      const key = `${channelId}:${post.ts}:${fileId}`;
      await app.jobs.add("copy-file", { channelId, ts: post.ts, fileId }, { key });
    }
  }
  return written.written;
}

/** Erases a message of the log, its files with it; what is left says who wrote it and when. Answers whether it was new. */
export async function captureDeletion(
  app: App,
  channelId: string,
  gone: Pick<Post, "ts" | "threadTs" | "authorId" | "authorName">,
  seen: Seen,
): Promise<boolean> {
  const at = new Date(Math.round(Number(seen.seenTs) * 1000));
  const written = await app.captures.deletion(channelId, { ...gone, at, via: seen.via });
  return written?.written ?? false;
}

/** Slack's way of writing a moment. */
export function slackTime(at: Date): string {
  return (at.getTime() / 1000).toFixed(6);
}
