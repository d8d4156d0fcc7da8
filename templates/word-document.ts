/** Markdown as a Word document; source: ECMA-376, Office Open XML, part 1. */
import { strToU8, zipSync } from "fflate";
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
import { imageSize } from "./image-size.ts";
import { markdownTrees } from "./markdown.ts";
import type { MarkedImages } from "./notion-blocks.ts";
import { wordParts } from "./word-parts.ts";
import { quoted } from "./xml.ts";

/** What a document gathers beside its text, each known by an id in it. */
interface Writing {
  readonly links: string[];
  readonly pictures: { readonly name: string; readonly content: Uint8Array }[];
  /** How many lists begin to count anew. */
  counted: number;
  readonly images: MarkedImages;
}

/** Kinds of image that Word shows. */
const endings: Readonly<Record<string, string>> = { "image/png": "png", "image/jpeg": "jpeg", "image/gif": "gif" };
/** Widths are in twentieths of a point, sizes of pictures in 914,400ths of an inch. */
const pageWidth = 9000;
const widest = 5_700_000;
const perPixel = 9525;

/**
 * Markdown as the bytes of a .docx file: headings, lists, tables, code and links keep what they are; an image of a kind
 * Word does not show, or whose size is not known, is its caption with the link to it.
 */
export async function toWordDocument(markdown: string, images: MarkedImages): Promise<Uint8Array> {
  const writing: Writing = { links: [], pictures: [], counted: 0, images };
  const body: string[] = [];
  for await (const tree of markdownTrees(markdown)) body.push(...tree.children.map((node) => block(node, writing, {})));
  const parts = wordParts(body.join(""), writing);
  const files = Object.entries(parts).map(([path, xml]) => [path, strToU8(xml)] as const);
  const media = writing.pictures.map(({ name, content }) => [`word/media/${name}`, content] as const);
  return zipSync(Object.fromEntries([...files, ...media]));
}

/** How a block stands: in a quote, or so deep in a list. */
interface Standing {
  readonly style?: string;
  readonly list?: { readonly id: number; readonly level: number };
  readonly indent?: number;
}

function block(node: RootContent | BlockContent | DefinitionContent, writing: Writing, standing: Standing): string {
  switch (node.type) {
    case "heading":
      return paragraph(runs(node.children, {}, writing), { ...standing, style: `Heading${node.depth}` });
    case "paragraph":
      return image(node.children, writing) ?? paragraph(runs(node.children, {}, writing), standing);
    case "blockquote":
      return node.children.map((child) => block(child, writing, { ...standing, style: "Quote" })).join("");
    case "code":
      return paragraph(run(node.value, { code: true }), { ...standing, style: "Code" });
    case "list":
      return list(node, writing, standing.list ? standing.list.level + 1 : 0);
    case "table":
      return table(node, writing);
    case "thematicBreak":
      return paragraph("", { style: "Rule" });
    case "html":
      return paragraph(run(node.value, {}), standing);
    case "footnoteDefinition":
      return node.children.map((child) => block(child, writing, standing)).join("");
    default:
      return "children" in node
        ? paragraph(runs((node as Parents).children as PhrasingContent[], {}, writing), standing)
        : "";
  }
}

function paragraph(content: string, { style, list: item, indent }: Standing): string {
  const properties = [
    style ? `<w:pStyle w:val="${style}"/>` : "",
    item ? `<w:numPr><w:ilvl w:val="${item.level}"/><w:numId w:val="${item.id}"/></w:numPr>` : "",
    indent ? `<w:ind w:left="${indent}"/>` : "",
  ].join("");
  return `<w:p>${properties ? `<w:pPr>${properties}</w:pPr>` : ""}${content}</w:p>`;
}

const deepest = 8;
const dots = 1;

function list({ children, ordered }: List, writing: Writing, depth: number): string {
  const level = Math.min(depth, deepest);
  if (ordered) writing.counted += 1;
  const id = ordered ? dots + writing.counted : dots;
  return children.map((item) => listItem(item, writing, { id, level })).join("");
}

function listItem({ checked, children }: ListItem, writing: Writing, item: NonNullable<Standing["list"]>): string {
  const [first, ...others] = children;
  const box = typeof checked === "boolean" ? run(checked ? "☑ " : "☐ ", {}) : "";
  const words = first?.type === "paragraph" ? runs(first.children, {}, writing) : "";
  const below = first?.type === "paragraph" ? others : children;
  const goesOn = below.map((child) =>
    child.type === "list"
      ? list(child, writing, item.level + 1)
      : block(child, writing, { indent: 720 * (item.level + 1) }),
  );
  return [paragraph(box + words, { list: item }), ...goesOn].join("");
}

