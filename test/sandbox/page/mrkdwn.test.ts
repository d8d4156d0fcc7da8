import { describe, expect, test } from "vitest";
import type { Inline, Passage } from "../../../src/sandbox/page/browser/text/inline.ts";
import { parseInline, parseMrkdwn } from "../../../src/sandbox/page/browser/text/mrkdwn.ts";

/** The parsed text in a notation of its own, short enough for a table. */
function shown(list: readonly Inline[]): string {
  return list.map(one).join("");
}

function one(inline: Inline): string {
  switch (inline.kind) {
    case "text":
      return inline.text;
    case "code":
      return `[code ${inline.text}]`;
    case "link":
      return `[link ${inline.url} ${shown(inline.children)}]`;
    case "user":
    case "channel":
    case "group":
      return `[${inline.kind} ${inline.id}]`;
    case "broadcast":
      return `[broadcast ${inline.range}]`;
    case "date":
      return `[date ${inline.seconds} ${inline.format}]`;
    case "emoji":
      return `[emoji ${inline.name}]`;
    case "bold":
    case "italic":
    case "strike":
    case "underline":
      return `[${inline.kind} ${shown(inline.children)}]`;
    default:
      return `[${inline.kind}]`;
  }
}

function outline(passages: readonly Passage[]): readonly string[] {
  return passages.map((passage) => {
    if (passage.kind === "fence") return `fence: ${passage.text}`;
    if (passage.kind === "quote") return `quote: ${outline(passage.children).join(" / ")}`;
    return passage.kind === "lines" ? shown(passage.children) : passage.kind;
  });
}

describe("Slack's notation within a line", () => {
  test.each([
    ["plain words", "plain words"],
    ["*bold* _italic_ ~struck~ `code`", "[bold bold] [italic italic] [strike struck] [code code]"],
    ["*bold with _italic_ in it*", "[bold bold with [italic italic] in it]"],
    ["2*3*4 and snake_case_name", "2*3*4 and snake_case_name"],
    ["* not bold *", "* not bold *"],
    ["*open, never closed", "*open, never closed"],
    ["*not over\nlines*", "*not over\nlines*"],
    ["(*bold*), then", "([bold bold]), then"],
    ["`*not bold*`", "[code *not bold*]"],
    ["*`code` in bold*", "[bold [code code] in bold]"],
    ["&lt;b&gt; &amp;amp; done", "<b> &amp; done"],
    ["<@U0ANA> and <@U0ANA|ana>", "[user U0ANA] and [user U0ANA]"],
    [
      "<#C0OPS|ops> <!subteam^S0ONCALL|@oncall> <!here> <!channel>",
      "[channel C0OPS] [group S0ONCALL] [broadcast here] [broadcast channel]",
    ],
    ["<https://a.example/x?y=1&amp;z=2|the *page*>", "[link https://a.example/x?y=1&z=2 the [bold page]]"],
    ["<https://a.example/a_b_c>", "[link https://a.example/a_b_c https://a.example/a_b_c]"],
    ["see https://a.example/x, please", "see [link https://a.example/x https://a.example/x], please"],
    ["<mailto:ana@waooaw.example|mail>", "[link mailto:ana@waooaw.example mail]"],
    ["<javascript:alert(1)|click>", "<javascript:alert(1)|click>"],
    ["<!date^1767225600^{date} at {time}|then>", "[date 1767225600 {date} at {time}]"],
    [":eyes: 10:30:45 :tada:", "[emoji eyes] 10:30:45 [emoji tada]"],
    [":wave::skin-tone-3:", "[emoji wave]"],
    ["a < b > c", "a < b > c"],
  ])("%s", (text, expected) => {
    expect(shown(parseInline(text))).toBe(expected);
  });
});

describe("Slack's notation over lines", () => {
  test("a fence keeps its lines as they are, and takes the line ends around it", () => {
    expect(outline(parseMrkdwn("before\n```\n*a* &lt;b&gt;\n  c\n```\nafter"))).toEqual([
      "before",
      "fence: *a* <b>\n  c",
      "after",
    ]);
  });

  test("a fence that does not end is text", () => {
    expect(outline(parseMrkdwn("a ```b"))).toEqual(["a ", "```b"]);
  });

  test("lines that begin with > are one quote, escaped or not", () => {
    expect(outline(parseMrkdwn("> one\n&gt; *two*\nthree"))).toEqual(["quote: one\n[bold two]", "three"]);
  });

  test("three signs quote all the rest", () => {
    expect(outline(parseMrkdwn("a\n>>> b\nc"))).toEqual(["a", "quote: b\nc"]);
  });
});
