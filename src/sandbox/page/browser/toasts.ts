import type { VNode } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { html } from "./html.ts";
import { icon } from "./icons.ts";

interface Toast {
  readonly id: number;
  readonly text: string;
}

const shownMilliseconds = 9_000;

export interface Toasts {
  readonly tell: (text: string) => void;
  readonly list: VNode;
}

/** Short notices that go away by themselves. */
export function useToasts(notice: string | null): Toasts {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const count = useRef(0);
  const drop = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), []);
  const tell = useCallback(
    (text: string) => {
      count.current += 1;
      const id = count.current;
      setToasts((all) => [...all.filter((toast) => toast.text !== text), { id, text }].slice(-3));
      setTimeout(() => drop(id), shownMilliseconds);
    },
    [drop],
  );
  useEffect(() => {
    if (notice !== null && notice !== "") tell(notice);
  }, [notice, tell]);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // In the top layer, so that a modal does not hide what went wrong with it.
    const element = box.current;
    if (element?.matches(":popover-open")) element.hidePopover();
    if (toasts.length > 0) element?.showPopover();
  }, [toasts]);
  const list = html`<div class="toasts" popover="manual" role="status" aria-live="polite" ref=${box}>
    ${toasts.map(
      ({ id, text }) => html`<p class="toast" key=${id}><span>${text}</span>
        <button type="button" aria-label="Dismiss" onClick=${() => drop(id)}>${icon("close")}</button></p>`,
    )}
  </div>`;
  return { tell, list };
}
