import type { SandboxClock } from "../clock.ts";
import { childrenFault, countOf, uploadsIn } from "./notion-blocks.ts";
import { routeUploads, type Upload, uploadFault } from "./notion-uploads.ts";
import type { Partner, PartnerRequest, PartnerResponse } from "./partner.ts";

type Holds = Readonly<Record<string, unknown>>;

interface Page {
  readonly id: string;
  readonly createdAt: string;
  title: string;
  blocks: Holds[];
  editedBy: string;
  inTrash: boolean;
}
interface State {
  readonly pages: Page[];
  readonly uploads: Upload[];
}

/** Pages below one page of Notion, as far as the bot uses them. Source: developers.notion.com/reference */
export interface NotionStandIn extends Partner {
  readonly token: string;
  readonly parent: string;
  readonly pages: () => readonly Page[];
  readonly uploads: () => readonly Upload[];
  /** A person adds a line to a page. */
  readonly edit: (id: string, text: string) => void;
  /** A person moves a page to the trash. */
  readonly remove: (id: string) => void;
}

const token = "ntn_sandbox";
const parent = "0123456789abcdef0123456789abcdef";
const bot = "b0700000-0000-4000-8000-000000000001";
const person = "b0700000-0000-4000-8000-0000000000aa";

export function createNotion(options: { readonly clock: SandboxClock; readonly restore?: unknown }): NotionStandIn {
  const state: State = { pages: [], uploads: [], ...(options.restore as Partial<State> | undefined) };
  const pageOf = (id: string): Page => {
    const page = state.pages.find((one) => one.id === id);
    if (!page) throw new Error(`There is no page ${id}`);
    return page;
  };
  return {
    id: "notion",
    token,
    parent,
    pages: () => state.pages,
    uploads: () => state.uploads,
    edit: (id, content) => {
      const page = pageOf(id);
      page.blocks.push({ type: "paragraph", paragraph: { rich_text: [{ type: "text", text: { content } }] } });
      page.editedBy = person;
    },
    remove: (id) => void Object.assign(pageOf(id), { inTrash: true, editedBy: person }),
    handle: (request) => route(state, request, new Date(options.clock.now())),
    dump: () => state,
  };
}

function route(state: State, request: PartnerRequest, now: Date): PartnerResponse | Promise<PartnerResponse> {
  const { headers, method, path, query, body } = request;
  if (headers.authorization !== `Bearer ${token}`) return problem(401, "unauthorized", "API token is invalid.");
  if (!headers["notion-version"])
    return problem(
      400,
      "missing_version",
      "Notion-Version header failed validation: Notion-Version header should be defined.",
    );
  const [, version, kind, id = "", children] = path.split("/");
  if (version !== "v1") return problem(400, "invalid_request_url", "Invalid request URL.");
  if (kind === "file_uploads") return routeUploads(state.uploads, request, now);
  if (body.length > 500_000) return problem(413, "validation_error", "Request body too large.");
  const asked = parsed(body);
  if (method === "POST" && kind === "pages" && !id) return asked ? create(state, asked, now) : notJson();
  if (kind === "pages" && method === "GET" && plainId(id) === parent) return { status: 200, body: root() };
  if (kind === "blocks" && children === "children" && method === "GET" && plainId(id) === parent)
    return list(childPages(state), query);
  const page = state.pages.find((one) => one.id === id);
  if (!page)
    return problem(
      404,
      "object_not_found",
      `Could not find page with ID: ${id}. Make sure the relevant pages and databases are shared with your integration.`,
    );
  if (kind === "pages" && method === "GET") return { status: 200, body: shown(page) };
  if (page.inTrash)
    return problem(
      400,
      "validation_error",
      "Can't edit block that is archived. You must unarchive the block before editing.",
    );
  if (kind === "pages" && method === "PATCH") return asked ? change(page, asked) : notJson();
  if (kind !== "blocks" || children !== "children") return problem(400, "invalid_request_url", "Invalid request URL.");
  if (method === "GET")
    return list(
      page.blocks.map((block, index) => listed(page, block, index)),
      query,
    );
  return method === "PATCH"
    ? append(state, page, asked, now)
    : problem(400, "invalid_request_url", "Invalid request URL.");
}

