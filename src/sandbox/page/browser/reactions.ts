import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import type { MessageState } from "../protocol.ts";
import { EmojiPicker } from "./emoji-picker.ts";
import { h, html } from "./html.ts";
import { icon } from "./icons.ts";
import { Popover } from "./popover.ts";
import { personOf, useSession } from "./session.ts";
import { emojiOf } from "./text/emoji.ts";

interface ReactionsProps {
  readonly channel: string;
  readonly message: MessageState;
}

/** Who reacted with what; a click adds or takes away one's own. */
export function Reactions({ channel, message }: ReactionsProps): VNode {
  const { state, act } = useSession();
  return html`<div class="reactions" role="group" aria-label="Reactions">
    ${message.reactions.map(({ name, userIds }) => {
      const isMine = userIds.includes(state.me.id);
      const who = userIds.map((id) => (id === state.me.id ? "you" : (personOf(state, id)?.realName ?? id))).join(", ");
      const toggle = () => void act({ act: "react", channel, ts: message.ts, name, remove: isMine });
      return html`<button type="button" key=${name} class="reaction" aria-pressed=${isMine} title=${`${who} reacted with :${name}:`}
        aria-label=${`${name}, ${userIds.length}, ${isMine ? "take yours away" : "add yours"}`} onClick=${toggle}>
        <span class="emoji">${emojiOf(name) ?? `:${name}:`}</span> <span>${userIds.length}</span>
      </button>`;
    })}
    ${h(AddReaction, { channel, ts: message.ts, class: "reaction" })}
  </div>`;
}

interface AddReactionProps {
  readonly channel: string;
  readonly ts: string;
  readonly class: string;
}

export function AddReaction({ channel, ts, class: name }: AddReactionProps): VNode {
  const { act } = useSession();
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const choose = (emoji: string) => {
    setOpen(false);
    button.current?.focus();
    void act({ act: "react", channel, ts, name: emoji, remove: false });
  };
  return html`<button type="button" ref=${button} class=${name} aria-label="Add reaction" title="Add reaction"
      aria-haspopup="dialog" aria-expanded=${isOpen} onClick=${() => setOpen(!isOpen)}>${icon("smile")}</button>
    ${isOpen && h(Popover, { anchor: button, onClose: () => setOpen(false) }, h(EmojiPicker, { onChoose: choose }))}` as VNode;
}
