import type { VNode } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { MessageState } from "../protocol.ts";
import { type Child, h, html } from "./html.ts";
import { icon } from "./icons.ts";
import { Message } from "./message.ts";
import { personOf, useSession } from "./session.ts";
import type { Inline } from "./text/inline.ts";
import { parseMrkdwn } from "./text/mrkdwn.ts";
import { dateOfTs, dayKey, dayName } from "./text/time.ts";

interface MessageListProps {
  readonly channel: string;
  readonly label: string;
  readonly messages: readonly MessageState[];
  /** All messages of the channel, to find a thread's last reply. */
  readonly all: readonly MessageState[];
  readonly isInThread: boolean;
  /** The first message that is new to the person, or null. */
  readonly newSince: string | null;
  /** A message to show and mark, such as one a link leads to. */
  readonly target: string | null;
  readonly children?: Child;
}

/** Five minutes, as in Slack: what one person writes within them stands under one name. */
const groupingSeconds = 300;
/** Who is this near to the end, in pixels, stays there when something comes. */
const nearEnd = 80;

/** Messages in their order with dividers between days; arrows move from one to the next. */
export function MessageList(props: MessageListProps): VNode {
  const { channel, label, isInThread, newSince, target } = props;
  const [dismissed, setDismissed] = useState<ReadonlySet<string>>(new Set());
  const messages = props.messages.filter(({ ts }) => !dismissed.has(ts));
  const [active, setActive] = useState<string | null>(null);
  const [editing, setEditing] = useState<string | null>(null);
  const { box, isAway, toEnd } = useStickToEnd(channel, messages.at(-1)?.ts ?? "", props.messages, target);
  const now = new Date();

  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const focused = document.activeElement;
    if (step === undefined || !(focused instanceof HTMLElement) || focused.tagName !== "ARTICLE") return;
    event.preventDefault();
    const articles = [...(box.current?.querySelectorAll<HTMLElement>("article[data-ts]") ?? [])];
    articles[articles.indexOf(focused) + step]?.focus();
  };
  const activate = (event: Event) => {
    const article = (event.target as HTMLElement).closest<HTMLElement>("article[data-ts]");
    setActive(article?.dataset.ts ?? null);
  };
  const leave = (event: MouseEvent) => {
    const list = event.currentTarget as HTMLElement;
    if (!list.contains(document.activeElement)) setActive(null);
  };

  return html`<div class="message-list-frame">
    <div class="message-list" role="feed" aria-label=${label} ref=${box} onKeyDown=${onKeyDown} onMouseOver=${activate}
        onFocusIn=${activate} onClick=${activate} onMouseLeave=${leave}>
      ${props.children}
      ${messages.map((message, at) => {
        const before = messages[at - 1];
        const date = dateOfTs(message.ts);
        const isNewDay = before === undefined || dayKey(dateOfTs(before.ts)) !== dayKey(date);
        const isNew = newSince === message.ts;
        return html`${isNewDay && !isInThread && html`<div class="divider-day" role="separator" key=${`day ${dayKey(date)}`}><span>${dayName(date, now)}</span></div>`}
          ${isNew && html`<div class="divider-new" role="separator" key="new"><span>New</span></div>`}
          ${h(Message, {
            key: message.ts,
            channel,
            message,
            isGrouped: !isNewDay && !isNew && isClose(before, message),
            isInThread,
            lastReplyTs: lastReply(props.all, message),
            isActive: active === message.ts,
            isEditing: editing === message.ts,
            isTabStop: at === messages.length - 1,
            onEdit: setEditing,
            onDismiss: (ts) => setDismissed(new Set([...dismissed, ts])),
          })}`;
      })}
    </div>
    ${isAway && html`<button type="button" class="to-end" onClick=${toEnd}>${icon("arrowDown")} Newest messages</button>`}
    ${h(Announcer, { channel, messages })}
  </div>`;
}