function create(state: State, asked: Holds, now: Date): PartnerResponse {
  const below = asked.parent as { readonly page_id?: string } | undefined;
  if (plainId(below?.page_id ?? "") !== parent)
    return problem(404, "object_not_found", `Could not find page with ID: ${below?.page_id}.`);
  const title = titleOf(asked);
  if (title === null)
    return problem(400, "validation_error", "body failed validation: body.properties.title should be defined");
  const fault = faultOf(state, asked.children ?? [], now);
  if (fault) return fault;
  const page: Page = {
    id: `1a2b3c4d-0000-4000-8000-${String(state.pages.length + 1).padStart(12, "0")}`,
    // Moments are cut to the minute.
    createdAt: new Date(Math.floor(now.getTime() / 60_000) * 60_000).toISOString(),
    title,
    blocks: [...((asked.children ?? []) as readonly Holds[])],
    editedBy: bot,
    inTrash: false,
  };
  state.pages.push(page);
  return { status: 200, body: shown(page) };
}

function change(page: Page, asked: Holds): PartnerResponse {
  const title = asked.properties === undefined ? page.title : titleOf(asked);
  if (title === null)
    return problem(400, "validation_error", "body failed validation: body.properties.title should be defined");
  page.title = title;
  if (asked.erase_content === true) page.blocks = [];
  page.editedBy = bot;
  return { status: 200, body: shown(page) };
}

function append(state: State, page: Page, asked: Holds | null, now: Date): PartnerResponse {
  if (!asked) return notJson();
  const fault = faultOf(state, asked.children, now);
  if (fault) return fault;
  page.blocks.push(...(asked.children as readonly Holds[]));
  page.editedBy = bot;
  return { status: 200, body: { object: "list", results: [] } };
}

/** Uploads of blocks that are taken stay from now on. */
function faultOf({ uploads }: State, children: unknown, now: Date): PartnerResponse | null {
  const fault = childrenFault(children, (id) => uploadFault(uploads, id, now));
  if (fault) return problem(400, "validation_error", `body failed validation: ${fault}.`);
  const count = countOf(children as readonly Holds[]);
  if (count > 1000)
    return problem(400, "validation_error", `body failed validation: ${count} block elements, at most 1000.`);
  const used = uploadsIn(children as readonly Holds[]);
  for (const upload of uploads) if (used.includes(upload.id)) upload.expiresAt = null;
  return null;
}

function list(all: readonly object[], query: URLSearchParams): PartnerResponse {
  const size = Number(query.get("page_size") ?? 100);
  if (size > 100) return problem(400, "validation_error", "page_size should be ≤ `100`");
  const from = Number(query.get("start_cursor") ?? 0);
  const more = all.length > from + size;
  return {
    status: 200,
    body: {
      object: "list",
      results: all.slice(from, from + size),
      has_more: more,
      next_cursor: more ? String(from + size) : null,
    },
  };
}

function childPages(state: State): readonly object[] {
  return state.pages
    .filter(({ inTrash }) => !inTrash)
    .map(({ id, title, createdAt }) => ({
      object: "block",
      id,
      type: "child_page",
      created_time: createdAt,
      child_page: { title },
    }));
}

function listed(page: Page, block: Holds, index: number): object {
  const kind = String(block.type);
  const holds = block[kind] as { readonly rich_text?: readonly { readonly text: { readonly content: string } }[] };
  const rich_text = (holds.rich_text ?? []).map((one) => ({ ...one, plain_text: one.text.content }));
  return {
    object: "block",
    id: `${page.id.slice(0, -4)}${String(index).padStart(4, "0")}`,
    type: kind,
    created_time: page.createdAt,
    [kind]: { ...holds, ...(holds.rich_text ? { rich_text } : {}) },
  };
}

function shown({ id, title, editedBy, inTrash, createdAt }: Page) {
  return {
    object: "page",
    id,
    url: `https://www.notion.so/${plainId(id)}`,
    created_time: createdAt,
    in_trash: inTrash,
    last_edited_by: { object: "user", id: editedBy },
    properties: { title: { title: [{ plain_text: title }] } },
  };
}

function root() {
  return {
    object: "page",
    id: parent,
    url: `https://www.notion.so/${parent}`,
    last_edited_by: { object: "user", id: person },
  };
}

function titleOf(asked: Holds): string | null {
  const texts = (asked.properties as { title?: { title?: readonly { text?: { content?: string } }[] } } | undefined)
    ?.title?.title;
  const title = (texts ?? []).map(({ text }) => text?.content ?? "").join("");
  return title === "" || title.length > 2000 ? null : title;
}

function plainId(id: string): string {
  return id.replaceAll("-", "");
}

function parsed(body: Buffer): Holds | null {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Holds) : null;
  } catch {
    return null;
  }
}

function notJson(): PartnerResponse {
  return problem(400, "invalid_json", "Error parsing JSON body.");
}

function problem(status: number, code: string, message: string): PartnerResponse {
  return { status, body: { object: "error", status, code, message } };
}
