import { createVerify, generateKeyPairSync, type KeyObject } from "node:crypto";
import type { SandboxClock } from "../clock.ts";
import { wordFault, wordText } from "./google-word.ts";
import type { Partner, PartnerRequest, PartnerResponse } from "./partner.ts";

interface Document {
  readonly id: string;
  readonly appProperties: Readonly<Record<string, string>>;
  readonly createdAt: string;
  title: string;
  /** The file it was made from last, in base64. */
  file: string;
  /** What people read in it. */
  text: string;
  editedBy: string;
  trashed: boolean;
}
interface State {
  readonly documents: Document[];
}
/** An upload that was begun: what the document is to be called, and which it is. */
interface Session {
  readonly about: Readonly<Record<string, unknown>>;
  readonly id: string | null;
}

/** One folder of a shared drive, as far as the bot uses it; source: developers.google.com/workspace/drive/api. */
export interface GoogleDocsStandIn extends Partner {
  readonly folder: string;
  /** As the service account's JSON key holds them; made when first asked for. */
  readonly account: () => { readonly email: string; readonly privateKey: string; readonly keyId: string };
  readonly documents: () => readonly Document[];
  /** A person writes in a document. */
  readonly edit: (id: string, text: string) => void;
  /** A person moves a document to the bin. */
  readonly remove: (id: string) => void;
}

const email = "tocsin@waooaw-tools.iam.gserviceaccount.com";
const folder = "1AbCdEfGhIjKlMnOpQrStUvWxYz012345";
const person = "ben@waooaw.example";
const drive = "https://www.googleapis.com/auth/drive";
const wordType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const documentType = "application/vnd.google-apps.document";
/** What is made a document of may be this large. */
const largest = 50 * 1024 * 1024;

export function createGoogleDocs(options: {
  readonly clock: SandboxClock;
  readonly restore?: unknown;
}): GoogleDocsStandIn {
  const state: State = (options.restore as State | undefined) ?? { documents: [] };
  const sessions = new Map<string, Session>();
  const tokens = new Set<string>();
  let keys: { readonly privateKey: string; readonly publicKey: KeyObject } | null = null;
  const keysNow = () => {
    if (!keys) {
      const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
      keys = { privateKey: privateKey.export({ type: "pkcs8", format: "pem" }) as string, publicKey };
    }
    return keys;
  };
  const documentOf = (id: string): Document => {
    const found = state.documents.find((one) => one.id === id);
    if (!found) throw new Error(`There is no document ${id}`);
    return found;
  };
  return {
    id: "googleDocs",
    folder,
    account: () => ({ email, privateKey: keysNow().privateKey, keyId: "sandbox-1" }),
    documents: () => state.documents,
    edit: (id, text) => void Object.assign(documentOf(id), { text, editedBy: person }),
    remove: (id) => void Object.assign(documentOf(id), { trashed: true, editedBy: person }),
    handle: (request) => {
      if (request.path === "/token") return grant(request, keysNow().publicKey, tokens);
      const bearer = (request.headers.authorization ?? "").replace(/^Bearer /, "");
      if (!tokens.has(bearer)) return problem(401, "authError", "Request had invalid authentication credentials.");
      return route(state, sessions, request, new Date(options.clock.now()));
    },
    dump: () => state,
  };
}

/** A signature becomes a token; source: developers.google.com/identity/protocols/oauth2/service-account. */
function grant({ method, body, headers }: PartnerRequest, key: KeyObject, tokens: Set<string>): PartnerResponse {
  const refuse = (error: string, error_description: string): PartnerResponse => ({
    status: 400,
    body: { error, error_description },
  });
  if (method !== "POST" || headers["content-type"] !== "application/x-www-form-urlencoded")
    return refuse("invalid_request", "Could not parse the request.");
  const form = new URLSearchParams(body.toString("utf8"));
  if (form.get("grant_type") !== "urn:ietf:params:oauth:grant-type:jwt-bearer")
    return refuse("unsupported_grant_type", "Invalid grant_type.");
  const [head = "", claims = "", signature = ""] = (form.get("assertion") ?? "").split(".");
  const [said, claim] = [decoded(head), decoded(claims)];
  const isSigned =
    said?.alg === "RS256" &&
    createVerify("RSA-SHA256").update(`${head}.${claims}`).verify(key, Buffer.from(signature, "base64url"));
  if (!claim || !isSigned) return refuse("invalid_grant", "Invalid JWT Signature.");
  if (claim.iss !== email) return refuse("invalid_grant", "Invalid grant: account not found");
  // Signatures are by the wall clock, as everywhere.
  const now = Date.now() / 1000;
  const [iat, exp] = [Number(claim.iat), Number(claim.exp)];
  if (!(iat <= now + 300 && exp > now && exp - iat <= 3600))
    return refuse("invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes)");
  if (!String(claim.aud).endsWith("/token")) return refuse("invalid_grant", "Invalid JWT: Failed audience check.");
  if (claim.sub !== undefined && claim.sub !== person)
    return refuse("unauthorized_client", "Client is unauthorized to retrieve access tokens using this method.");
  if (claim.scope !== drive) return refuse("invalid_scope", "Invalid OAuth scope or ID token audience provided.");
  const token = `ya29.sandbox-${tokens.size + 1}`;
  tokens.add(token);
  return { status: 200, body: { access_token: token, expires_in: 3599, token_type: "Bearer" } };
}

