import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { ChannelDetail, ChannelState, MessageState } from "../protocol.ts";
import { ChannelHeader } from "./channel-header.ts";
import { Composer, type Wish } from "./composer.ts";
import { h, html } from "./html.ts";
import { MessageList } from "./message-list.ts";
import { channelName, partnerOf, useSession } from "./session.ts";

interface ChannelViewProps {
  readonly channel: ChannelState;
  readonly detail: ChannelDetail | undefined;
  readonly target: string | null;
  readonly wish: Wish | null;
  readonly hint: VNode | null;
  /** The tabs of the app's own page, when this is the direct message with it. */
  readonly tabs: VNode | null;
}

/** A channel or direct message: header, messages, and where one writes. */
export function ChannelView({ channel, detail, target, wish, hint, tabs }: ChannelViewProps): VNode {
  const { state } = useSession();
  const name = channelName(state, channel);
  const all = detail?.messages ?? [];
  const messages = all.filter((message) => !isReply(message) || message.subtype === "thread_broadcast");
  const newSince = useNewSince(channel, detail, messages);
  useMarkRead(channel);
  return html`<main class="channel" aria-label=${name}>
    ${h(ChannelHeader, { channel, detail, tabs })}
    ${
      detail === undefined
        ? html`<div class="loading" role="status">Loading ${name}…</div>`
        : h(
            MessageList,
            {
              key: channel.id,
              channel: channel.id,
              label: `Messages in ${name}`,
              messages,
              all,
              isInThread: false,
              newSince,
              target,
            },
            h(Beginning, { channel }),
          )
    }
    ${hint}
    ${h(Foot, { channel, name, wish })}
  </main>`;
}

export function isReply(message: MessageState): boolean {
  return message.threadTs !== null && message.threadTs !== message.ts;
}

function Beginning({ channel }: { readonly channel: ChannelState }): VNode {
  const { state } = useSession();
  const name = channelName(state, channel);
  const words =
    channel.kind === "im"
      ? `This is the beginning of your messages with ${partnerOf(state, channel).realName}.`
      : `This is the beginning of ${name}.`;
  return html`<div class="beginning"><h2>${name}</h2><p>${words}</p></div>`;
}

interface FootProps {
  readonly channel: ChannelState;
  readonly name: string;
  readonly wish: Wish | null;
}

/** The composer, or why there is none. */
function Foot({ channel, name, wish }: FootProps): VNode {
  const { act } = useSession();
  if (channel.archived) {
    return html`<div class="bar"><span>${name} is archived. Nobody can write here any more.</span>
      <button type="button" class="button" onClick=${() => void act({ act: "unarchive", channel: channel.id })}>Unarchive</button></div>`;
  }
  if (!channel.isMember && channel.kind !== "im") {
    return html`<div class="bar"><span>You are looking at <b>${name}</b></span>
      <button type="button" class="button button-primary" onClick=${() => void act({ act: "join", channel: channel.id })}>Join channel</button></div>`;
  }
  const label = `Message ${name}`;
  return h(Composer, { key: channel.id, channel: channel.id, threadTs: null, label, wish });
}

/** Joins, topics and the like do not make a channel unread. */
const quiet = /^(?:channel|group)_|^pinned_item$|^tombstone$/;

/** The first message that was unread when the person came; it stays marked until they leave. */
function useNewSince(
  channel: ChannelState,
  detail: ChannelDetail | undefined,
  messages: readonly MessageState[],
): string | null {
  const { state } = useSession();
  const marked = useRef<{ readonly channel: string; readonly unread: number; ts: string | null }>(null);
  if (marked.current?.channel !== channel.id) {
    marked.current = { channel: channel.id, unread: channel.unread, ts: null };
  }
  const { unread, ts } = marked.current;
  if (ts === null && unread > 0 && detail !== undefined) {
    const others = messages.filter(
      ({ userId, ephemeral, subtype }) => userId !== state.me.id && !ephemeral && !quiet.test(subtype ?? ""),
    );
    marked.current.ts = others.at(-unread)?.ts ?? null;
  }
  return marked.current.ts;
}

/** Looking at a channel reads it. */
function useMarkRead(channel: ChannelState): void {
  const { act } = useSession();
  const [isVisible, setVisible] = useState(document.visibilityState === "visible");
  useEffect(() => {
    const look = () => setVisible(document.visibilityState === "visible");
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  const isUnread = channel.unread > 0 || channel.mentions > 0;
  // Once for each change of the count
  useEffect(() => {
    if (isVisible && isUnread) void act({ act: "read", channel: channel.id });
  }, [isVisible, isUnread, channel.id, channel.unread]);
}
