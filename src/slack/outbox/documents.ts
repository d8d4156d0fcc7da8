import type { DrawnFile } from "../../../templates/kit.ts";
import type { Intent } from "../../domain/intent.ts";
import { type OutboxRow, placeKey, type Upload } from "../../domain/outbox.ts";
import { refusedWord } from "../call.ts";
import { findInHistory } from "./look-up.ts";
import { tolerating } from "./messages.ts";
import { channelOf, NotNow, type Record, type Sender, type SenderContext, Undeliverable } from "./sender.ts";

type Files = Extract<Intent, { kind: "files" }>;
type Canvas = Extract<Intent, { kind: "canvas" }>;

interface Uploaded {
  readonly id: string;
  readonly title: string;
}

/** So long files wait for the card they belong under; then they stand by themselves. */
const cardPatienceMilliseconds = 60_000;

/** Uploads a view's documents as one message. The ids are noted before the upload is completed, to be looked up by. */
export const sendFiles: Sender<Files> = async (context, row, intent) => {
  const channel = await channelOf(context, intent.place);
  if (!channel) return undefined;
  const drawn = await context.render(intent.view, intent.subject);
  if (!drawn || !("files" in drawn)) return undefined;
  const threadTs = await threadOf(context, row, intent);
  const complete = (files: readonly Uploaded[]) =>
    context.call("files.completeUploadExternal", {
      files,
      channel_id: channel,
      initial_comment: drawn.comment,
      ...(threadTs ? { thread_ts: threadTs } : {}),
    });
  const shared = (files: readonly Uploaded[]) => settled(context, intent, drawn.comment, files);
  const earlier = (row.scratch.files ?? []) as readonly Uploaded[];
  if (row.inDoubt && earlier.length > 0) {
    if (await sharedIn(context, channel, row, earlier, threadTs)) return shared(earlier);
    try {
      await complete(earlier);
      return shared(earlier);
    } catch (error) {
      // Completed before, or too old to be: then it is in the channel by now, or never will be.
      if (!refusedWord(error)?.startsWith("file")) throw error;
      if (await sharedIn(context, channel, row, earlier, threadTs)) return shared(earlier);
    }
  }
  const files: Uploaded[] = [];
  for (const file of drawn.files) files.push({ id: await upload(context, file), title: file.title });
  await context.work((_, rows) => rows.note(row.id, { files }));
  await complete(files);
  return shared(files);
};

async function threadOf(context: SenderContext, row: OutboxRow, { under }: Files): Promise<string | null> {
  if (!under) return null;
  const posted = await context.work((app) => app.outbox.posted(under.card, under.subject));
  if (posted) return posted.ts;
  const now = context.now();
  if (now.getTime() - row.createdAt.getTime() > cardPatienceMilliseconds) return null;
  throw new NotNow(`the card ${under.card}`, new Date(now.getTime() + 500));
}

/** What is left once the files are there: earlier ones go, the card they stand under gets their links. */
async function settled(
  context: SenderContext,
  intent: Files,
  comment: string,
  files: readonly Uploaded[],
): Promise<Record | undefined> {
  if (!intent.replaces) return undefined;
  const place = placeKey(intent.place);
  const before = await context.work((_, rows) => rows.uploaded(intent.view, intent.subject, place));
  const now = await Promise.all(
    files.map(async (file) => ({ ...file, permalink: (await infoOf(context, file.id))?.permalink ?? null })),
  );
  if (before) await withdraw(context, before);
  return async (app, rows) => {
    await rows.keepUpload(intent.view, intent.subject, place, { comment, files: now });
    const { under } = intent;
    if (under) await app.outbox.add({ kind: "card", view: under.card, subject: under.subject, place: intent.place });
  };
}

interface FileInfo {
  readonly permalink?: string;
  readonly shares?: Readonly<{
    [K in "public" | "private"]?: Readonly<{ [channel: string]: readonly { readonly ts?: string }[] }>;
  }>;
}

/** A file as Slack knows it; null when it is gone. Source: docs.slack.dev/reference/methods/files.info */
async function infoOf(context: SenderContext, file: string): Promise<FileInfo | null> {
  try {
    return ((await context.call("files.info", { file })).file ?? null) as FileInfo | null;
  } catch (error) {
    if (refusedWord(error) === null) throw error;
    return null;
  }
}

