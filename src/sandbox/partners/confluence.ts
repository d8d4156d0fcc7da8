import type { SandboxClock } from "../clock.ts";
import type { Partner, PartnerRequest, PartnerResponse } from "./partner.ts";
import { bodyFault } from "./storage-body.ts";

interface Version {
  readonly number: number;
  readonly message: string;
  readonly authorId: string;
  readonly createdAt: string;
}
interface Page {
  readonly id: string;
  readonly parentId: string | null;
  readonly createdAt: string;
  title: string;
  body: string;
  /** Oldest first. */
  readonly versions: (Version & { readonly body: string })[];
  readonly attachments: { readonly filename: string; readonly mediaType: string; bytes: number; version: number }[];
}
interface State {
  readonly pages: Page[];
}

/** One space of Confluence Cloud as far as the bot uses it. Source: developer.atlassian.com/cloud/confluence/rest/v2 */
export interface ConfluenceStandIn extends Partner {
  readonly email: string;
  readonly token: string;
  readonly space: string;
  readonly pages: () => readonly Page[];
  /** A person edits a page. */
  readonly edit: (id: string, body: string) => void;
  /** A person deletes a page. */
  readonly remove: (id: string) => void;
}

const email = "tocsin@waooaw.example";
const token = "ATATTsandbox-confluence";
const space = "OPS";
const spaceId = "98306";
/** More than this is refused, as by the site's default. */
const largestAttachment = 100 * 1024 * 1024;

export function createConfluence(options: {
  readonly clock: SandboxClock;
  readonly restore?: unknown;
}): ConfluenceStandIn {
  const state: State = (options.restore as State | undefined) ?? { pages: [] };
  const now = () => new Date(options.clock.now()).toISOString();
  const pageOf = (id: string): Page => {
    const page = state.pages.find((one) => one.id === id);
    if (!page) throw new Error(`There is no page ${id}`);
    return page;
  };
  return {
    id: "confluence",
    email,
    token,
    space,
    pages: () => state.pages,
    edit: (id, body) => save(pageOf(id), { body, message: "", authorId: "712020:ben", at: now() }),
    remove: (id) => void state.pages.splice(state.pages.indexOf(pageOf(id)), 1),
    handle: (request) => route(state, request, now()),
    dump: () => state,
  };
}

function save(
  page: Page,
  { body, message, authorId, at }: { body: string; message: string; authorId: string; at: string },
) {
  page.body = body;
  page.versions.push({ number: page.versions.length + 1, message, authorId, createdAt: at, body });
}

function route(state: State, request: PartnerRequest, at: string): PartnerResponse | Promise<PartnerResponse> {
  const { headers, method, path, query } = request;
  if (headers.authorization !== `Basic ${Buffer.from(`${email}:${token}`).toString("base64")}`)
    return { status: 401, body: { message: "Client must be authenticated to access this resource." } };
  const [, id] = /^\/wiki\/(?:api\/v2\/pages|rest\/api\/content)\/(\d+)(?:\/child\/attachment)?$/.exec(path) ?? [];
  const page = state.pages.find((one) => one.id === id);
  if (method === "GET" && path === "/wiki/api/v2/spaces") {
    const keys = (query.get("keys") ?? "").split(",");
    return { status: 200, body: { results: keys.includes(space) ? [{ id: spaceId, key: space }] : [], _links: {} } };
  }
  if (method === "GET" && path === `/wiki/api/v2/spaces/${spaceId}/pages`) return list(state, query);
  if (method === "POST" && path === "/wiki/api/v2/pages") return create(state, request, at);
  if (!id) return problem(404, "NOT_FOUND", "No resource at this path");
  if (!page) return problem(404, "NOT_FOUND", "Cannot find resource");
  if (path.endsWith("/child/attachment")) return method === "PUT" ? attach(page, request) : problem(405, "X", "Method");
  if (method === "GET") return { status: 200, body: shown(page, query.get("body-format") === "storage") };
  return method === "PUT" ? update(state, page, request, at) : problem(405, "METHOD_NOT_ALLOWED", "Method not allowed");
}

function list(state: State, query: URLSearchParams): PartnerResponse {
  if (query.get("sort") !== "-created-date")
    return problem(400, "INVALID", "The stand-in sorts by -created-date only.");
  const limit = Math.min(Number(query.get("limit") ?? 25), 250);
  const results = state.pages.toReversed().slice(0, limit);
  return {
    status: 200,
    body: { results: results.map((page) => shown(page, query.get("body-format") === "storage")), _links: {} },
  };
}

