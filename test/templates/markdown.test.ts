import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromMrkdwn, literal, toHtmlBody } from "../../templates/markdown.ts";

const names = new Map([["U0ANA", "Ana Ruiz"]]);

describe("text from Slack in a document", () => {
  test.each([
    ["<@U0ANA> looks", "@Ana Ruiz looks"],
    ["<@U0NEW> looks", "@U0NEW looks"],
    ["*bold* and ~gone~", "**bold** and ~~gone~~"],
    ["see <https://x.test/a|the graph>", "see [the graph](https://x.test/a)"],
    ["<#C1|incidents> &amp; more", "#incidents & more"],
    ["<!here> now", "@here now"],
    ["`*as it is*`", "`*as it is*`"],
    ["`a &lt;b&gt;`", "`a <b>`"],
    ["a &lt;b&gt; c", "a \\<b> c"],
    ["see ```a &lt; b\nc``` there", "see \n```\na < b\nc\n```\n there"],
    ["```\n  indented\n```", "\n```\n  indented\n```\n"],
    ["first\n```\ncode\n```\nthen", "first\n```\ncode\n```\nthen"],
    ["never ``` closed", "never \\`\\`\\` closed"],
    ["~~~\nnor this", "\\~\\~\\~\nnor this"],
  ])("%s becomes %s", (slack, markdown) => expect(fromMrkdwn(slack, names)).toBe(markdown));
});

describe("HTML made of Markdown", () => {
  test("shows tags, and obeys none", async () => {
    const html = await toHtmlBody('before <script>alert(1)</script> <img src=x onerror="alert(1)">');
    expect(html).not.toMatch(/<script|<img/);
    expect(html).toContain("alert(1)");
  });

  test("links only to the web and to mail", async () => {
    expect(await toHtmlBody("[a](javascript:alert(1)) [b](https://x.test)")).toBe(
      '<p><span>a</span> <a href="https://x.test" rel="noopener noreferrer">b</a></p>',
    );
  });

  test("never holds a tag that came from the text, whatever the text", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        expect(await toHtmlBody(`${literal(`<b onclick=x>${text}`)}`)).not.toMatch(/<b /);
      }),
    );
  });

  test("a long table has its head again where it is cut, and a list's item keeps its paragraphs", async () => {
    const rows = Array.from({ length: 800 }, (_, index) => `| ${index} | something happened |`);
    const table = await toHtmlBody(["| When | What |", "|---|---|", ...rows].join("\n"));
    expect(table.match(/<td>\d+<\/td>/g)).toHaveLength(800);
    expect(table.match(/<th>When<\/th>/g)?.length).toBe(table.match(/<table>/g)?.length);
    const items = Array.from({ length: 400 }, (_, index) => `- item ${index}\n\n    its second paragraph\n`);
    const list = await toHtmlBody(items.join("\n"));
    expect(list.match(/<p>its second paragraph<\/p>/g)).toHaveLength(400);
    expect(list).not.toContain("<pre>");
  });
});

test("entries of any length and with code that nothing closes leave those after them as they are", async () => {
  const said = [
    "x".repeat(40_000),
    "word ".repeat(8000),
    "```\nselect 1;\n```",
    `\`\`\`\n${"of code\n".repeat(4000)}\`\`\``,
    "~~~ open",
    "``` open",
    "see ```a``` and\n```\nb",
  ];
  const items = said.map((text) => `- **12:00** Ana: ${fromMrkdwn(text, names).trimEnd().replaceAll("\n", "\n  ")}`);
  const many = Array.from({ length: 300 }, (_, index) => `- entry ${index}`);
  const html = await toHtmlBody(["## Timeline", "", ...items, "- an odd one\n  ```", ...many].join("\n"));
  expect(html.match(/<strong>12:00<\/strong>/g)).toHaveLength(said.length);
  for (let index = 0; index < 300; index += 1) expect(html).toContain(`<li>entry ${index}</li>`);
  expect(html.match(/x/g)?.length).toBeGreaterThanOrEqual(40_000);
  expect(html.match(/word/g)).toHaveLength(8000);
  expect(html.match(/^of code$|<code>of code$/gm)).toHaveLength(4000);
  expect(html).toContain("<pre><code>select 1;\n</code></pre>");
});

test("literal text stays on one line and carries no markup", async () => {
  expect(await toHtmlBody(literal("# a *b* [c](d) | `e`\n- f"))).toBe("<p># a *b* [c](d) | `e` - f</p>");
});
