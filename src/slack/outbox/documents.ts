import type { DrawnFile } from "../../../templates/kit.ts";
import type { Intent } from "../../domain/intent.ts";
import { type OutboxRow, placeKey } from "../../domain/outbox.ts";
import { refusedWord } from "../call.ts";
import { findInHistory } from "./look-up.ts";
import { channelOf, type Sender, type SenderContext, Undeliverable } from "./sender.ts";

type Files = Extract<Intent, { kind: "files" }>;
type Canvas = Extract<Intent, { kind: "canvas" }>;

interface Uploaded {
  readonly id: string;
  readonly title: string;
}

/** Uploads a view's documents as one message. The ids are noted before the upload is completed, to be looked up by. */
export const sendFiles: Sender<Files> = async (context, row, intent) => {
  const channel = await channelOf(context, intent.place);
  if (!channel) return undefined;
  const drawn = await context.render(intent.view, intent.subject);
  if (!drawn || !("files" in drawn)) return undefined;
  const complete = (files: readonly Uploaded[]) =>
    context.call("files.completeUploadExternal", { files, channel_id: channel, initial_comment: drawn.comment });
  const earlier = (row.scratch.files ?? []) as readonly Uploaded[];
  if (row.inDoubt && earlier.length > 0) {
    if (await sharedIn(context, channel, row, earlier)) return undefined;
    try {
      await complete(earlier);
      return undefined;
    } catch (error) {
      // Completed before, or too old to be: then it is in the channel by now, or never will be.
      if (!refusedWord(error)?.startsWith("file")) throw error;
      if (await sharedIn(context, channel, row, earlier)) return undefined;
    }
  }
  const files: Uploaded[] = [];
  for (const file of drawn.files) files.push({ id: await upload(context, file), title: file.title });
  await context.work((_, rows) => rows.note(row.id, { files }));
  await complete(files);
  return undefined;
};

async function upload(context: SenderContext, file: DrawnFile): Promise<string> {
  const bytes = Buffer.from(file.content, "utf8");
  const answer = await context.call("files.getUploadURLExternal", { filename: file.name, length: bytes.length });
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
): Promise<boolean> {
  const ids = new Set(files.map((file) => file.id));
  const message = await findInHistory(context.call, { channel, row, threadTs: null }, ({ files: shared }) =>
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
