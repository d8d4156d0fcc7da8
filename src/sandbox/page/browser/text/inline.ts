/** What a line of text is made of, whichever of Slack's three notations it was written in. */
export type Inline =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "bold" | "italic" | "strike" | "underline"; readonly children: readonly Inline[] }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "link"; readonly url: string; readonly children: readonly Inline[] }
  | { readonly kind: "user" | "channel" | "group"; readonly id: string; readonly label: string }
  | { readonly kind: "broadcast"; readonly range: string }
  | { readonly kind: "date"; readonly seconds: number; readonly format: string; readonly url: string }
  | { readonly kind: "emoji"; readonly name: string }
  | { readonly kind: "color"; readonly value: string }
  | { readonly kind: "break" };

/** A piece of text that stands on lines of its own. */
export type Passage =
  | { readonly kind: "lines"; readonly children: readonly Inline[] }
  | { readonly kind: "heading"; readonly level: number; readonly children: readonly Inline[] }
  | { readonly kind: "quote"; readonly children: readonly Passage[] }
  | { readonly kind: "fence"; readonly text: string }
  | { readonly kind: "list"; readonly ordered: boolean; readonly start: number; readonly items: readonly ListItem[] }
  | { readonly kind: "table"; readonly head: readonly Cell[]; readonly rows: readonly (readonly Cell[])[] }
  | { readonly kind: "rule" };

export interface ListItem {
  /** Whether a task is done; null for an item that is no task. */
  readonly done: boolean | null;
  readonly children: readonly Passage[];
}

export interface Cell {
  readonly align: "left" | "center" | "right";
  readonly children: readonly Inline[];
}

/** Only these may be followed: a link in a message must never run anything. */
export function isSafeUrl(url: string): boolean {
  return /^(https?:|mailto:|tel:|slack:)/i.test(url) || (url.startsWith("/") && !url.startsWith("//"));
}
