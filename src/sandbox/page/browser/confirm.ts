import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { JsonObject } from "../protocol.ts";
import { Dialog } from "./dialog.ts";
import { type Child, h, html } from "./html.ts";
import { objectAt, stringAt, wordsAt } from "./json.ts";
import { plainWithEmoji, Words } from "./text/passages.ts";

export interface Question {
  readonly confirm: JsonObject;
  readonly answer: (agreed: boolean) => void;
}

/** "Are you sure?", in the bot's words. */
export function ConfirmDialog({ question }: { readonly question: Question }): VNode {
  const { confirm, answer } = question;
  const deny = useRef<HTMLButtonElement>(null);
  useEffect(() => deny.current?.focus(), []);
  const title = wordsAt(confirm, "title") || "Are you sure?";
  const style = stringAt(confirm, "style") === "danger" ? "danger" : "primary";
  const onClose = () => answer(false);
  return h(
    Dialog,
    { label: title, class: "dialog-confirm", onClose },
    html`<h2>${plainWithEmoji(title)}</h2>
      <div class="confirm-words">${h(Words, { of: objectAt(confirm, "text") })}</div>
      <footer class="block-actions">
        <button type="button" class="button" ref=${deny} onClick=${onClose}>${plainWithEmoji(wordsAt(confirm, "deny") || "Cancel")}</button>
        <button type="button" class=${`button button-${style}`} onClick=${() => answer(true)}>${plainWithEmoji(wordsAt(confirm, "confirm") || "Yes")}</button>
      </footer>` as Child,
  );
}
