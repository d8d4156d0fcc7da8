/** What Notion's API takes as children of a page; limits from developers.notion.com/reference/request-limits. */
type Holds = Readonly<Record<string, unknown>>;

const textKinds = [
  "paragraph",
  "heading_1",
  "heading_2",
  "heading_3",
  "quote",
  "bulleted_list_item",
  "numbered_list_item",
  "to_do",
  "code",
];
const languages = [
  "bash",
  "css",
  "diff",
  "go",
  "html",
  "java",
  "javascript",
  "json",
  "kotlin",
  "markdown",
  "php",
  "plain text",
  "python",
  "ruby",
  "rust",
  "shell",
  "sql",
  "typescript",
  "xml",
  "yaml",
];

/** What is wrong with an upload that an image names, in the API's words; null where it may be used. */
export type LookAtUpload = (id: unknown) => string | null;
const noUploads: LookAtUpload = (id) => `Could not find file_upload with ID: ${String(id)}`;

/** What is wrong with a list of blocks, in the API's words; null where it would be taken. */
export function childrenFault(
  children: unknown,
  look: LookAtUpload = noUploads,
  path = "body.children",
  depth = 0,
): string | null {
  if (!Array.isArray(children)) return `${path} should be an array`;
  if (children.length > 100) return tooMany(`${path}.length`, 100, children.length);
  if (depth > 2) return `${path} should be not present`;
  for (const [index, block] of children.entries()) {
    const fault = blockFault(block as Holds, look, `${path}[${index}]`, depth);
    if (fault) return fault;
  }
  return null;
}

/** How many blocks a list holds, those inside others counted. */
export function countOf(children: readonly Holds[]): number {
  return children.reduce((sum, block) => sum + 1 + countOf(below(block)), 0);
}

function below(block: Holds): readonly Holds[] {
  return ((block[String(block.type)] as Holds | undefined)?.children ?? []) as readonly Holds[];
}

/** Ids of the uploads that the blocks of a list hold. */
export function uploadsIn(children: readonly Holds[]): readonly string[] {
  return children.flatMap((block) => [
    ...(block.type === "image" ? [String((block.image as ImageHolds | undefined)?.file_upload?.id)] : []),
    ...uploadsIn(below(block)),
  ]);
}

interface ImageHolds {
  readonly type?: string;
  readonly file_upload?: { readonly id?: unknown };
  readonly caption?: unknown;
}

function blockFault(block: Holds, look: LookAtUpload, path: string, depth: number): string | null {
  const kind = String(block.type);
  const holds = block[kind] as Holds | undefined;
  if (!holds) return `${path}.${kind} should be defined, instead was \`undefined\``;
  if (kind === "divider") return null;
  if (kind === "table") return tableFault(holds, path);
  if (kind === "image") return imageFault(holds, look, path);
  if (!textKinds.includes(kind)) return `${path}.type should be one of the known ones, instead was \`"${kind}"\``;
  const fault = textsFault(holds.rich_text, `${path}.${kind}.rich_text`);
  if (fault) return fault;
  if (kind === "code" && !languages.includes(String(holds.language)))
    return `${path}.code.language should be one of the known ones, instead was \`"${String(holds.language)}"\``;
  return holds.children === undefined
    ? null
    : childrenFault(holds.children, look, `${path}.${kind}.children`, depth + 1);
}

function imageFault({ type, file_upload, caption }: ImageHolds, look: LookAtUpload, path: string): string | null {
  if (type !== "file_upload") return `${path}.image.type should be \`"file_upload"\` here`;
  return look(file_upload?.id) ?? textsFault(caption ?? [], `${path}.image.caption`);
}

function tableFault({ table_width, children }: Holds, path: string): string | null {
  if (typeof table_width !== "number" || table_width < 1) return `${path}.table.table_width should be ≥ 1`;
  if (!Array.isArray(children) || children.length === 0) return `${path}.table.children should be defined`;
  if (children.length > 100) return tooMany(`${path}.table.children.length`, 100, children.length);
  for (const row of children as readonly Holds[]) {
    const cells = (row.table_row as Holds | undefined)?.cells;
    if (!Array.isArray(cells) || cells.length !== table_width)
      return "Content creation Failed. Fix the cells of the table";
    for (const cell of cells) {
      const fault = textsFault(cell, `${path}.table.children.cells`);
      if (fault) return fault;
    }
  }
  return null;
}

function textsFault(texts: unknown, path: string): string | null {
  if (!Array.isArray(texts)) return `${path} should be an array`;
  if (texts.length > 100) return tooMany(`${path}.length`, 100, texts.length);
  for (const { text } of texts as readonly {
    readonly text?: { readonly content?: unknown; readonly link?: { url?: string } };
  }[]) {
    if (typeof text?.content !== "string") return `${path}.text.content should be a string`;
    if (text.content.length > 2000) return tooMany(`${path}.text.content.length`, 2000, text.content.length);
    const url = text.link?.url;
    if (url !== undefined && (url.length > 2000 || !/^(https?|mailto):/.test(url))) return "Invalid URL for link.";
  }
  return null;
}

function tooMany(what: string, most: number, was: number): string {
  return `${what} should be ≤ \`${most}\`, instead was \`${was}\``;
}
