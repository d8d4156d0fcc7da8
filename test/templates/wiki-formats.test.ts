import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { childrenFault } from "../../src/sandbox/partners/notion-blocks.ts";
import { bodyFault } from "../../src/sandbox/partners/storage-body.ts";
import { toNotionBlocks } from "../../templates/notion-blocks.ts";
import { toStorageFormat } from "../../templates/storage-format.ts";

const none = new Map();
const nasty = [
  '# A\n\nText with <b>tags</b> & ]]> \u0001 \ud800 [link](https://x.example/?a=1&b="2") [bad](javascript:alert(1))',
  "```sql\nselect ']]>' & 1 < 2;\n```\n\n- [x] done\n- [ ] open\n\n| a | b |\n| --- | --- |\n| 1 | **2** |\n",
  "1. one\n   - two\n     - three\n       - four\n\n> quoted\n>\n> ```js\n> x\n> ```\n\n---\n\nA[^1]\n\n[^1]: note\n",
  `${"x".repeat(9000)}\n\n${"word ".repeat(3000)}`,
  `| a |\n| --- |\n${"| row |\n".repeat(250)}`,
  "😀".repeat(3000),
  "<script>alert(1)</script>\n\n<!-- c --> text <img src=x onerror=y>",
];
const anyMarkdown = fc.array(fc.oneof(fc.constantFrom(...nasty), fc.string({ unit: "binary" })), { maxLength: 4 });

/** Text alone, in order. */
function textIn(block: unknown): string {
  if (typeof block !== "object" || block === null) return "";
  const { content } = block as { readonly content?: unknown };
  if (typeof content === "string") return content;
  return Object.values(block).map(textIn).join(" ");
}

describe("[I9] Markdown for Confluence", () => {
  test("is well-formed whatever people wrote", async () => {
    await fc.assert(
      fc.asyncProperty(anyMarkdown, async (parts) => {
        expect(bodyFault(await toStorageFormat(parts.join("\n\n"), none))).toBeNull();
      }),
      { numRuns: 60 },
    );
  });

  test("shows tags, keeps code as code, links to web addresses only and puts images where they belong", async () => {
    const images = new Map([["MARK", { filename: 'a "b".png', caption: "a & b" }]]);
    const body = await toStorageFormat(`${nasty[0]}\n\n${nasty[1]}\n\nMARK`, images);
    expect(body).toContain("&#x3C;b>tags");
    expect(body).toContain("<![CDATA[select ']]]]><![CDATA[>' & 1 < 2;]]>");
    expect(body).toContain('<ac:parameter ac:name="language">sql</ac:parameter>');
    expect(body).toContain('href="https://x.example/?a=1&#x26;b=&#x22;2&#x22;"');
    expect(body).not.toContain("javascript:");
    expect(body).toContain("☑");
    expect(body).toContain('<ac:image ac:alt="a &amp; b"><ri:attachment ri:filename="a &quot;b&quot;.png" />');
  });
});

describe("[I9] Markdown for Notion", () => {
  test("is within the limits whatever people wrote", async () => {
    await fc.assert(
      fc.asyncProperty(anyMarkdown, async (parts) => {
        for (const block of await toNotionBlocks(parts.join("\n\n"))) expect(childrenFault([block])).toBeNull();
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    ["a long paragraph", "word ".repeat(60_000).trim()],
    ["a table of 250 rows", nasty[4] ?? ""],
    ["lists in lists", "- one\n  - two\n    - three\n      - four"],
  ])("loses nothing of %s", async (_what, markdown) => {
    const words = (text: string) => text.match(/[a-z]+/g)?.filter((word) => word !== "a") ?? [];
    const blocks = await toNotionBlocks(markdown);
    expect(words(blocks.map((block) => `${textIn(block)} `).join("")).join("")).toBe(words(markdown).join(""));
  });

  test("puts an image where it belongs, and a link beside it for where it is not taken", async () => {
    const file = { name: "a.png", mimetype: "image/png", content: new Uint8Array() };
    const images = new Map([["MARK", { file, caption: "a.png, 12:00", link: "https://x.slack.com/f" }]]);
    expect(await toNotionBlocks("before\n\nMARK\n\nMARK not alone", images)).toMatchObject([
      { type: "paragraph" },
      {
        file: { name: "a.png" },
        caption: "a.png, 12:00",
        instead: {
          paragraph: { rich_text: [{ text: { content: "a.png, 12:00", link: { url: "https://x.slack.com/f" } } }] },
        },
      },
      { type: "paragraph" },
    ]);
  });

  test("keeps bold, code, links, tasks and the language of code", async () => {
    const blocks = await toNotionBlocks(
      "**a** `b` [c](https://x.example/)\n\n- [x] d\n\n```sql\ne\n```\n\n[f](javascript:x)",
    );
    expect(blocks).toMatchObject([
      {
        paragraph: {
          rich_text: [
            { text: { content: "a" }, annotations: { bold: true } },
            { text: { content: " " } },
            { text: { content: "b" }, annotations: { code: true } },
            { text: { content: " " } },
            { text: { content: "c", link: { url: "https://x.example/" } } },
          ],
        },
      },
      { to_do: { checked: true, rich_text: [{ text: { content: "d" } }] } },
      { code: { language: "sql", rich_text: [{ text: { content: "e" } }] } },
      { paragraph: { rich_text: [{ text: { content: "f" } }] } },
    ]);
    expect(JSON.stringify(blocks)).not.toContain("javascript:");
  });
});
