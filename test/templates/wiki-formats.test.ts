import fc from "fast-check";
import { strFromU8, unzipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { wordFault, wordText } from "../../src/sandbox/partners/google-word.ts";
import { childrenFault } from "../../src/sandbox/partners/notion-blocks.ts";
import { bodyFault } from "../../src/sandbox/partners/storage-body.ts";
import { toNotionBlocks } from "../../templates/notion-blocks.ts";
import { toStorageFormat } from "../../templates/storage-format.ts";
import { toWordDocument } from "../../templates/word-document.ts";

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

/** Only as much of each kind as says how large it is: 300 by 200 pixels. */
const heads = {
  "image/png": [137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 1, 44, 0, 0, 0, 200],
  "image/gif": [71, 73, 70, 56, 57, 97, 44, 1, 200, 0],
  "image/jpeg": [255, 216, 255, 224, 0, 4, 0, 0, 255, 192, 0, 17, 8, 0, 200, 1, 44, 3, 0, 0],
};
const pictured = (mimetype: string, bytes: readonly number[], link: string | null = null) => ({
  file: { name: 'a "b".png', mimetype, content: new Uint8Array(bytes) },
  caption: "a & b, 12:00",
  link,
});

describe("[I9] Markdown for Google Docs", () => {
  test("is a Word file that can be read, whatever people wrote", async () => {
    await fc.assert(
      fc.asyncProperty(anyMarkdown, async (parts) => {
        expect(wordFault(await toWordDocument(parts.join("\n\n"), none))).toBeNull();
      }),
      { numRuns: 40 },
    );
  });

  test("keeps headings, bold, code, tasks, lists that count, tables and links to web addresses only", async () => {
    const file = await toWordDocument(
      "## A\n\n**b** `c` [d](https://x.example/?a=1&b=2) [e](javascript:x) <b>f</b>\n\n- [x] g\n\n1. h\n   - i\n\n| j | k |\n| --- | --- |\n| l | m |",
      none,
    );
    const { "word/document.xml": xml = "", "word/_rels/document.xml.rels": links = "" } = Object.fromEntries(
      Object.entries(unzipSync(file)).map(([path, bytes]) => [path, strFromU8(bytes)]),
    );
    expect(wordText(file).split("\n").filter(Boolean)).toEqual([
      "A",
      "b c d e <b>f</b>",
      "☑ g",
      "h",
      "i",
      "j",
      "k",
      "l",
      "m",
    ]);
    expect(xml).toContain('<w:pStyle w:val="Heading2"/></w:pPr>');
    expect(xml).toContain('<w:b/></w:rPr><w:t xml:space="preserve">b<');
    expect(xml).toMatch(
      /<w:ilvl w:val="0"\/><w:numId w:val="2"\/>.*>h<.*<w:ilvl w:val="1"\/><w:numId w:val="1"\/>.*>i</s,
    );
    expect(links).toContain('Target="https://x.example/?a=1&amp;b=2" TargetMode="External"');
    expect(links).not.toContain("javascript");
  });

  test.each(Object.entries(heads))(
    "holds an image of kind %s where it belongs, in its proportions",
    async (kind, bytes) => {
      const file = await toWordDocument("before\n\nMARK\n\nafter", new Map([["MARK", pictured(kind, bytes)]]));
      expect(wordFault(file)).toBeNull();
      expect(wordText(file)).toMatch(/before\n\[picture a "b"\.png\]\na & b, 12:00\nafter/);
      const parts = unzipSync(file);
      expect(strFromU8(parts["word/document.xml"] ?? new Uint8Array())).toContain(
        '<wp:extent cx="2857500" cy="1905000"/>',
      );
      expect(Object.keys(parts)).toContain(`word/media/image1.${kind.slice("image/".length)}`);
    },
  );

  test.each([
    ["a kind that Word does not show", "image/webp", [1, 2, 3]],
    ["one whose size is not known", "image/png", [1, 2, 3]],
  ])("links to %s", async (_what, kind, bytes) => {
    const images = new Map([["MARK", pictured(kind, bytes, "https://x.slack.com/f")]]);
    const file = await toWordDocument("MARK", images);
    expect(wordFault(file)).toBeNull();
    expect(wordText(file)).toBe("a & b, 12:00\n");
    expect(strFromU8(unzipSync(file)["word/_rels/document.xml.rels"] ?? new Uint8Array())).toContain("x.slack.com/f");
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
