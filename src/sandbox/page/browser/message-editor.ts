import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { MessageState } from "../protocol.ts";
import { html } from "./html.ts";
import { namesOf, useSession } from "./session.ts";
import { decodeTyped } from "./text/typed-text.ts";

interface MessageEditorProps {
  readonly channel: string;
  readonly message: MessageState;
  readonly onDone: () => void;
}

/** A message of one's own, to write anew: Enter saves, Escape leaves it as it was. */
export function MessageEditor({ channel, message, onDone }: MessageEditorProps): VNode {
  const { state, act } = useSession();
  const names = namesOf(state);
  const [text, setText] = useState(() => decodeTyped(message.text, names));
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    area.current?.focus();
    area.current?.setSelectionRange(text.length, text.length);
    // Only when it opens: later the caret is the person's.
  }, []);
  const save = async () => {
    if (text.trim() === "") return;
    const answer = await act({ act: "edit", channel, ts: message.ts, text });
    if (answer.ok) onDone();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") onDone();
    else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      void save();
    }
  };
  return html`<div class="message-editor">
    <textarea ref=${area} class="text-input" rows="3" aria-label="Edit message" value=${text} onKeyDown=${onKeyDown}
      onInput=${(event: Event) => setText((event.currentTarget as HTMLTextAreaElement).value)}></textarea>
    <div class="block-actions">
      <button type="button" class="button" onClick=${onDone}>Cancel</button>
      <button type="button" class="button button-primary" onClick=${() => void save()}>Save</button>
    </div>
  </div>`;
}
