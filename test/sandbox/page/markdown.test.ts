import { describe, expect, test } from "vitest";
import type { Inline, Passage } from "../../../src/sandbox/page/browser/text/inline.ts";
import { parseMarkdown, parseMarkdownInline } from "../../../src/sandbox/page/browser/text/markdown.ts";

function shown(list: readonly Inline[]): string {
  return list
    .map((item) => {
      if (item.kind === "text") return item.text;
      if (item.kind === "code") return `\`${item.text}\``;
      if (item.kind === "link") return `[link ${item.url} ${shown(item.children)}]`;
      if ("children" in item) return `[${item.kind} ${shown(item.children)}]`;
      return `[${item.kind}${"id" in item ? ` ${item.id}` : "name" in item ? ` ${item.name}` : ""}]`;
    })
    .join("");
}

function outline(passages: readonly Passage[]): readonly unknown[] {
  return passages.map((passage) => {
    switch (passage.kind) {
      case "lines":
        return shown(passage.children);
      case "heading":
        return `h${passage.level} ${shown(passage.children)}`;
      case "fence":
        return `fence ${passage.text}`;
      case "quote":
        return { quote: outline(passage.children) };
      case "list":
        return {
          [passage.ordered ? `from ${passage.start}` : "items"]: passage.items.map((item) =>
            item.done === null ? outline(item.children) : [item.done, ...outline(item.children)],
          ),
        };
      case "table":
        return [passage.head, ...passage.rows].map((row) => row.map((cell) => `${cell.align} ${shown(cell.children)}`));
      default:
        return passage.kind;
    }
  });
}

describe("Markdown within a line", () => {
  test.each([
    ["**bold** *italic* _italic_ ~~gone~~ `x*y`", "[bold bold] [italic italic] [italic italic] [strike gone] `x*y`"],
    ["***both***", "[bold [italic both]]"],
    ["**bold with *italic* in it**", "[bold bold with [italic italic] in it]"],
    ["2 * 3 * 4, snake_case_name", "2 * 3 * 4, snake_case_name"],
    ["\\*not italic\\*", "*not italic*"],
    ["[a **b**](https://a.example/(x))", "[link https://a.example/(x) a [bold b]]"],
    ["[x](javascript:alert(1))", "[x](javascript:alert(1))"],
    [
      "<https://a.example> and https://b.example.",
      "[link https://a.example https://a.example] and [link https://b.example https://b.example].",
    ],
    ["<@U0ANA> :tada: &lt;ok&gt;", "[user U0ANA] [emoji tada] <ok>"],
  ])("%s", (text, expected) => {
    expect(shown(parseMarkdownInline(text))).toBe(expected);
  });
});

describe("Markdown over lines", () => {
  test("headings, paragraphs, rules and fences", () => {
    expect(outline(parseMarkdown("# One\ntext\nmore\n\n---\n\n```js\nlet a = *b*\n```\n## Two ##"))).toEqual([
      "h1 One",
      "text\nmore",
      "rule",
      "fence let a = *b*",
      "h2 Two",
    ]);
  });

  test("lists hold tasks and further lists", () => {
    expect(outline(parseMarkdown("- [x] done\n- [ ] open\n- plain\n  - inner\n\n3. three\n4. four"))).toEqual([
      {
        items: [
          [true, "done"],
          [false, "open"],
          ["plain", { items: [["inner"]] }],
        ],
      },
      { "from 3": [["three"], ["four"]] },
    ]);
  });

  test("quotes hold passages", () => {
    expect(outline(parseMarkdown("> **why**\n>\n> - a\n\nafter"))).toEqual([
      { quote: ["[bold why]", { items: [["a"]] }] },
      "after",
    ]);
  });

  test("tables know their alignment, and short rows are filled", () => {
    expect(outline(parseMarkdown("| A | B |\n|:--|--:|\n| 1 | a\\|b |\n| 2 |"))).toEqual([
      [
        ["left A", "right B"],
        ["left 1", "right a|b"],
        ["left 2", "right "],
      ],
    ]);
  });
});