function isClose(before: MessageState | undefined, message: MessageState): boolean {
  if (before === undefined || before.userId !== message.userId) return false;
  if (before.ephemeral !== message.ephemeral || message.pinned || before.subtype !== message.subtype) return false;
  return Number(message.ts) - Number(before.ts) < groupingSeconds;
}

function lastReply(all: readonly MessageState[], message: MessageState): string | null {
  if (message.replyCount === 0) return null;
  return all.filter(({ threadTs, ts }) => threadTs === message.ts && ts !== message.ts).at(-1)?.ts ?? null;
}

interface Stick {
  readonly box: { readonly current: HTMLDivElement | null };
  readonly isAway: boolean;
  readonly toEnd: () => void;
}

/** Stays at the newest message unless the person has scrolled away from it, or came to see another one. */
function useStickToEnd(
  channel: string,
  newest: string,
  messages: readonly MessageState[],
  target: string | null,
): Stick {
  const box = useRef<HTMLDivElement>(null);
  const stays = useRef(true);
  const [isAway, setAway] = useState(false);
  const toEnd = () => {
    stays.current = true;
    setAway(false);
    box.current?.scrollTo({ top: box.current.scrollHeight });
  };
  // Another channel or target starts afresh
  useLayoutEffect(() => {
    stays.current = target === null;
    setAway(false);
  }, [channel, target]);
  const isThere = target !== null && messages.some(({ ts }) => ts === target);
  useLayoutEffect(() => {
    if (target === null || !isThere) return;
    const article = box.current?.querySelector<HTMLElement>(`article[data-ts="${CSS.escape(target)}"]`);
    article?.scrollIntoView({ block: "center" });
    article?.classList.add("message-target");
    article?.focus({ preventScroll: true });
    return () => article?.classList.remove("message-target");
  }, [target, isThere]);
  // Whatever is drawn anew may have grown
  useLayoutEffect(() => {
    if (stays.current) box.current?.scrollTo({ top: box.current.scrollHeight });
    else if (newest !== "") setAway(!isAtEnd(box.current));
  }, [newest, messages]);
  useEffect(() => {
    const list = box.current;
    if (list === null) return;
    const onScroll = () => {
      stays.current = isAtEnd(list);
      setAway(!stays.current);
    };
    const observer = new ResizeObserver(() => {
      if (stays.current) list.scrollTo({ top: list.scrollHeight });
    });
    observer.observe(list);
    list.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      observer.disconnect();
      list.removeEventListener("scroll", onScroll);
    };
  }, []);
  return { box, isAway, toEnd };
}

function isAtEnd(list: HTMLElement | null): boolean {
  return list === null || list.scrollHeight - list.scrollTop - list.clientHeight < nearEnd;
}

interface AnnouncerProps {
  readonly channel: string;
  readonly messages: readonly MessageState[];
}

/** Says to a screen reader who wrote what came since the last look. */
function Announcer({ channel, messages }: AnnouncerProps): VNode {
  const { state } = useSession();
  const last = messages.at(-1);
  const seen = useRef({ channel, ts: last?.ts ?? "" });
  const [words, setWords] = useState("");
  useEffect(() => {
    const before = seen.current;
    seen.current = { channel, ts: last?.ts ?? "" };
    if (before.channel !== channel || last === undefined || last.ts <= before.ts) return;
    if (last.userId === state.me.id && !last.ephemeral) return;
    const nameOf = (id: string) => personOf(state, id)?.realName ?? "someone";
    setWords(`${personOf(state, last.userId)?.realName ?? "Someone"}: ${spoken(last.text, nameOf)}`);
  }, [channel, last, state]);
  return html`<div class="unseen" aria-live="polite">${words}</div>`;
}

function spoken(text: string, nameOf: (id: string) => string): string {
  const said = (item: Inline): string => {
    if (item.kind === "user") return nameOf(item.id);
    if ("text" in item) return item.text;
    return "children" in item ? item.children.map(said).join("") : "";
  };
  return parseMrkdwn(text)
    .flatMap((item) => (item.kind === "lines" ? item.children : []))
    .map(said)
    .join("");
}
