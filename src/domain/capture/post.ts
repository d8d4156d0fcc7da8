import { blockText } from "./block-text.ts";
import type { Post, PostFile } from "./records.ts";

type Payload = Readonly<Record<string, unknown>>;

/**
 * The kinds of messages people and apps write. Everything else of subtype is Slack's own note of what happened in the
 * channel (somebody joined, a topic), which the timeline has by itself. Source: docs.slack.dev/reference/events/message
 */
export const writtenSubtypes = ["file_share", "thread_broadcast", "me_message", "bot_message"] as const;

/** A message as events and the Web API write it; null where it is none that anybody wrote. */
export function readPost(raw: Payload): Post | null {
  const ts = word(raw.ts);
  const subtype = word(raw.subtype);
  if (!ts || (subtype && !writtenSubtypes.some((one) => one === subtype))) return null;
  const threadTs = word(raw.thread_ts);
  const files = list(raw.files).map(readFile);
  return {
    ts,
    threadTs: threadTs === ts ? null : threadTs,
    authorId: word(raw.user),
    authorName: word(raw.username) ?? word(record(raw.bot_profile).name),
    text: bodyOf(raw),
    editedTs: word(record(raw.edited).ts),
    files: files.filter((file) => file.id !== ""),
  };
}

/** Who came into the channel or left it, where the message is Slack's own line about that; null where it is none. */
export function readMove(raw: Payload): { readonly userId: string; readonly joined: boolean } | null {
  const userId = word(raw.user);
  const joined = raw.subtype === "channel_join" || raw.subtype === "group_join";
  const left = raw.subtype === "channel_leave" || raw.subtype === "group_leave";
  return userId && (joined || left) ? { userId, joined } : null;
}

/** What Slack writes for text where an app gave none. */
const noText = "This content can't be displayed.";

/** What a message says, as mrkdwn. Apps often say everything in attachments or blocks and leave the text empty. */
export function bodyOf(raw: Payload): string {
  const text = word(raw.text);
  if (text && text !== noText) return text;
  const said = list(raw.attachments).flatMap((one) => {
    const attachment = record(one);
    const parts = [attachment.pretext, attachment.title, attachment.text].map(word).filter((part) => part !== null);
    return parts.length > 0 ? parts : [blockText(attachment.blocks) || (word(attachment.fallback) ?? "")];
  });
  return [blockText(raw.blocks), ...said].filter(Boolean).join("\n") || (text ?? "");
}

function readFile(value: unknown): PostFile {
  const raw = record(value);
  const gone = ["tombstone", "hidden_by_limit"].includes(word(raw.mode) ?? "");
  // What lies outside Slack (a document linked from elsewhere) is not Slack's to hand out.
  const outside = raw.is_external === true || word(raw.mode) === "external";
  return {
    id: word(raw.id) ?? "",
    name: word(raw.name) ?? word(raw.title) ?? "file",
    mimetype: word(raw.mimetype) ?? "application/octet-stream",
    size: typeof raw.size === "number" && Number.isFinite(raw.size) && raw.size > 0 ? Math.floor(raw.size) : 0,
    url: gone || outside ? null : word(raw.url_private),
    gone,
  };
}

/** Who holds which reaction on a message, as the Web API tells it; `whole` where it names everybody. */
export function readReactions(
  raw: Payload,
): readonly { readonly name: string; readonly users: readonly string[]; readonly whole: boolean }[] {
  return list(raw.reactions).map((value) => {
    const reaction = record(value);
    const users = list(reaction.users).filter((user) => typeof user === "string");
    return { name: word(reaction.name) ?? "", users, whole: users.length === Number(reaction.count ?? users.length) };
  });
}

/** Who pinned a message to its channel, as the Web API tells it; null where it is not pinned there. */
export function readPin(raw: Payload, channelId: string): string | null {
  return list(raw.pinned_to).includes(channelId) ? word(record(raw.pinned_info).pinned_by) : null;
}

function word(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function record(value: unknown): Payload {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Payload) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
