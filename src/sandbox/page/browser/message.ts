import type { VNode } from "preact";
import type { FileState, JsonObject, MessageState } from "../protocol.ts";
import { avatar } from "./avatar.ts";
import { Blocks } from "./blocks/blocks.ts";
import { h, html } from "./html.ts";
import { icon } from "./icons.ts";
import { objectsAt, stringAt } from "./json.ts";
import { MessageEditor } from "./message-editor.ts";
import { MessageTools } from "./message-tools.ts";
import { inChannel } from "./place.ts";
import { Reactions } from "./reactions.ts";
import { personOf, useSession } from "./session.ts";
import { Mrkdwn } from "./text/passages.ts";
import { ago, clockTime, dateOfTs, fullTime } from "./text/time.ts";

interface MessageProps {
  readonly channel: string;
  readonly message: MessageState;
  /** Whether it follows another of the same person closely, and needs no name again. */
  readonly isGrouped: boolean;
  readonly isInThread: boolean;
  /** The last reply, for the line that leads to the thread. */
  readonly lastReplyTs: string | null;
  readonly isActive: boolean;
  readonly isEditing: boolean;
  readonly isTabStop: boolean;
  readonly onEdit: (ts: string | null) => void;
  readonly onDismiss: (ts: string) => void;
}

/** One message, with everything that hangs on it. */
export function Message(props: MessageProps): VNode {
  const { channel, message, isGrouped, isActive, isEditing } = props;
  const { state } = useSession();
  const person = personOf(state, message.userId);
  const date = dateOfTs(message.ts);
  const name = person?.realName ?? "Someone";
  const time = html`<time class="message-time" dateTime=${date.toISOString()} title=${fullTime(date)}>${clockTime(date)}</time>`;
  const classes = [
    "message",
    isGrouped && "message-grouped",
    message.ephemeral && "message-ephemeral",
    message.pinned && "message-pinned",
  ];
  return html`<article class=${classes.filter(Boolean).join(" ")} aria-label=${labelOf(message, name, clockTime(date))}
      data-ts=${message.ts} tabindex=${props.isTabStop ? 0 : -1}>
    ${message.pinned && html`<p class="message-note note-pinned">${icon("pin")} Pinned</p>`}
    ${message.ephemeral && html`<p class="message-note">👁 Only visible to you</p>`}
    <div class="message-side">${isGrouped ? time : avatar(person)}</div>
    <div class="message-main">
      ${
        !isGrouped &&
        html`<p class="message-head"><b class="message-name">${name}</b>
          ${person?.kind === "bot" && html`<span class="badge">APP</span>`}
          ${person?.kind === "outsider" && html`<span class="badge">external</span>`}
          ${time}</p>`
      }
      ${isEditing ? h(MessageEditor, { channel, message, onDone: () => props.onEdit(null) }) : h(MessageBody, { channel, message })}
      ${message.files.map((file) => h(FileCard, { file }))}
      ${message.reactions.length > 0 && h(Reactions, { channel, message })}
      ${!props.isInThread && message.replyCount > 0 && h(ThreadLink, { channel, message, lastReplyTs: props.lastReplyTs })}
    </div>
    ${isActive && !isEditing && h(MessageTools, { channel, message, isInThread: props.isInThread, onEdit: () => props.onEdit(message.ts), onDismiss: () => props.onDismiss(message.ts) })}
  </article>`;
}

function labelOf(message: MessageState, name: string, time: string): string {
  return [name, message.ephemeral ? "only visible to you" : "", `at ${time}`].filter((part) => part !== "").join(", ");
}

interface BodyProps {
  readonly channel: string;
  readonly message: MessageState;
}

function MessageBody({ channel, message }: BodyProps): VNode {
  const isEvent = message.subtype !== null && message.subtype !== "bot_message" && message.subtype !== "file_share";
  const edited = message.edited && html`<span class="edited"> (edited)</span>`;
  if (message.blocks.length > 0) {
    return html`<div class="message-body">
      ${h(Blocks, { container: { type: "message", channel, ts: message.ts }, blocks: message.blocks, all: allBlocks(message) })}
      ${attachments(channel, message)}${edited}
    </div>`;
  }
  return html`<div class=${`message-body ${isEvent ? "message-event" : ""}`}>
    ${message.text !== "" && h(Mrkdwn, { text: message.text })}${edited}
    ${attachments(channel, message)}
  </div>`;
}