/**
 * Deletes the bot's earlier files and has their message say that a newer edition stands. A file people deleted
 * already, or a message that can no longer be edited, is no trouble.
 */
async function withdraw(context: SenderContext, { comment, files }: Upload): Promise<void> {
  const messages = new Map<string, string>();
  for (const { id } of files) {
    const shares = (await infoOf(context, id))?.shares;
    for (const [channel, places] of [
      ...Object.entries(shares?.public ?? {}),
      ...Object.entries(shares?.private ?? {}),
    ]) {
      for (const { ts } of places) if (ts) messages.set(ts, channel);
    }
    await tolerating(["file_not_found", "file_deleted", "cant_delete_file"], () =>
      context.call("files.delete", { file: id }),
    );
  }
  for (const [ts, channel] of messages) {
    await tolerating(
      ["message_not_found", "cant_update_message", "edit_window_closed", "channel_not_found", "is_inactive"],
      () => context.call("chat.update", { channel, ts, text: `${comment} (replaced by a newer edition)` }),
    );
  }
}

async function upload(context: SenderContext, file: DrawnFile): Promise<string> {
  const bytes = Buffer.from(file.content);
  const answer = await context.call("files.getUploadURLExternal", {
    filename: file.name,
    length: bytes.length,
    ...(file.alt === undefined ? {} : { alt_txt: file.alt }),
  });
  const response = await fetch(String(answer.upload_url), {
    method: "POST",
    body: bytes,
    signal: AbortSignal.timeout(30_000),
  });
  if (!response.ok) throw new Error(`Slack's upload answered ${response.status}`);
  return String(answer.file_id);
}

/** Whether one of the files stands in the channel since the row was first tried. */
async function sharedIn(
  context: SenderContext,
  channel: string,
  row: OutboxRow,
  files: readonly Uploaded[],
  threadTs: string | null,
): Promise<boolean> {
  const ids = new Set(files.map((file) => file.id));
  const message = await findInHistory(context.call, { channel, row, threadTs }, ({ files: shared }) =>
    (shared ?? []).some((file) => ids.has(file.id)),
  );
  return message !== null;
}

/**
 * Writes a view into a canvas of the place's channel, anew each time. The first time it becomes the channel's own
 * canvas; where people have made one already, a canvas of its own beside it.
 */
export const sendCanvas: Sender<Canvas> = async (context, row, intent) => {
  const channel = await channelOf(context, intent.place);
  if (!channel) return undefined;
  const drawn = await context.render(intent.view, intent.subject);
  if (!drawn || !("canvas" in drawn)) return undefined;
  const { title, markdown } = drawn.canvas;
  const content = { type: "markdown", markdown };
  const place = placeKey(intent.place);
  const known = await context.work((_, rows) => rows.card(intent.view, intent.subject, place));
  const edit = (id: string) =>
    context.call("canvases.edit", { canvas_id: id, changes: [{ operation: "replace", document_content: content }] });
  if (known) {
    try {
      await edit(known.ts);
      return undefined;
    } catch (error) {
      if (refusedWord(error) !== "canvas_not_found") throw error;
    }
  }
  const id = await createCanvas(context, channel, title, content, row.inDoubt, edit);
  return async (_, rows) => rows.keepCard(intent.view, intent.subject, place, { channelId: channel, ts: id });
};

async function createCanvas(
  context: SenderContext,
  channel: string,
  title: string,
  content: object,
  inDoubt: boolean,
  edit: (id: string) => Promise<unknown>,
): Promise<string> {
  try {
    const answer = await context.call("conversations.canvases.create", {
      channel_id: channel,
      title,
      document_content: content,
    });
    return String(answer.canvas_id);
  } catch (error) {
    if (refusedWord(error) !== "channel_canvas_already_exists") throw error;
  }
  if (inDoubt) {
    const answer = await context.call("conversations.info", { channel });
    const properties = (
      answer.channel as { readonly properties?: { readonly canvas?: { readonly file_id?: string } } } | undefined
    )?.properties;
    const id = properties?.canvas?.file_id;
    if (!id) throw new Undeliverable("channel_canvas_already_exists");
    await edit(id);
    return id;
  }
  const answer = await context.call("canvases.create", { title, document_content: content, channel_id: channel });
  return String(answer.canvas_id);
}
