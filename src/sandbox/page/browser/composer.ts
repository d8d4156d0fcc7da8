import type { VNode } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { h, html } from "./html.ts";
import { icon } from "./icons.ts";
import { MenuButton } from "./menu.ts";
import { type ReadFile, readFile } from "./read-file.ts";
import { namesOf, useSession } from "./session.ts";
import { type Choice, type Completion, complete } from "./text/completion.ts";

interface ComposerProps {
  readonly channel: string;
  readonly threadTs: string | null;
  readonly label: string;
  /** Text another part of the page wants written, with a number that tells one wish from the next. */
  readonly wish: Wish | null;
}

export interface Wish {
  readonly id: number;
  readonly channel: string;
  readonly text: string;
}

/** What stands unsent in each channel and thread. */
const drafts = new Map<string, string>();
/** The last wish granted: a composer that comes back later does not grant it again. */
let granted = 0;

/** Where one writes: Enter sends, Shift and Enter begin a line; commands, people, channels and emoji are completed. */
export function Composer({ channel, threadTs, label, wish }: ComposerProps): VNode {
  const { state, act, tell } = useSession();
  const key = `${state.me.id} ${channel} ${threadTs ?? ""}`;
  const [, setTurn] = useState(0);
  const [caret, setCaret] = useState(0);
  const [active, setActive] = useState<number | null>(null);
  const [dismissed, setDismissed] = useState<string | null>(null);
  const [file, setFile] = useState<ReadFile | null>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const attach = useRef<HTMLInputElement>(null);
  const nextCaret = useRef<number | null>(null);
  const listId = useId();
  const text = drafts.get(key) ?? "";
  const names = namesOf(state);
  const found = dismissed === text ? null : complete(text, caret, names);
  const at = active ?? (found?.eager ? 0 : null);

  const write = (next: string, to: number) => {
    drafts.set(key, next);
    nextCaret.current = to;
    setCaret(to);
    setActive(null);
    setTurn((turn) => turn + 1);
  };
  useLayoutEffect(() => {
    const box = area.current;
    if (box === null) return;
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 240)}px`;
    if (nextCaret.current !== null) box.setSelectionRange(nextCaret.current, nextCaret.current);
    nextCaret.current = null;
  });
  useEffect(() => {
    // On a phone the keyboard would hide what one came to read.
    if (matchMedia("(pointer: fine)").matches && document.querySelector("dialog[open]") === null) area.current?.focus();
  }, [key]);
  // A wish is granted once
  useEffect(() => {
    if (wish === null || wish.id <= granted || wish.channel !== channel || threadTs !== null) return;
    granted = wish.id;
    write(wish.text, wish.text.length);
    area.current?.focus();
  }, [wish?.id]);

  useEffect(() => {
    if (at !== null) document.getElementById(`${listId}-${at}`)?.scrollIntoView({ block: "nearest" });
  }, [at, listId]);
  const take = (choice: Choice, completion: Completion) => {
    const start = text.slice(0, completion.from) + choice.insert;
    write(start + text.slice(caret), start.length);
    area.current?.focus();
  };
  const send = async () => {
    const said = text.trim();
    if (said === "" && file === null) return;
    const isCommand = said.startsWith("/");
    const word = said.split(/\s/, 1)[0] ?? said;
    if (isCommand && threadTs !== null) return tell(`${word} is not supported in threads. Sorry!`);
    if (isCommand && !state.commands.some(({ command }) => command === word.toLowerCase())) {
      return tell(
        `${word} is not a valid command. In Slack, all messages that start with the “/” character are interpreted as commands.`,
      );
    }
    write("", 0);
    setFile(null);
    const answer = isCommand
      ? await act({ act: "command", channel, text: said })
      : await act({
          act: "post",
          channel,
          text: said,
          ...(threadTs === null ? {} : { threadTs }),
          ...(file === null ? {} : { file: { name: file.name, base64: file.base64 } }),
        });
    // Nobody's words are lost: unless something new was begun meanwhile, they stand there again.
    if (!answer.ok && !isCommand && (drafts.get(key) ?? "") === "") write(text, text.length);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (found !== null && onCompletionKey(event, found)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      void send();
    }
  };
  const onCompletionKey = (event: KeyboardEvent, completion: Completion): boolean => {
    const count = completion.choices.length;
    if (event.key === "ArrowDown") setActive(at === null ? 0 : (at + 1) % count);
    else if (event.key === "ArrowUp") setActive(at === null ? count - 1 : (at - 1 + count) % count);
    else if (event.key === "Escape") setDismissed(text);
    else if (event.key === "Tab" && !event.shiftKey) take(completion.choices[at ?? 0] as Choice, completion);
    else if (event.key === "Enter" && !event.shiftKey && at !== null)
      take(completion.choices[at] as Choice, completion);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  const onInput = (event: Event) => {
    const box = event.currentTarget as HTMLTextAreaElement;
    write(box.value, box.selectionStart);
  };
  const onAttach = async (input: HTMLInputElement) => {
    const chosen = input.files?.[0];
    input.value = "";
    if (chosen === undefined) return;
    const read = await readFile(chosen);
    if ("error" in read) tell(read.error);
    else setFile(read);
  };
  const shortcuts = state.shortcuts
    .filter(({ type }) => type === "global")
    .map(({ callbackId, name }) => ({
      label: name,
      detail: "Tocsin",
      run: () => void act({ act: "shortcut", callbackId }),
    }));

  return html`<form class="composer" onSubmit=${(event: Event) => {
    event.preventDefault();
    void send();
  }}>
    ${found !== null && choices(found)}
    <textarea ref=${area} rows="1" aria-label=${label} placeholder=${label} value=${text} aria-autocomplete="list"
      aria-controls=${found !== null ? listId : undefined}
      aria-activedescendant=${found !== null && at !== null ? `${listId}-${at}` : undefined}
      onInput=${onInput} onKeyDown=${onKeyDown} onBlur=${() => setDismissed(text)}
      onSelect=${(event: Event) => setCaret((event.currentTarget as HTMLTextAreaElement).selectionStart)}></textarea>
    ${
      file !== null &&
      html`<span class="chip">${icon("file")}${file.name}
        <button type="button" aria-label=${`Remove ${file.name}`} onClick=${() => setFile(null)}>${icon("close")}</button></span>`
    }
    <div class="composer-bar">
      <input type="file" class="unseen" ref=${attach} tabindex="-1" aria-hidden="true" onChange=${(event: Event) => void onAttach(event.currentTarget as HTMLInputElement)} />
      <button type="button" class="icon-button" aria-label="Attach a file" title="Attach a file" onClick=${() => attach.current?.click()}>${icon("attach")}</button>
      ${threadTs === null && shortcuts.length > 0 && h(MenuButton, { label: "Shortcuts", face: icon("shortcut"), items: shortcuts })}
      <span class="composer-help">${found === null ? "Enter to send, Shift + Enter for a new line" : "↑ ↓ to choose, Tab to take, Esc to close"}</span>
      <button type="submit" class="send" aria-label="Send" title="Send" disabled=${text.trim() === "" && file === null}>${icon("send")}</button>
    </div>
  </form>`;

  function choices(completion: Completion): VNode {
    return html`<div class="completion" role="listbox" id=${listId} aria-label="Suggestions">
      ${completion.choices.map(
        (
          choice,
          index,
        ) => html`<div role="option" id=${`${listId}-${index}`} key=${choice.label} aria-selected=${index === at}
          class=${`option ${index === at ? "option-active" : ""}`} onPointerDown=${(event: Event) => event.preventDefault()}
          onClick=${() => take(choice, completion)}><b>${choice.label}</b>${choice.summary !== "" && html`<small>${choice.summary}</small>`}</div>`,
      )}
    </div>`;
  }
}
