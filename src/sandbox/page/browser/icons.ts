import type { VNode } from "preact";
import { html } from "./html.ts";

/** Line drawings on a grid of 20 by 20. */
const paths = {
  add: "M10 4v12M4 10h12",
  archive: "M3 5h14v3H3zM4 8v8h12V8M8 11h4",
  arrowDown: "M10 4v12m-5-5 5 5 5-5",
  back: "M12 4l-6 6 6 6",
  bookmark: "M6 3h8v14l-4-3-4 3z",
  canvas: "M5 3h7l4 4v10H5zM12 3v4h4M8 11h5M8 14h5",
  chat: "M3 4h14v10H8l-4 3v-3H3z",
  close: "M5 5l10 10M15 5L5 15",
  cloud: "M6 15a4 4 0 0 1 0-8 5 5 0 0 1 9.4 1.6A3.2 3.2 0 0 1 15 15z",
  edit: "M4 16l1-4 8-8 3 3-8 8zM11 6l3 3",
  file: "M5 3h7l4 4v10H5zM12 3v4h4",
  hash: "M8 3L6 17M14 3l-2 14M4 7h13M3 13h13",
  lock: "M5 9h10v8H5zM7 9V6a3 3 0 0 1 6 0v3",
  menu: "M3 5h14M3 10h14M3 15h14",
  more: "M10 4.7v.6M10 9.700v.6M10 14.700v.6",
  open: "M11 4h5v5M16 4l-8 8M8 5H4v11h11v-4",
  people: "M7 9a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 17c0-3 2-5 5-5s5 2 5 5M13 9a2.5 2.5 0 1 0 0-5M14 12c2.500 0 4 2 4 5",
  pin: "M12 3l5 5-3 1-3 4-1 3-6-6 3-1 4-3zM7 13l-4 4",
  reply: "M3 4h14v9H9l-4 4v-4H3zM6.500 7.500h7M6.500 10h4",
  send: "M3 4l15 6-15 6 2-6zM5 10h8",
  shortcut: "M11 2L4 11h5l-1 7 7-9h-5z",
  smile: "M10 17.500a7.500 7.500 0 1 0 0-15 7.500 7.500 0 0 0 0 15zM7 12c1.500 2 4.500 2 6 0M7.500 8v.01M12.500 8v.01",
  theme: "M10 3a7 7 0 1 0 7 7 5 5 0 0 1-7-7z",
  trash: "M4 6h12M8 6V4h4v2M6 6l1 11h6l1-11",
  attach:
    "M14 8l-5.500 5.500a1.800 1.800 0 0 1-2.500-2.500L12 5a3 3 0 0 1 4.200 4.200l-6.700 6.700a4.500 4.500 0 0 1-6.300-6.300L8.500 4.300",
} as const;

export type IconName = keyof typeof paths;

/** A drawing beside words or inside a labelled button; it says nothing by itself. */
export function icon(name: IconName): VNode {
  return html`<svg class="icon" viewBox="0 0 20 20" width="18" height="18" aria-hidden="true" focusable="false">
    <path d=${paths[name]} />
  </svg>`;
}
