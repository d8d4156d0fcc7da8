import type { IncomingMessage, ServerResponse } from "node:http";
import type { JsonObject } from "../../page/protocol.ts";
import { readContent } from "../content.ts";
import type { Core } from "../core.ts";
import { invalidArguments, SlackFailure } from "../failure.ts";
import { addFile, fileObject } from "../files.ts";
import { addMessage } from "../messages.ts";
import {
  bot,
  list,
  type Method,
  type MethodCall,
  paginate,
  required,
  requireMember,
  structure,
  text,
  visibleChannel,
  wholeNumber,
} from "../method.ts";
import { readBody } from "../web-api.ts";
import type { Channel, SlackFile } from "../workspace.ts";
import { threadOf } from "./chat.ts";

/** docs.slack.dev: a file may be up to 1 GB; the sandbox keeps its files in memory and stops at 50 MB. */
const largest = 50 * 1024 * 1024;

function existing(core: Core, id: string): SlackFile {
  const file = core.workspace.files[id];
  if (!file) throw new SlackFailure("file_not_found");
  if (file.deleted) throw new SlackFailure("file_deleted");
  return file;
}

function uploadUrl(call: MethodCall): JsonObject {
  const { core } = call;
  const length = wholeNumber(call, "length") ?? 0;
  const name = required(call, "filename");
  if (length <= 0) throw invalidArguments(["must be more than 0 [json-pointer:/length]"]);
  if (length > largest) throw new SlackFailure("file_upload_size_restricted");
  const altText = text(call, "alt_txt") ?? "";
  if ([...altText].length > 1_000) throw new SlackFailure("alt_txt_too_large");
  const file = addFile(core, bot(core), name, length, null);
  file.altText = altText;
  return { upload_url: `${core.baseUrl}/upload/v1/${file.id}`, file_id: file.id };
}

function completeUpload(call: MethodCall): JsonObject {
  const { core } = call;
  const given = structure(call, "files", () => {
    throw invalidArguments(["must provide an array [json-pointer:/files]"]);
  });
  if (!Array.isArray(given) || given.length === 0)
    throw invalidArguments(["must provide an array [json-pointer:/files]"]);
  const files = (given as JsonObject[]).map(({ id, title }) => {
    const file = core.workspace.files[String(id)];
    if (!file || file.base64 === null || file.complete || file.deleted) throw new SlackFailure("file_not_found");
    return { file, title: typeof title === "string" ? title : file.title };
  });
  const ids = [
    ...(list(call, "channels") ?? []),
    ...(text(call, "channel_id") ? [text(call, "channel_id") ?? ""] : []),
  ];
  if (ids.length > 100) throw new SlackFailure("channels_limit_exceeded");
  const channels = ids.map((id): Channel => {
    const channel = visibleChannel(core, id);
    if (!channel) throw new SlackFailure(text(call, "channel_id") ? "channel_not_found" : "invalid_channel");
    requireMember(core, channel);
    if (channel.archived) throw new SlackFailure("posting_to_channel_denied");
    return channel;
  });
  const comment = text(call, "initial_comment");
  const { blocks: _blocks, ...plain } = call.args;
  const content = readContent(core, { ...(comment ? plain : call.args), text: comment ?? "" });
  const threads = channels.map((channel) => threadOf(channel, text(call, "thread_ts")));
  for (const { file, title } of files) Object.assign(file, { title, complete: true });
  channels.forEach((channel, index) => {
    addMessage(core, channel, {
      user: bot(core),
      app: true,
      text: content.text ?? "",
      blocks: content.blocks ?? [],
      subtype: "file_share",
      threadTs: threads[index] ?? null,
      files: files.map(({ file }) => file.id),
    });
  });
  return { files: files.map(({ file }) => ({ id: file.id, title: file.title })) };
}

/** files.*: uploads in the three steps Slack has for them. */
export const filesMethods: readonly Method[] = [
  { name: "files.getUploadURLExternal", missing: "snippets", run: uploadUrl },
  {
    name: "files.completeUploadExternal",
    missing: "the real one shares the file a moment after it has answered",
    run: completeUpload,
  },
  {
    name: "files.info",
    missing: "comments",
    run: (call) => {
      const file = existing(call.core, required(call, "file"));
      return { file: fileObject(call.core, file.id), comments: [], response_metadata: { next_cursor: "" } };
    },
  },
  {
    name: "files.list",
    missing: "filters by type and time",
    run: (call) => {
      const { core } = call;
      const [channel, user] = [text(call, "channel"), text(call, "user")];
      const files = Object.values(core.workspace.files).filter(
        (file) =>
          file.complete &&
          !file.deleted &&
          (channel === undefined || file.shares.some((share) => share.channel === channel)) &&
          (user === undefined || file.user === user),
      );
      const page = paginate(call, files, 100, 1000);
      return {
        files: page.items.map((file) => fileObject(core, file.id)),
        paging: { count: 100, total: files.length, page: 1, pages: Math.max(1, Math.ceil(files.length / 100)) },
      };
    },
  },
  {
    name: "files.delete",
    run: (call) => {
      const { core } = call;
      const file = existing(core, required(call, "file"));
      if (file.user !== bot(core)) throw new SlackFailure("cant_delete_file");
      Object.assign(file, { deleted: true, base64: null });
      for (const share of file.shares) core.changed({ channel: share.channel });
      return {};
    },
  },
];

/** Takes the bytes of an upload, sent as they are or as a multipart form, from the address given out for them. */
export async function receiveUpload(
  core: Core,
  id: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const file = core.workspace.files[id];
  const body = await readBody(request);
  const contentType = request.headers["content-type"] ?? "";
  const bytes = contentType.startsWith("multipart/form-data") ? await formFile(body, contentType) : body;
  if (!file || file.base64 !== null) {
    response.writeHead(404, { "content-type": "text/plain" }).end("not found");
    return;
  }
  if (bytes.length !== file.size) {
    response.writeHead(400, { "content-type": "text/plain" }).end(`expected ${file.size} bytes, got ${bytes.length}`);
    return;
  }
  file.base64 = bytes.toString("base64");
  response.writeHead(200, { "content-type": "text/plain" }).end(`OK - ${bytes.length}`);
}

async function formFile(body: Buffer, contentType: string): Promise<Buffer> {
  const form = await new Response(new Uint8Array(body), { headers: { "content-type": contentType } }).formData();
  for (const value of form.values()) {
    return typeof value === "string" ? Buffer.from(value) : Buffer.from(await value.arrayBuffer());
  }
  return Buffer.alloc(0);
}

/** Hands a file's bytes to whoever has the bot's token and the scope to read files. */
export function sendFile(
  core: Core,
  botToken: string,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const file = core.workspace.files[/^\/files-pri\/[^-]+-([^/]+)\//.exec(path)?.[1] ?? ""];
  const allowed = request.headers.authorization === `Bearer ${botToken}` && core.granted.has("files:read");
  if (!file || file.deleted || file.base64 === null || !allowed) {
    response.writeHead(file && !allowed ? 403 : 404).end();
    return;
  }
  response.writeHead(200, { "content-type": file.mimetype }).end(Buffer.from(file.base64, "base64"));
}
