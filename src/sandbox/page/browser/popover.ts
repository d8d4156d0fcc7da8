import type { RefObject, VNode } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Child, html } from "./html.ts";

interface Position {
  readonly left: string;
  readonly top: string;
  readonly minWidth: string;
  readonly maxHeight: string;
}

interface PopoverProps {
  readonly anchor: RefObject<HTMLElement | null>;
  readonly onClose: () => void;
  readonly wide?: boolean;
  readonly class?: string;
  readonly children?: Child;
}

const gap = 4;
const margin = 8;

/** Something that floats beside what opened it, inside the window, and goes away on Escape or a click elsewhere. */
export function Popover({ anchor, onClose, wide, class: name, children }: PopoverProps): VNode {
  const box = useRef<HTMLDivElement>(null);
  const [position, setPosition] = useState<Position | null>(null);
  const close = useRef(onClose);
  close.current = onClose;

  useLayoutEffect(() => {
    const place = () => {
      if (anchor.current !== null && box.current !== null) {
        setPosition(positionOf(anchor.current.getBoundingClientRect(), box.current, wide === true));
      }
    };
    place();
    const observer = new ResizeObserver(place);
    if (box.current !== null) observer.observe(box.current);
    window.addEventListener("resize", place);
    window.addEventListener("scroll", place, true);
    return () => {
      observer.disconnect();
      window.removeEventListener("resize", place);
      window.removeEventListener("scroll", place, true);
    };
  }, [anchor, wide]);

  useEffect(() => {
    const onPointer = (event: PointerEvent) => {
      const target = event.target as Node;
      if (box.current !== null && !box.current.contains(target) && !anchor.current?.contains(target)) close.current();
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || box.current === null) return;
      // A modal behind it stays open.
      event.preventDefault();
      event.stopPropagation();
      close.current();
      anchor.current?.focus();
    };
    document.addEventListener("pointerdown", onPointer, true);
    document.addEventListener("keydown", onKey, true);
    return () => {
      document.removeEventListener("pointerdown", onPointer, true);
      document.removeEventListener("keydown", onKey, true);
    };
  }, [anchor]);

  const style = position ?? { left: "0", top: "0", minWidth: "0", maxHeight: "320px", visibility: "hidden" };
  return html`<div class=${`popover ${name ?? ""}`} ref=${box} style=${style}>${children}</div>`;
}

function positionOf(anchor: DOMRect, box: HTMLElement, wide: boolean): Position {
  const below = innerHeight - anchor.bottom - gap - margin;
  const above = anchor.top - gap - margin;
  const needed = Math.min(box.scrollHeight + 2, 320);
  const isBelow = below >= needed || below >= above;
  const maxHeight = Math.min(320, isBelow ? below : above);
  const height = Math.min(needed, maxHeight);
  const width = Math.max(box.offsetWidth, wide ? anchor.width : 0);
  const left = Math.max(margin, Math.min(anchor.left, innerWidth - width - margin));
  const top = isBelow ? anchor.bottom + gap : anchor.top - gap - height;
  return {
    left: `${left}px`,
    top: `${Math.max(margin, top)}px`,
    minWidth: wide ? `${anchor.width}px` : "0",
    maxHeight: `${maxHeight}px`,
  };
}
