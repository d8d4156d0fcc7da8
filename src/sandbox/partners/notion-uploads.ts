import type { PartnerRequest, PartnerResponse } from "./partner.ts";

export interface Upload {
  readonly id: string;
  readonly filename: string;
  readonly contentType: string;
  readonly createdAt: string;
  status: "pending" | "uploaded";
  bytes: number;
  /** Null once a page holds it: it stays from then on. */
  expiresAt: string | null;
}

const hour = 3_600_000;
/** Per file, in a workspace that pays; source: developers.notion.com/guides/data-apis/working-with-files-and-media. */
const largest = 20 * 1024 * 1024;
const kinds: Readonly<Record<string, readonly string[]>> = {
  "image/png": ["png"],
  "image/jpeg": ["jpg", "jpeg"],
  "image/gif": ["gif"],
  "image/webp": ["webp"],
};

/** Uploads of files as Notion takes them: created, sent, and used in a page within the hour. */
export async function routeUploads(
  uploads: Upload[],
  { method, path, query, headers, body }: PartnerRequest,
  now: Date,
): Promise<PartnerResponse> {
  const [, , , id = "", last = ""] = path.split("/");
  if (method === "GET" && id === "") return list(uploads, query, now);
  if (method === "POST" && id === "") return create(uploads, body, now);
  const upload = uploads.find((one) => one.id === id);
  if (!upload) return problem(404, "object_not_found", `Could not find file_upload with ID: ${id}.`);
  if (method !== "POST" || last !== "send") return problem(400, "invalid_request_url", "Invalid request URL.");
  const type = headers["content-type"] ?? "";
  if (!type.startsWith("multipart/form-data"))
    return problem(400, "validation_error", "The request should be multipart/form-data.");
  if (upload.status !== "pending" || isExpired(upload, now))
    return problem(400, "validation_error", `File upload with ID ${id} is not pending.`);
  const form = await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData();
  const file = form.get("file");
  if (!(file instanceof File)) return problem(400, "validation_error", "body failed validation: file is missing");
  if (file.size > largest)
    return problem(400, "validation_error", `The file of ${file.size} bytes is larger than the ${largest} allowed.`);
  if (file.type !== upload.contentType)
    return problem(
      400,
      "validation_error",
      `The content type ${file.type} does not match ${upload.contentType}, which the upload was created with.`,
    );
  Object.assign(upload, { status: "uploaded", bytes: file.size });
  return { status: 200, body: shown(upload, now) };
}

/** What is wrong with an upload that a block names, in the API's words; null where it may be used. */
export function uploadFault(uploads: readonly Upload[], id: unknown, now: Date): string | null {
  const upload = uploads.find((one) => one.id === id);
  if (!upload) return `Could not find file_upload with ID: ${String(id)}`;
  return upload.status === "uploaded" && !isExpired(upload, now)
    ? null
    : `File upload with ID ${upload.id} is ${isExpired(upload, now) ? "expired" : upload.status}, it has to be uploaded`;
}

function create(uploads: Upload[], body: Buffer, now: Date): PartnerResponse {
  const { mode, filename, content_type } = parsed(body);
  if (mode !== undefined && mode !== "single_part")
    return problem(400, "validation_error", "The stand-in takes uploads in one part only.");
  if (typeof filename !== "string" || Buffer.byteLength(filename) > 900)
    return problem(400, "validation_error", "body failed validation: body.filename should be at most 900 bytes");
  const ending = filename.split(".").at(-1) ?? "";
  const known = kinds[String(content_type)];
  if (!known) return problem(400, "validation_error", `The content type ${String(content_type)} is not supported.`);
  if (!known.includes(ending.toLowerCase()))
    return problem(400, "validation_error", `The extension of ${filename} does not match ${String(content_type)}.`);
  const upload: Upload = {
    id: `2b3c4d5e-0000-4000-8000-${String(uploads.length + 1).padStart(12, "0")}`,
    filename,
    contentType: String(content_type),
    createdAt: now.toISOString(),
    status: "pending",
    bytes: 0,
    expiresAt: new Date(now.getTime() + hour).toISOString(),
  };
  uploads.push(upload);
  return { status: 200, body: shown(upload, now) };
}

function list(uploads: readonly Upload[], query: URLSearchParams, now: Date): PartnerResponse {
  const size = Number(query.get("page_size") ?? 100);
  if (size > 100) return problem(400, "validation_error", "page_size should be ≤ `100`");
  const wanted = query.get("status");
  const from = Number(query.get("start_cursor") ?? 0);
  const all = uploads.map((one) => shown(one, now)).filter(({ status }) => wanted === null || status === wanted);
  const more = all.length > from + size;
  return {
    status: 200,
    body: {
      object: "list",
      type: "file_upload",
      results: all.toReversed().slice(from, from + size),
      has_more: more,
      next_cursor: more ? String(from + size) : null,
    },
  };
}

function shown(upload: Upload, now: Date) {
  return {
    object: "file_upload",
    id: upload.id,
    status: isExpired(upload, now) ? "expired" : upload.status,
    filename: upload.filename,
    content_type: upload.contentType,
    content_length: upload.status === "uploaded" ? upload.bytes : null,
    created_time: upload.createdAt,
    expiry_time: upload.expiresAt,
  };
}

function isExpired({ expiresAt }: Upload, now: Date): boolean {
  return expiresAt !== null && Date.parse(expiresAt) <= now.getTime();
}

function parsed(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(body.toString("utf8")) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

function problem(status: number, code: string, message: string): PartnerResponse {
  return { status, body: { object: "error", status, code, message } };
}
