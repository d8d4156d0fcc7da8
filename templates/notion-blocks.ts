/** Markdown as blocks of Notion's API; limits from developers.notion.com/reference/request-limits. */
import type {
  BlockContent,
  DefinitionContent,
  List,
  ListItem,
  Parents,
  PhrasingContent,
  RootContent,
  Table,
} from "mdast";
import type { DestinationFile, ImageInPlace } from "../src/domain/postmortem/elsewhere.ts";
import { markdownTrees } from "./markdown.ts";

const mostText = 2000;
const mostTexts = 100;
const mostRows = 100;
const mostAddress = 2000;

interface RichText {
  readonly type: "text";
  readonly text: { readonly content: string; readonly link?: { readonly url: string } };
  readonly annotations?: Readonly<Partial<Record<Mark, true>>>;
}
type Mark = "bold" | "italic" | "strikethrough" | "code";

/** A block as the API takes it: its kind, and under that name what it holds. */
export interface NotionBlock {
  readonly object: "block";
  readonly type: string;
  readonly [kind: string]: unknown;
}

/** What stands for an image in the Markdown: a paragraph of this alone becomes the image, or else the link to it. */
export type MarkedImages = ReadonlyMap<
  string,
  { readonly file: DestinationFile; readonly caption: string; readonly link: string | null }
>;

/** Markdown as blocks, in order; every text and every list of children is within the API's limits, nothing is lost. */
export async function toNotionBlocks(
  markdown: string,
  images: MarkedImages = new Map(),
): Promise<readonly (NotionBlock | ImageInPlace)[]> {
  const blocks: (NotionBlock | ImageInPlace)[] = [];
  for await (const tree of markdownTrees(markdown))
    for (const node of tree.children) {
      const image = imageIn(node, images);
      blocks.push(...(image ? [image] : blocksOf(node)));
    }
  return blocks;
}

function imageIn(node: RootContent, images: MarkedImages): ImageInPlace | null {
  const [only, ...others] = node.type === "paragraph" ? node.children : [];
  const image = only?.type === "text" && others.length === 0 ? images.get(only.value) : undefined;
  if (!image) return null;
  const { file, caption, link } = image;
  const instead = block("paragraph", { rich_text: plain(caption, {}, link && addressOf(link)).slice(0, mostTexts) });
  return { file, caption: pieces(caption.toWellFormed())[0] ?? "", instead };
}

function blocksOf(node: RootContent | BlockContent | DefinitionContent): readonly NotionBlock[] {
  switch (node.type) {
    case "heading":
      return texts(`heading_${Math.min(node.depth, 3)}`, node.children);
    case "paragraph":
      return texts("paragraph", node.children);
    case "blockquote":
      return node.children.flatMap((child) =>
        child.type === "paragraph" ? texts("quote", child.children) : blocksOf(child),
      );
    case "code":
      return groups(plain(node.value, {}), mostTexts).map((rich_text) =>
        block("code", { rich_text, language: languageOf(node.lang) }),
      );
    case "list":
      return listed(node, 0);
    case "table":
      return tables(node);
    case "thematicBreak":
      return [block("divider", {})];
    case "html":
      return groups(plain(node.value, {}), mostTexts).map((rich_text) => block("paragraph", { rich_text }));
    case "footnoteDefinition":
      return node.children.flatMap(blocksOf);
    default:
      return "children" in node ? texts("paragraph", (node as Parents).children as PhrasingContent[]) : [];
  }
}

function block(type: string, holds: object): NotionBlock {
  return { object: "block", type, [type]: holds };
}

/** One block, or several of a kind where a text has more pieces than one may hold. */
function texts(kind: string, nodes: readonly PhrasingContent[]): readonly NotionBlock[] {
  return groups(rich(nodes, {}), mostTexts).map((rich_text) => block(kind, { rich_text }));
}

/** How deep lists may nest in one request. */
const deepest = 2;

function listed(list: List, depth: number): readonly NotionBlock[] {
  return list.children.flatMap((item) => itemBlocks(item, list.ordered === true, depth));
}

