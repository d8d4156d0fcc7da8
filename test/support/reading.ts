/** What a person reads in messages, forms and App Home, and the buttons and choices they find there. */
import type { JsonObject, MessageState } from "../../src/sandbox/page/protocol.ts";

export type Block = JsonObject & { readonly type: string };

/** Everything a person reads on a message: its text, its blocks, its files. */
export function reading(message: Pick<MessageState, "text" | "blocks" | "files">): string {
  return [message.text, ...message.blocks.map(words), ...message.files.map((file) => file.title)]
    .filter(Boolean)
    .join("\n");
}

/** All words in a block, element or view, in order. */
export function words(node: unknown): string {
  if (typeof node === "string") return node;
  if (Array.isArray(node)) return node.map(words).filter(Boolean).join("\n");
  if (node && typeof node === "object") {
    const { text, ...rest } = node as Record<string, unknown>;
    const inner = [
      "title",
      "label",
      "hint",
      "placeholder",
      "fields",
      "elements",
      "accessory",
      "element",
      "options",
      "blocks",
      "rows",
      "initial_value",
      "alt_text",
    ].map((key) => words(rest[key]));
    return [words(text), ...inner].filter(Boolean).join("\n");
  }
  return "";
}

export function matches(text: string, label: string | RegExp): boolean {
  return typeof label === "string" ? text === label : label.test(text);
}

export function* elementsOf(blocks: unknown): Generator<readonly [Block, JsonObject]> {
  for (const block of (blocks ?? []) as Block[]) {
    for (const element of (block.elements ?? []) as JsonObject[]) yield [block, element];
    if (block.accessory) yield [block, block.accessory as JsonObject];
    if (block.element) yield [block, block.element as JsonObject];
  }
}

export function optionsOf(element: JsonObject): JsonObject[] {
  const groups = (element.option_groups ?? []) as JsonObject[];
  return [...((element.options ?? []) as JsonObject[]), ...groups.flatMap((group) => group.options as JsonObject[])];
}

/** A button by its words, or by what a screen reader says of it. */
export function findButton(blocks: unknown, label: string | RegExp): readonly [Block, JsonObject] | null {
  for (const [block, element] of elementsOf(blocks)) {
    if (element.type !== "button") continue;
    const spoken = typeof element.accessibility_label === "string" ? element.accessibility_label : "";
    if (matches(words(element.text), label) || (spoken !== "" && matches(spoken, label))) return [block, element];
  }
  return null;
}