function attachments(channel: string, message: MessageState): readonly VNode[] {
  return message.attachments.map((attachment) =>
    h(Attachment, { channel, ts: message.ts, attachment, all: allBlocks(message) }),
  );
}

interface AttachmentProps {
  readonly channel: string;
  readonly ts: string;
  readonly attachment: JsonObject;
  readonly all: readonly JsonObject[];
}

function allBlocks({ blocks, attachments }: MessageState): readonly JsonObject[] {
  return [...blocks, ...attachments.flatMap((attachment) => objectsAt(attachment, "blocks"))];
}

const namedColors: Readonly<Record<string, string>> = { good: "#2eb67d", warning: "#ecb22e", danger: "#e01e5a" };

function Attachment({ channel, ts, attachment, all }: AttachmentProps): VNode {
  const color = stringAt(attachment, "color");
  const blocks = objectsAt(attachment, "blocks");
  const words = (key: string) =>
    stringAt(attachment, key) !== "" &&
    html`<div class=${`attachment-${key}`}>${h(Mrkdwn, { text: stringAt(attachment, key) })}</div>`;
  const bar = namedColors[color] ?? (/^#?[0-9a-f]{6}$/i.test(color) ? `#${color.replace("#", "")}` : undefined);
  return html`<div class="attachment">
    <span class="attachment-bar" style=${bar === undefined ? {} : { background: bar }}></span>
    <div>
      ${words("pretext")}${words("author_name")}${words("title")}${blocks.length === 0 && words("text")}
      ${blocks.length > 0 && h(Blocks, { container: { type: "message", channel, ts }, blocks, all })}
      <div class="section-fields">${objectsAt(attachment, "fields").map(
        (field) => html`<div><b>${stringAt(field, "title")}</b>${h(Mrkdwn, { text: stringAt(field, "value") })}</div>`,
      )}</div>
      ${words("footer")}
    </div>
  </div>`;
}

export function FileCard({ file }: { readonly file: FileState }): VNode {
  const { openFile } = useSession();
  if (isPicture(file)) {
    return html`<button type="button" class="file-card file-picture" onClick=${() => openFile(file)} aria-label=${`Open ${file.title}`}>
      <span><b>${file.title}</b></span><img class="picture" src=${file.url} alt=${file.title} />
    </button>`;
  }
  return html`<button type="button" class="file-card" onClick=${() => openFile(file)} aria-label=${`Open ${file.title}`}>
    ${icon("file")}<span><b>${file.title}</b><small>${kindOf(file.mimetype)}, ${sizeOf(file.size)}</small></span>
  </button>`;
}

/** Slack shows pictures where they were sent. */
function isPicture({ mimetype }: FileState): boolean {
  return /^image\/(png|jpeg|gif|webp)$/.test(mimetype);
}

function kindOf(mimetype: string): string {
  const kinds: Readonly<Record<string, string>> = {
    "text/markdown": "Markdown",
    "text/html": "HTML",
    "text/plain": "Text",
    "application/json": "JSON",
  };
  return kinds[mimetype] ?? mimetype;
}

function sizeOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

interface ThreadLinkProps extends BodyProps {
  readonly lastReplyTs: string | null;
}

function ThreadLink({ channel, message, lastReplyTs }: ThreadLinkProps): VNode {
  const { go } = useSession();
  const count = message.replyCount === 1 ? "1 reply" : `${message.replyCount} replies`;
  return html`<button type="button" class="thread-link" onClick=${() => go(inChannel(channel, { kind: "thread", ts: message.ts }))}>
    <b>${count}</b>${lastReplyTs !== null && html`<span>Last reply ${ago(dateOfTs(lastReplyTs), new Date())}</span>`}
  </button>`;
}