function create(state: State, request: PartnerRequest, at: string): PartnerResponse {
  const asked = parsed(request.body);
  if (asked?.spaceId !== spaceId) return problem(404, "NOT_FOUND", "Could not find space");
  const fault = faultOf(state, asked, null);
  if (fault) return fault;
  const parent = asked.parentId === undefined ? null : String(asked.parentId);
  if (parent !== null && !state.pages.some(({ id }) => id === parent))
    return problem(404, "NOT_FOUND", "The parent page does not exist");
  const page: Page = {
    id: String(131_073 + state.pages.length),
    parentId: parent,
    createdAt: at,
    title: String(asked.title),
    body: "",
    versions: [],
    attachments: [],
  };
  save(page, { body: storageOf(asked), message: "", authorId: "712020:tocsin", at });
  state.pages.push(page);
  return { status: 200, body: shown(page, false) };
}

function update(state: State, page: Page, request: PartnerRequest, at: string): PartnerResponse {
  const asked = parsed(request.body);
  const version = asked?.version as { readonly number?: number; readonly message?: string } | undefined;
  if (!asked || asked.id !== page.id || asked.status !== "current" || typeof version?.number !== "number")
    return problem(400, "INVALID_REQUEST_PARAMETER", "id, status, title, body and version are required");
  if (version.number !== page.versions.length + 1)
    return problem(
      409,
      "CONFLICT",
      `Version must be incremented when updating a page. Current Version: [${page.versions.length}]. Provided version: [${version.number}]`,
    );
  const fault = faultOf(state, asked, page);
  if (fault) return fault;
  page.title = String(asked.title);
  save(page, { body: storageOf(asked), message: version.message ?? "", authorId: "712020:tocsin", at });
  return { status: 200, body: shown(page, false) };
}

type Asked = Readonly<Record<string, unknown>>;

function faultOf(state: State, asked: Asked, self: Page | null): PartnerResponse | null {
  const { title, body } = asked;
  if (typeof title !== "string" || title.trim() === "") return problem(400, "INVALID", "Title is required");
  if (title.length > 255) return problem(400, "INVALID", "Title must be 255 characters or less");
  if (state.pages.some((page) => page !== self && page.title === title))
    return problem(
      400,
      "BAD_REQUEST",
      "A page with this title already exists: A page already exists with the same TITLE in this space",
    );
  if ((body as Asked | undefined)?.representation !== "storage")
    return problem(400, "INVALID", "body.representation must be storage here");
  const wrong = bodyFault(storageOf(asked));
  return wrong === null ? null : problem(400, "INVALID", `Error parsing xhtml: ${wrong}`);
}

async function attach(page: Page, { headers, body }: PartnerRequest): Promise<PartnerResponse> {
  if (headers["x-atlassian-token"] !== "nocheck") return { status: 403, body: { message: "XSRF check failed" } };
  const type = headers["content-type"] ?? "";
  if (!type.startsWith("multipart/form-data")) return { status: 415, body: { message: "Unsupported Media Type" } };
  const form = await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData();
  const file = form.get("file");
  if (!(file instanceof File)) return { status: 400, body: { message: "At least one file is required" } };
  if (file.size > largestAttachment) return { status: 413, body: { message: "The attachment is too large" } };
  const before = page.attachments.find(({ filename }) => filename === file.name);
  if (before) Object.assign(before, { bytes: file.size, version: before.version + 1 });
  else page.attachments.push({ filename: file.name, mediaType: file.type, bytes: file.size, version: 1 });
  return { status: 200, body: { results: [{ title: file.name, type: "attachment" }] } };
}

function shown({ id, parentId, title, body, createdAt, versions }: Page, withBody: boolean) {
  const { body: _, ...version } = versions.at(-1) ?? { body: "", number: 0 };
  return {
    id,
    parentId,
    title,
    status: "current",
    spaceId,
    createdAt,
    version,
    body: withBody ? { storage: { representation: "storage", value: body } } : {},
    _links: { webui: `/spaces/${space}/pages/${id}`, base: "https://waooaw.atlassian.net/wiki" },
  };
}

function storageOf({ body }: Asked): string {
  const value = (body as Asked | undefined)?.value;
  return typeof value === "string" ? value : "";
}

function parsed(body: Buffer): Asked | null {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Asked) : null;
  } catch {
    return null;
  }
}

function problem(status: number, code: string, title: string): PartnerResponse {
  return { status, body: { errors: [{ status, code, title, detail: null }] } };
}
