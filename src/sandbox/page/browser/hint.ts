import type { VNode } from "preact";
import { html } from "./html.ts";
import { icon } from "./icons.ts";

export interface Suggestion {
  readonly text: string;
  readonly purpose: string;
  readonly where: "here" | "incident";
}

const suggestions: readonly Suggestion[] = [
  { text: "/incident declare sev2 API returns 500s", purpose: "Declare an incident", where: "here" },
  { text: "/ops scale backend 6", purpose: "Scale a service", where: "here" },
  { text: "/incident postmortem", purpose: "In the incident’s channel: write the post-mortem", where: "incident" },
];

const key = "tocsin-hint-dismissed";

export function isHintWanted(): boolean {
  return localStorage.getItem(key) === null;
}

export function dismissHint(): void {
  localStorage.setItem(key, "yes");
}

interface HintProps {
  readonly onPick: (suggestion: Suggestion) => void;
  readonly onDismiss: () => void;
}

/** What somebody who comes for the first time may try. */
export function Hint({ onPick, onDismiss }: HintProps): VNode {
  return html`<section class="hint" aria-label="Three things to try">
    <header><h2>Three things to try</h2>
      <button type="button" class="icon-button" aria-label="Hide these hints" onClick=${onDismiss}>${icon("close")}</button></header>
    <ol>
      ${suggestions.map(
        (suggestion) => html`<li key=${suggestion.text}><span>${suggestion.purpose}</span>
          <button type="button" class="hint-command" onClick=${() => onPick(suggestion)}>${suggestion.text}</button></li>`,
      )}
    </ol>
    <p>A click puts the words into the composer; Enter sends them.</p>
  </section>`;
}
