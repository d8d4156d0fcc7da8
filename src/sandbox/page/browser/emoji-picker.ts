import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "./html.ts";
import { emojiOf, findEmoji, usualEmoji } from "./text/emoji.ts";

/** A small table of emoji with a box to find one by name. */
export function EmojiPicker({ onChoose }: { readonly onChoose: (name: string) => void }): VNode {
  const [query, setQuery] = useState("");
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const usual = usualEmoji.map((name) => ({ name, character: emojiOf(name) ?? "" }));
  const found =
    query === ""
      ? [...usual, ...findEmoji("", 60).filter(({ name }) => !usualEmoji.includes(name))]
      : findEmoji(query, 40);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const first = found[0];
    if (first !== undefined) onChoose(first.name);
  };
  return html`<div class="emoji-picker" role="dialog" aria-label="Choose an emoji">
    <input type="text" class="text-input" ref=${input} aria-label="Find an emoji" placeholder="Find an emoji" value=${query}
      onInput=${(event: Event) => setQuery((event.currentTarget as HTMLInputElement).value.replaceAll(":", ""))} onKeyDown=${onKeyDown} />
    <div class="emoji-grid">
      ${found.map(
        ({ name, character }) =>
          html`<button type="button" key=${name} class="emoji-choice" aria-label=${name} title=${`:${name}:`} onClick=${() => onChoose(name)}>${character}</button>`,
      )}
      ${found.length === 0 && html`<p role="status">No emoji of that name</p>`}
    </div>
  </div>`;
}
