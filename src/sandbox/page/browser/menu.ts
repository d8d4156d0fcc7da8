import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type Child, h, html } from "./html.ts";
import { Popover } from "./popover.ts";

export interface MenuItem {
  readonly label: string;
  readonly detail?: string;
  readonly danger?: boolean;
  readonly href?: string;
  readonly run: () => void;
}

interface MenuButtonProps {
  readonly label: string;
  readonly face: Child;
  readonly items: readonly MenuItem[];
  readonly class?: string;
  readonly disabled?: boolean;
}

/** A button that opens a list of things to do; arrows move in it. */
export function MenuButton({ label, face, items, class: name, disabled }: MenuButtonProps): VNode {
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const choose = (item: MenuItem) => {
    setOpen(false);
    button.current?.focus();
    item.run();
  };
  return html`<button type="button" ref=${button} class=${name ?? "icon-button"} aria-label=${label} title=${label}
      aria-haspopup="menu" aria-expanded=${isOpen} disabled=${disabled} onClick=${() => setOpen(!isOpen)}>${face}</button>
    ${isOpen && h(Popover, { anchor: button, onClose: () => setOpen(false) }, h(Menu, { label, items, choose }))}` as VNode;
}

interface MenuProps {
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly choose: (item: MenuItem) => void;
}

function Menu({ label, items, choose }: MenuProps): VNode {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => list.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus(), []);
  const move = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const entries = [...(list.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
    const at = entries.indexOf(document.activeElement as HTMLElement);
    entries[(at + step + entries.length) % entries.length]?.focus();
  };
  const entry = (item: MenuItem) => {
    const inner = html`<span>${item.label}</span>${item.detail !== undefined && html`<small>${item.detail}</small>`}`;
    const name = item.danger ? "menu-item danger" : "menu-item";
    if (item.href !== undefined) {
      return html`<a role="menuitem" class=${name} href=${item.href} target="_blank" rel="noreferrer noopener"
        onClick=${() => choose(item)}>${inner}</a>`;
    }
    return html`<button type="button" role="menuitem" class=${name} onClick=${() => choose(item)}>${inner}</button>`;
  };
  return html`<div role="menu" class="menu" aria-label=${label} ref=${list} onKeyDown=${move}>${items.map(entry)}</div>`;
}
