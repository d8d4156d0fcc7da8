import type { VNode } from "preact";
import type { MessageState } from "../protocol.ts";
import { h, html } from "./html.ts";
import { icon } from "./icons.ts";
import { MenuButton, type MenuItem } from "./menu.ts";
import { inChannel } from "./place.ts";
import { AddReaction } from "./reactions.ts";
import { useSession } from "./session.ts";

interface MessageToolsProps {
  readonly channel: string;
  readonly message: MessageState;
  readonly isInThread: boolean;
  readonly onEdit: () => void;
  /** Puts an ephemeral message away; nobody else ever saw it. */
  readonly onDismiss: () => void;
}

/** What one can do with a message: react, reply, pin, the apps' shortcuts, edit and delete one's own. */
export function MessageTools({ channel, message, isInThread, onEdit, onDismiss }: MessageToolsProps): VNode {
  const { state, act, go, ask } = useSession();
  const { ts } = message;
  if (message.ephemeral) {
    return html`<div class="message-tools" role="toolbar" aria-label="Message actions">
      <button type="button" class="icon-button" aria-label="Dismiss message" title="Dismiss message" onClick=${onDismiss}>${icon("close")}</button>
    </div>`;
  }
  const isMine = message.userId === state.me.id;
  const remove = async () => {
    const agreed = await ask({
      title: { type: "plain_text", text: "Delete message" },
      text: { type: "plain_text", text: "Are you sure you want to delete this message? This cannot be undone." },
      confirm: { type: "plain_text", text: "Delete" },
      deny: { type: "plain_text", text: "Cancel" },
      style: "danger",
    });
    if (agreed) await act({ act: "delete", channel, ts });
  };
  const shortcuts: readonly MenuItem[] = state.shortcuts
    .filter(({ type }) => type === "message")
    .map(({ callbackId, name }) => ({
      label: name,
      detail: "Tocsin",
      run: () => void act({ act: "shortcut", callbackId, message: { channel, ts } }),
    }));
  const own: readonly MenuItem[] = isMine
    ? [
        { label: "Edit message", run: onEdit },
        { label: "Delete message", danger: true, run: () => void remove() },
      ]
    : [];
  const pin = {
    label: message.pinned ? "Unpin from channel" : "Pin to channel",
    run: () => void act({ act: "pin", channel, ts, remove: message.pinned }),
  };
  const link: MenuItem = {
    label: "Copy link to message",
    run: () => void navigator.clipboard.writeText(`${location.origin}/archives/${channel}/p${ts.replace(".", "")}`),
  };
  return html`<div class="message-tools" role="toolbar" aria-label="Message actions">
    ${h(AddReaction, { channel, ts, class: "icon-button" })}
    ${
      !isInThread &&
      html`<button type="button" class="icon-button" aria-label="Reply in thread" title="Reply in thread"
        onClick=${() => go(inChannel(channel, { kind: "thread", ts: message.threadTs ?? ts }))}>${icon("reply")}</button>`
    }
    <button type="button" class="icon-button" aria-label=${pin.label} title=${pin.label} aria-pressed=${message.pinned} onClick=${pin.run}>${icon("pin")}</button>
    ${isMine && html`<button type="button" class="icon-button" aria-label="Edit message" title="Edit message" onClick=${onEdit}>${icon("edit")}</button>`}
    ${h(MenuButton, { label: "More message actions", face: icon("more"), items: [...shortcuts, pin, link, ...own] })}
  </div>`;
}
