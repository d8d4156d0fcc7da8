import type { VNode } from "preact";
import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import { h, html } from "../html.ts";
import { icon } from "../icons.ts";
import { Popover } from "../popover.ts";
import { withEmoji } from "../text/emoji.ts";

/** One thing to choose, whatever it stands for: an option of the bot, a person, a channel. */
export interface Option {
  readonly key: string;
  readonly text: string;
  readonly detail: string;
}

export interface OptionGroup {
  readonly label: string | null;
  readonly options: readonly Option[];
}

interface SelectProps {
  readonly id?: string;
  readonly label: string;
  readonly placeholder: string;
  readonly groups: readonly OptionGroup[];
  readonly chosen: readonly Option[];
  readonly isMany: boolean;
  readonly most: number | null;
  readonly clearable: boolean;
  readonly isRequired: boolean;
  readonly disabled: boolean;
  readonly describedBy?: string;
  readonly focusOnLoad: boolean;
  /** Asks the bot for options; without it the groups are all there is. */
  readonly suggest: ((query: string) => Promise<readonly OptionGroup[]>) | null;
  readonly leastQuery: number;
  readonly onChoose: (options: readonly Option[]) => void;
}

/** A box one types into to find an option, as Slack's selects are; with chips when several may be chosen. */
export function Select(props: SelectProps): VNode {
  const { chosen, isMany, label, onChoose } = props;
  const generated = useId();
  const id = props.id ?? generated;
  const box = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const [query, setQuery] = useState("");
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const found = useOptions(props, query, isOpen);
  const flat = found.groups.flatMap((group) => group.options);
  const isFull = isMany && props.most !== null && chosen.length >= props.most;

  useEffect(() => {
    if (props.focusOnLoad) input.current?.focus();
  }, [props.focusOnLoad]);
  useEffect(() => setActive(0), [query, isOpen]);
  useEffect(() => {
    if (isOpen) document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: "nearest" });
  }, [active, isOpen, id]);

  const close = () => {
    setOpen(false);
    setQuery("");
  };
  const toggle = (option: Option | undefined) => {
    if (option === undefined) return;
    const isChosen = chosen.some(({ key }) => key === option.key);
    if (isMany) {
      if (isChosen) onChoose(chosen.filter(({ key }) => key !== option.key));
      else if (!isFull) onChoose([...chosen, option]);
      setQuery("");
    } else {
      close();
      onChoose([option]);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen) setOpen(true);
      else setActive(moved(active, event.key === "ArrowDown" ? 1 : -1, flat.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (isOpen) toggle(flat[active]);
      else setOpen(true);
    } else if (event.key === "Tab") {
      close();
    } else if (event.key === "Backspace" && query === "" && isMany) {
      onChoose(chosen.slice(0, -1));
    }
  };
  const onBlur = (event: FocusEvent) => {
    if (!box.current?.contains(event.relatedTarget as Node)) close();
  };

  const single = isMany ? undefined : chosen[0];
  const shown = isOpen ? query : withEmoji(single?.text ?? "");
  const hint = single !== undefined ? withEmoji(single.text) : chosen.length > 0 ? "" : props.placeholder;
  return html`<div class=${`select ${isMany ? "select-many" : ""}`} ref=${box} onFocusOut=${onBlur}>
    ${isMany && chosen.map((option) => chip(option, () => toggle(option)))}
    <input type="text" id=${id} ref=${input} role="combobox" class="select-input" autocomplete="off" spellcheck=${false}
      aria-label=${label} aria-expanded=${isOpen} aria-controls=${`${id}-list`} aria-autocomplete="list"
      aria-activedescendant=${isOpen && flat.length > 0 ? `${id}-${active}` : undefined}
      aria-describedby=${props.describedBy} aria-required=${props.isRequired} placeholder=${hint} value=${shown} disabled=${props.disabled}
      onInput=${(event: Event) => {
        setQuery((event.currentTarget as HTMLInputElement).value);
        setOpen(true);
      }}
      onClick=${() => setOpen(true)} onKeyDown=${onKeyDown} />
    ${
      props.clearable &&
      single !== undefined &&
      html`<button type="button" class="select-clear" aria-label=${`Clear ${label}`} onClick=${() => onChoose([])}>${icon("close")}</button>`
    }
    ${isOpen && h(Popover, { anchor: box, onClose: close, wide: true }, list())}
  </div>`;

  function list(): VNode {
    let at = -1;
    return html`<div role="listbox" id=${`${id}-list`} class="options" aria-label=${label} aria-multiselectable=${isMany}>
      ${found.note !== null && html`<p class="options-note" role="status">${found.note}</p>`}
      ${found.groups.map(
        (group) => html`<div role="group" aria-label=${group.label ?? undefined}>
          ${group.label !== null && html`<div class="options-label" aria-hidden="true">${withEmoji(group.label)}</div>`}
          ${group.options.map((option) => {
            at += 1;
            return optionRow(option, at);
          })}
        </div>`,
      )}
    </div>`;
  }

  function optionRow(option: Option, at: number): VNode {
    const isChosen = chosen.some(({ key }) => key === option.key);
    return html`<div role="option" id=${`${id}-${at}`} class=${`option ${at === active ? "option-active" : ""}`}
      aria-selected=${isChosen} onPointerEnter=${() => setActive(at)}
      onPointerDown=${(event: Event) => event.preventDefault()} onClick=${() => toggle(option)}>
      <span>${withEmoji(option.text)}</span>
      ${option.detail !== "" && html`<small>${withEmoji(option.detail)}</small>`}
    </div>`;
  }
}

function moved(at: number, step: number, length: number): number {
  return length === 0 ? 0 : (at + step + length) % length;
}

function chip(option: Option, remove: () => void): VNode {
  return html`<span class="chip">${withEmoji(option.text)}
    <button type="button" aria-label=${`Remove ${option.text}`} onClick=${remove}>${icon("close")}</button>
  </span>`;
}

interface Offered {
  readonly groups: readonly OptionGroup[];
  readonly note: string | null;
}

/** Quick typing asks the bot once, after this pause. */
const typingPause = 200;

function useOptions(props: SelectProps, query: string, isOpen: boolean): Offered {
  const { groups, suggest, leastQuery } = props;
  const [answer, setAnswer] = useState<readonly OptionGroup[] | null>(null);
  const isLong = query.trim().length >= leastQuery;
  const ask = useRef(suggest);
  ask.current = suggest;
  const isAsked = suggest !== null;

  useEffect(() => {
    setAnswer(null);
    if (!isAsked || !isOpen || !isLong) return;
    let isOver = false;
    const timer = setTimeout(() => {
      void ask.current?.(query).then((found) => {
        if (!isOver) setAnswer(found);
      });
    }, typingPause);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [isAsked, isOpen, isLong, query]);

  return useMemo(() => {
    if (isAsked) {
      if (!isLong) return { groups: [], note: `Type ${leastQuery} or more characters` };
      if (answer === null) return { groups: [], note: "Looking…" };
      return { groups: answer, note: answer.some((group) => group.options.length > 0) ? null : "No results" };
    }
    const wanted = query.trim().toLowerCase();
    const matching = groups
      .map((group) => ({ ...group, options: group.options.filter((option) => matches(option, wanted)) }))
      .filter((group) => group.options.length > 0);
    return { groups: matching, note: matching.length === 0 ? "No results" : null };
  }, [isAsked, isLong, answer, groups, query, leastQuery]);
}

function matches(option: Option, wanted: string): boolean {
  return wanted === "" || `${option.text} ${option.detail}`.toLowerCase().includes(wanted);
}