function itemBlocks(item: ListItem, isOrdered: boolean, depth: number): readonly NotionBlock[] {
  const [first, ...others] = item.children;
  const isTask = typeof item.checked === "boolean";
  const kind = isTask ? "to_do" : isOrdered ? "numbered_list_item" : "bulleted_list_item";
  const words = first?.type === "paragraph" ? rich(first.children, {}) : [];
  const below = (first?.type === "paragraph" ? others : item.children).flatMap((child) =>
    child.type === "list" ? listed(child, depth + 1) : blocksOf(child),
  );
  const [head = [], ...more] = groups(words, mostTexts);
  const goesOn = [...more.map((rich_text) => block("paragraph", { rich_text })), ...below];
  const nests = depth < deepest && goesOn.length > 0 && goesOn.length <= 100 && !goesOn.some(holdsBlocks);
  const own = block(kind, {
    rich_text: head,
    ...(isTask ? { checked: item.checked } : {}),
    ...(nests ? { children: goesOn } : {}),
  });
  return nests ? [own] : [own, ...goesOn];
}

/** What holds blocks of its own goes beside its parent: one request takes two levels. */
function holdsBlocks(one: NotionBlock): boolean {
  return "children" in (one[one.type] as object);
}

/** A long table is several, each with the head; a row that is short is filled up. */
function tables({ children }: Table): readonly NotionBlock[] {
  const [head, ...rows] = children.map(({ children: cells }) =>
    cells.map((cell) => rich(cell.children, {}).slice(0, mostTexts)),
  );
  if (!head) return [];
  const filled = (cells: readonly (readonly RichText[])[]) =>
    block("table_row", { cells: head.map((_, index) => cells[index] ?? []) });
  return groups(rows, mostRows - 1).map((some) =>
    block("table", {
      table_width: head.length,
      has_column_header: true,
      has_row_header: false,
      children: [head, ...some].map(filled),
    }),
  );
}

type Marks = Readonly<Partial<Record<Mark, true>>>;

function rich(nodes: readonly PhrasingContent[], marks: Marks, link: string | null = null): readonly RichText[] {
  return nodes.flatMap((node): readonly RichText[] => {
    switch (node.type) {
      case "text":
        return plain(node.value, marks, link);
      case "inlineCode":
        return plain(node.value, { ...marks, code: true }, link);
      case "strong":
        return rich(node.children, { ...marks, bold: true }, link);
      case "emphasis":
        return rich(node.children, { ...marks, italic: true }, link);
      case "delete":
        return rich(node.children, { ...marks, strikethrough: true }, link);
      case "link":
        return rich(node.children, marks, addressOf(node.url));
      case "image":
        return plain(node.alt || node.url, marks, addressOf(node.url));
      case "break":
        return plain("\n", marks, link);
      case "html":
        return plain(node.value, marks, link);
      default:
        return "children" in node ? rich(node.children as PhrasingContent[], marks, link) : [];
    }
  });
}

function addressOf(url: string): string | null {
  return /^(https?:|mailto:)/i.test(url) && url.length <= mostAddress && URL.canParse(url) ? url : null;
}

function plain(text: string, marks: Marks, link: string | null = null): readonly RichText[] {
  return pieces(text.toWellFormed()).map((content) => ({
    type: "text",
    text: link ? { content, link: { url: link } } : { content },
    ...(Object.keys(marks).length > 0 ? { annotations: marks } : {}),
  }));
}

/** Cut to the length a text may have, never inside a character. */
function pieces(text: string): readonly string[] {
  const cut: string[] = [];
  let rest = text;
  while (rest.length > mostText) {
    const end = /[\uD800-\uDBFF]/.test(rest[mostText - 1] ?? "") ? mostText - 1 : mostText;
    cut.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return rest === "" ? cut : [...cut, rest];
}

/** At least one, which may be empty. */
function groups<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  const count = Math.max(1, Math.ceil(all.length / size));
  return Array.from({ length: count }, (_, index) => all.slice(index * size, (index + 1) * size));
}

/** Languages of its blocks of code that documents here use; another is plain text. */
const languages: Readonly<Record<string, string>> = {
  bash: "bash",
  css: "css",
  diff: "diff",
  go: "go",
  html: "html",
  java: "java",
  javascript: "javascript",
  js: "javascript",
  json: "json",
  kotlin: "kotlin",
  markdown: "markdown",
  php: "php",
  python: "python",
  py: "python",
  ruby: "ruby",
  rust: "rust",
  sh: "shell",
  shell: "shell",
  sql: "sql",
  ts: "typescript",
  typescript: "typescript",
  xml: "xml",
  yaml: "yaml",
  yml: "yaml",
};

function languageOf(lang: string | null | undefined): string {
  return languages[(lang ?? "").toLowerCase()] ?? "plain text";
}