function table({ children }: Table, writing: Writing): string {
  const count = Math.max(1, ...children.map((row) => row.children.length));
  const width = Math.floor(pageWidth / count);
  const rows = children.map((row, index) => {
    const cells = Array.from({ length: count }, (_, at) =>
      runs(row.children[at]?.children ?? [], index === 0 ? { bold: true } : {}, writing),
    );
    const head = index === 0 ? "<w:trPr><w:tblHeader/></w:trPr>" : "";
    const drawn = cells.map(
      (content) => `<w:tc><w:tcPr><w:tcW w:w="${width}" w:type="dxa"/></w:tcPr>${paragraph(content, {})}</w:tc>`,
    );
    return `<w:tr>${head}${drawn.join("")}</w:tr>`;
  });
  const edges = ["top", "left", "bottom", "right", "insideH", "insideV"].map(
    (edge) => `<w:${edge} w:val="single" w:sz="4" w:space="0" w:color="BFBFBF"/>`,
  );
  const properties = `<w:tblPr><w:tblW w:w="${width * count}" w:type="dxa"/><w:tblBorders>${edges.join("")}</w:tblBorders></w:tblPr>`;
  const grid = `<w:tblGrid>${`<w:gridCol w:w="${width}"/>`.repeat(count)}</w:tblGrid>`;
  // Two tables without anything between them would be one.
  return `<w:tbl>${properties}${grid}${rows.join("")}</w:tbl>${paragraph("", {})}`;
}

function image(nodes: readonly PhrasingContent[], writing: Writing): string | null {
  const [only, ...others] = nodes;
  const found = only?.type === "text" && others.length === 0 ? writing.images.get(only.value) : undefined;
  if (!found) return null;
  const { file, caption, link } = found;
  const ending = endings[file.mimetype];
  const size = imageSize(file.content);
  if (!ending || !size) return paragraph(linked(run(caption, {}), link, writing), {});
  const number = writing.pictures.push({
    name: `image${writing.pictures.length + 1}.${ending}`,
    content: file.content,
  });
  const wide = Math.min(size.width * perPixel, widest);
  const extent = `cx="${wide}" cy="${Math.max(1, Math.round((wide * size.height) / size.width))}"`;
  const named = `id="${number}" name="${quoted(file.name)}" descr="${quoted(caption)}"`;
  const picture = [
    `<pic:pic><pic:nvPicPr><pic:cNvPr ${named}/><pic:cNvPicPr/></pic:nvPicPr>`,
    `<pic:blipFill><a:blip r:embed="picture${number}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>`,
    `<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext ${extent}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic>`,
  ].join("");
  const drawing = `<w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent ${extent}/><wp:docPr ${named}/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">${picture}</a:graphicData></a:graphic></wp:inline></w:drawing>`;
  return paragraph(`<w:r>${drawing}</w:r>`, {}) + paragraph(run(caption, { italic: true }), {});
}

type Marks = Readonly<Partial<Record<"bold" | "italic" | "strike" | "code", true>>>;

function runs(nodes: readonly PhrasingContent[], marks: Marks, writing: Writing): string {
  return nodes
    .map((node): string => {
      switch (node.type) {
        case "text":
        case "html":
          return run(node.value, marks);
        case "inlineCode":
          return run(node.value, { ...marks, code: true });
        case "strong":
          return runs(node.children, { ...marks, bold: true }, writing);
        case "emphasis":
          return runs(node.children, { ...marks, italic: true }, writing);
        case "delete":
          return runs(node.children, { ...marks, strike: true }, writing);
        case "link":
          return linked(runs(node.children, marks, writing), node.url, writing);
        case "image":
          return linked(run(node.alt || node.url, marks), node.url, writing);
        case "break":
          return "<w:r><w:br/></w:r>";
        default:
          return "children" in node ? runs(node.children as PhrasingContent[], marks, writing) : "";
      }
    })
    .join("");
}

/** To web addresses and mail only. */
function linked(content: string, url: string | null, { links }: Writing): string {
  if (!url || !/^(https?:|mailto:)/i.test(url) || !URL.canParse(url)) return content;
  const number = links.push(url);
  return `<w:hyperlink r:id="link${number}">${content}</w:hyperlink>`;
}

function run(text: string, marks: Marks): string {
  const properties = [
    marks.code ? '<w:rStyle w:val="CodeText"/>' : "",
    marks.bold ? "<w:b/>" : "",
    marks.italic ? "<w:i/>" : "",
    marks.strike ? "<w:strike/>" : "",
  ].join("");
  const lines = text.split("\n").map((line) => `<w:t xml:space="preserve">${quoted(line)}</w:t>`);
  return `<w:r>${properties ? `<w:rPr>${properties}</w:rPr>` : ""}${lines.join("<w:br/>")}</w:r>`;
}
