/** Markdown as Confluence keeps pages; source: confluence.atlassian.com/doc/confluence-storage-format-790796544.html. */
import type { Element, ElementContent, Root as HtmlRoot } from "hast";
import { toHtml } from "hast-util-to-html";
import type { Code, Html, Image, Link } from "mdast";
import { type State, toHast } from "mdast-util-to-hast";
import { markdownTrees } from "./markdown.ts";
import { quoted, sound } from "./xml.ts";

/** What stands for an image in the Markdown: a paragraph of this alone becomes the attached file of that name. */
export type AttachedImages = ReadonlyMap<string, { readonly filename: string; readonly caption: string }>;

/**
 * Markdown as a page's body: well-formed XML whatever people wrote. Tags in it are shown, links go to http, https
 * and mailto only, code is Confluence's own block of code.
 */
export async function toStorageFormat(markdown: string, images: AttachedImages): Promise<string> {
  const drawn: string[] = [];
  for await (const tree of markdownTrees(markdown)) {
    const html = toHast(tree, {
      handlers: {
        html: (_: State, node: Html): ElementContent => ({ type: "text", value: node.value }),
        image: (_: State, node: Image): ElementContent => anchor(node.url, [textOf(node.alt || node.url)]),
        link: (state: State, node: Link): ElementContent => anchor(node.url, state.all(node)),
        code: (_: State, node: Code): ElementContent => codeBlock(node),
      },
    }) as HtmlRoot;
    const children = html.children.flatMap((child) => plainElements([child as ElementContent], images));
    drawn.push(
      toHtml(
        { type: "root", children },
        {
          allowDangerousHtml: true,
          closeSelfClosing: true,
          // XML knows five names only.
          characterReferences: { useNamedReferences: false },
        },
      ),
    );
  }
  return drawn.join("\n");
}

function textOf(value: string): ElementContent {
  return { type: "text", value: sound(value) };
}

/** Markup that is ours, written as it is: none of it comes from people but through `quoted`. */
function written(value: string): ElementContent {
  return { type: "raw", value } as unknown as ElementContent;
}

/** Languages that its block of code knows; another is shown as plain text. */
const languages = ["bash", "css", "diff", "go", "java", "javascript", "json", "python", "ruby", "sql", "xml", "yaml"];

function codeBlock({ value, lang }: Code): ElementContent {
  const known = lang && languages.includes(lang.toLowerCase()) ? lang.toLowerCase() : "none";
  const text = sound(value).replaceAll("]]>", "]]]]><![CDATA[>");
  return written(
    `<ac:structured-macro ac:name="code"><ac:parameter ac:name="language">${known}</ac:parameter>` +
      `<ac:plain-text-body><![CDATA[${text}]]></ac:plain-text-body></ac:structured-macro>`,
  );
}

function anchor(url: string, children: ElementContent[]): ElementContent {
  if (!/^(https?:|mailto:)/i.test(url)) return { type: "element", tagName: "span", properties: {}, children };
  return { type: "element", tagName: "a", properties: { href: sound(url) }, children };
}

/** Only elements and attributes that Confluence keeps; a task's box is a sign, an attached image its own markup. */
function plainElements(nodes: readonly ElementContent[], images: AttachedImages): ElementContent[] {
  return nodes.flatMap((node): ElementContent[] => {
    if (node.type === "text") return [textOf(node.value)];
    if (node.type !== "element") return node.type === "comment" ? [] : [node];
    if (node.tagName === "input") return [textOf(node.properties.checked ? "☑" : "☐")];
    const image = images.get(onlyText(node));
    if (image) return [attached(image)];
    const { href } = node.properties;
    const properties = typeof href === "string" ? { href } : {};
    return [{ ...node, properties, children: plainElements(node.children, images) } satisfies Element];
  });
}

function onlyText({ tagName, children }: Element): string {
  const [only, ...others] = children;
  return tagName === "p" && only?.type === "text" && others.length === 0 ? only.value : "";
}

function attached({ filename, caption }: { readonly filename: string; readonly caption: string }): ElementContent {
  return written(
    `<ac:image ac:alt="${quoted(caption)}"><ri:attachment ri:filename="${quoted(filename)}" /></ac:image>` +
      `<p><em>${quoted(caption)}</em></p>`,
  );
}
