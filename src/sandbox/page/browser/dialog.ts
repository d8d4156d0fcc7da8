import type { VNode } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { type Child, html } from "./html.ts";

interface DialogProps {
  readonly label: string;
  readonly class: string;
  readonly onClose: () => void;
  readonly children?: Child;
}

/** A window over the page. The browser keeps the focus inside, and gives it back when the window goes. */
export function Dialog({ label, class: name, onClose, children }: DialogProps): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const isGone = useRef(false);
  // Before the effects of what stands in it, which may want the focus for one of its fields.
  useLayoutEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    return () => {
      isGone.current = true;
      element?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const cancel = (event: Event) => {
    event.preventDefault();
    if (event.target === dialog.current) onClose();
  };
  // A browser may close a window without asking when Escape is pressed twice.
  const closed = (event: Event) => {
    if (event.target === dialog.current && !isGone.current) onClose();
  };
  return html`<dialog ref=${dialog} class=${`dialog ${name}`} aria-label=${label} onCancel=${cancel} onClose=${closed}>${children}</dialog>`;
}
