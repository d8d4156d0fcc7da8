import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ChannelDetail, ChannelState, MessageState } from "../protocol.ts";
import { pagePaths } from "../protocol.ts";
import { avatar } from "./avatar.ts";
import { isReply } from "./channel-view.ts";
import { Composer } from "./composer.ts";
import { type Child, h, html } from "./html.ts";
import { icon } from "./icons.ts";
import { MessageList } from "./message-list.ts";
import { inChannel, type Pane } from "./place.ts";
import { channelName, personOf, useSession } from "./session.ts";
import { Markdown, Mrkdwn } from "./text/passages.ts";
import { dateOfTs, dayName } from "./text/time.ts";

interface SidePaneProps {
  readonly pane: Pane;
  readonly channel: ChannelState;
  readonly detail: ChannelDetail | undefined;
}

/** What stands beside the messages: a thread, the members, the pins, a canvas. */
export function SidePane({ pane, channel, detail }: SidePaneProps): VNode {
  switch (pane.kind) {
    case "thread":
      return h(Thread, { key: pane.ts, channel, detail, ts: pane.ts });
    case "members":
      return h(Members, { channel });
    case "pins":
      return h(Pins, { channel, detail });
    case "canvas":
      return h(Canvas, { channel, detail, id: pane.id });
  }
}

interface FrameProps {
  readonly label: string;
  readonly detail: string;
  readonly channel: ChannelState;
  readonly children?: Child;
}

function Frame({ label, detail, channel, children }: FrameProps): VNode {
  const { go } = useSession();
  return html`<aside class="pane" aria-label=${label}>
    <header class="pane-header"><h2>${label}</h2><span>${detail}</span>
      <button type="button" class="icon-button" aria-label=${`Close ${label.toLowerCase()}`} onClick=${() => go(inChannel(channel.id))}>${icon("close")}</button></header>
    ${children}
  </aside>`;
}

interface ThreadProps {
  readonly channel: ChannelState;
  readonly detail: ChannelDetail | undefined;
  readonly ts: string;
}

function Thread({ channel, detail, ts }: ThreadProps): VNode {
  const { state } = useSession();
  const name = channelName(state, channel);
  const all = detail?.messages ?? [];
  const messages = all.filter((message) => message.ts === ts || (isReply(message) && message.threadTs === ts));
  const canWrite = (channel.isMember || channel.kind === "im") && !channel.archived;
  return h(
    Frame,
    { label: "Thread", detail: name, channel },
    html`${
      messages.length === 0
        ? html`<p class="loading" role="status">${detail === undefined ? "Loading…" : "This message is no longer there."}</p>`
        : h(MessageList, {
            channel: channel.id,
            label: "Messages in this thread",
            messages,
            all,
            isInThread: true,
            newSince: null,
            target: null,
          })
    }
    ${canWrite && messages.length > 0 && h(Composer, { channel: channel.id, threadTs: ts, label: "Reply in thread", wish: null })}`,
  );
}

function Members({ channel }: { readonly channel: ChannelState }): VNode {
  const { state } = useSession();
  const members = channel.memberIds.map((id) => personOf(state, id)).filter((person) => person !== undefined);
  return h(
    Frame,
    { label: "Members", detail: channelName(state, channel), channel },
    html`<ul class="pane-list">
      ${members.map((person) => html`<li key=${person.id} class="member">${avatar(person)}<span><b>${person.realName}</b><small>${person.title || `@${person.name}`}</small></span></li>`)}
    </ul>`,
  );
}

interface PinsProps {
  readonly channel: ChannelState;
  readonly detail: ChannelDetail | undefined;
}

function Pins({ channel, detail }: PinsProps): VNode {
  const { state } = useSession();
  const pinned = (detail?.pins ?? [])
    .map((ts) => detail?.messages.find((message) => message.ts === ts))
    .filter((message) => message !== undefined);
  return h(
    Frame,
    { label: "Pins", detail: channelName(state, channel), channel },
    html`<ul class="pane-list">
      ${pinned.length === 0 && html`<li class="quiet">Nothing is pinned here yet.</li>`}
      ${pinned.map((message) => h(Pin, { key: message.ts, channel, message }))}
    </ul>`,
  );
}

function Pin({ channel, message }: { readonly channel: ChannelState; readonly message: MessageState }): VNode {
  const { state, go, act } = useSession();
  const author = personOf(state, message.userId);
  return html`<li class="pin">
    <p>${avatar(author, "small")} <b>${author?.realName ?? "Someone"}</b> <small>${dayName(dateOfTs(message.ts), new Date())}</small></p>
    <div class="pin-words">${h(Mrkdwn, { text: message.text || "A message without text" })}</div>
    <p class="block-actions">
      <button type="button" class="button" onClick=${() => go({ kind: "channel", channel: channel.id, pane: null, ts: message.ts })}>Show in channel</button>
      <button type="button" class="button" onClick=${() => void act({ act: "pin", channel: channel.id, ts: message.ts, remove: true })}>Unpin</button>
    </p>
  </li>`;
}

interface CanvasProps extends PinsProps {
  readonly id: string;
}

/** A canvas as a document; it is read again whenever the channel changes. */
function Canvas({ channel, detail, id }: CanvasProps): VNode {
  const { state } = useSession();
  const canvas = detail?.canvases.find((candidate) => candidate.id === id);
  const url = canvas?.url ?? `${pagePaths.canvases}${encodeURIComponent(id)}`;
  const text = useText(url, detail?.version ?? 0);
  return h(
    Frame,
    { label: canvas?.title ?? "Canvas", detail: channelName(state, channel), channel },
    html`<div class="canvas" tabindex="0">${text === null ? html`<p role="status">Loading…</p>` : h(Markdown, { text })}</div>`,
  );
}

/** The words behind an address of the sandbox. */
export function useText(url: string, version: number): string | null {
  const [text, setText] = useState<string | null>(null);
  // A new version is a new text behind the same address
  useEffect(() => {
    let isOver = false;
    void fetch(url)
      .then(async (response) => (response.ok ? response.text() : "*This could not be opened.*"))
      .catch(() => "*The sandbox does not answer.*")
      .then((words) => {
        if (!isOver) setText(words);
      });
    return () => {
      isOver = true;
    };
  }, [url, version]);
  return text;
}