function route(state: State, sessions: Map<string, Session>, request: PartnerRequest, now: Date): PartnerResponse {
  const { method, path, query } = request;
  if (path.startsWith("/upload/drive/v3/files")) return routeUpload(state, sessions, request, now);
  const [, id] = /^\/drive\/v3\/files(?:\/([^/]+))?$/.exec(path) ?? [path, null];
  if (method !== "GET" || id === null) return problem(404, "notFound", "Not Found");
  if (query.get("supportsAllDrives") !== "true") return missing(id ?? folder);
  if (id === undefined) return list(state, query);
  if (id === folder)
    return {
      status: 200,
      body: {
        id: folder,
        mimeType: "application/vnd.google-apps.folder",
        driveId: "0AbCdEf",
        capabilities: { canAddChildren: true },
      },
    };
  const found = state.documents.find((one) => one.id === id);
  return found ? { status: 200, body: shown(found) } : missing(id);
}

function list({ documents }: State, query: URLSearchParams): PartnerResponse {
  const pattern =
    /^appProperties has \{ key='(\w+)' and value='([\w-]+)' \} and '([\w-]+)' in parents and trashed = false$/;
  const [, key = "", value, parent] = pattern.exec(query.get("q") ?? "") ?? [];
  if (value === undefined) return problem(400, "invalid", "Invalid Value");
  if (parent !== folder) return missing(parent ?? "");
  if (query.get("includeItemsFromAllDrives") !== "true") return { status: 200, body: { files: [] } };
  const found = documents.filter((one) => one.appProperties[key] === value && !one.trashed);
  return { status: 200, body: { files: found.map(shown) } };
}

function routeUpload(
  state: State,
  sessions: Map<string, Session>,
  { method, path, query, headers, body }: PartnerRequest,
  now: Date,
): PartnerResponse {
  const session = sessions.get(query.get("upload_id") ?? "");
  if (method === "PUT") return session ? store(state, session, headers, body, now) : missing("upload");
  const id = path.slice("/upload/drive/v3/files".length).replace("/", "") || null;
  if (query.get("uploadType") !== "resumable" || query.get("supportsAllDrives") !== "true")
    return problem(400, "badRequest", "The stand-in takes resumable uploads to shared drives only.");
  if (id !== null && !state.documents.some((one) => one.id === id && !one.trashed)) return missing(id);
  const about = parsed(body);
  const parents = (about.parents ?? []) as readonly string[];
  if (method === "POST" && !parents.includes(folder)) return missing(parents[0] ?? "root");
  if (about.mimeType !== documentType) return problem(400, "badRequest", "The stand-in makes documents only.");
  // Source: developers.google.com/workspace/drive/api/guides/properties
  const tooLong = Object.entries((about.appProperties ?? {}) as Readonly<Record<string, string>>).find(
    ([key, value]) => Buffer.byteLength(key + value) > 124,
  );
  if (tooLong) return problem(400, "propertyTooLarge", "The property is too large.");
  const name = `session-${sessions.size + 1}`;
  sessions.set(name, { about, id });
  const location = `http://${headers.host}/googleDocs${path}?uploadType=resumable&upload_id=${name}`;
  return { status: 200, headers: { location } };
}

function store(
  { documents }: State,
  { about, id }: Session,
  headers: PartnerRequest["headers"],
  body: Buffer,
  now: Date,
): PartnerResponse {
  if (headers["content-type"] !== wordType) return problem(400, "badRequest", "The stand-in takes Word files only.");
  if (body.length > largest) return problem(413, "uploadTooLarge", "The file is too large to be converted.");
  const fault = wordFault(body);
  if (fault) return problem(400, "invalid", `The file cannot be converted: ${fault}`);
  const holds = { title: String(about.name), file: body.toString("base64"), text: wordText(body), editedBy: email };
  const before = documents.find((one) => one.id === id);
  if (before) return { status: 200, body: shown(Object.assign(before, holds)) };
  const made: Document = {
    id: `1Doc${String(documents.length + 1).padStart(29, "0")}`,
    appProperties: (about.appProperties ?? {}) as Readonly<Record<string, string>>,
    createdAt: now.toISOString(),
    trashed: false,
    ...holds,
  };
  documents.push(made);
  return { status: 200, body: shown(made) };
}

function shown({ id, title, trashed, editedBy }: Document) {
  return {
    id,
    name: title,
    mimeType: documentType,
    webViewLink: `https://docs.google.com/document/d/${id}/edit?usp=drivesdk`,
    trashed,
    lastModifyingUser: { emailAddress: editedBy, me: editedBy === email },
  };
}

function decoded(part: string): Readonly<Record<string, unknown>> | null {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString("utf8")) as Readonly<Record<string, unknown>>;
  } catch {
    return null;
  }
}

function parsed(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(body.toString("utf8")) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

function missing(id: string): PartnerResponse {
  return problem(404, "notFound", `File not found: ${id}.`);
}

function problem(code: number, reason: string, message: string): PartnerResponse {
  return { status: code, body: { error: { code, message, errors: [{ domain: "global", reason, message }] } } };
}
