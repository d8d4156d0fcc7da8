import { type Kept, otherHands } from "../../domain/counterpart/keep.ts";
import type { GoogleDocsIntegration } from "../../domain/integrations.ts";
import type { CheckResult } from "../../domain/platform.ts";
import type { Destination, DestinationContents } from "../../domain/postmortem/elsewhere.ts";
import { ProviderError } from "../../errors.ts";
import { askServiceWhole, type WebRequest, type WebService } from "../web-service.ts";
import { accessTokens } from "./access-token.ts";

type Content = DestinationContents["googleDocs"];

/** Source: developers.google.com/workspace/drive/api/reference/rest/v3/files */
interface DriveFile {
  readonly id: string;
  readonly mimeType?: string;
  readonly webViewLink?: string;
  readonly trashed?: boolean;
  readonly driveId?: string;
  readonly lastModifyingUser?: { readonly me?: boolean };
  readonly capabilities?: { readonly canAddChildren?: boolean };
}

const fields = "id,webViewLink,trashed,lastModifyingUser(me)";
const wordType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const documentType = "application/vnd.google-apps.document";
const folderType = "application/vnd.google-apps.folder";
/** The file is sent and made a document of before the answer comes. */
const uploadMilliseconds = 20_000;
/** What stands there after a write of ours; another word for it Drive does not have. */
const ours = "ours";

/** Documents in one folder of Drive, made from Word files; source: developers.google.com/workspace/drive/api/guides. */
export function createGoogleDocs(settings: GoogleDocsIntegration): Destination<"googleDocs"> & {
  readonly check: () => Promise<readonly CheckResult[]>;
} {
  const service = serviceOf(settings);
  const token = accessTokens(settings);

  /** A token that was taken back is asked for anew, once. */
  const askWhole = async (request: WebRequest) => {
    const withToken = async (fresh: boolean) => ({
      ...request,
      headers: { ...request.headers, authorization: `Bearer ${await token({ fresh })}` },
    });
    try {
      return await askServiceWhole(service, await withToken(false));
    } catch (error) {
      if (!(error instanceof ProviderError) || error.code !== "401") throw error;
      return askServiceWhole(service, await withToken(true));
    }
  };
  const ask = async <T>(request: Omit<WebRequest, "url"> & { readonly path: string }): Promise<T> =>
    (await askWhole({ ...request, url: `${settings.url}${request.path}` })).body as T;
  const fileAt = (id: string, wanted: string): string =>
    `/drive/v3/files/${encodeURIComponent(id)}?${new URLSearchParams({ supportsAllDrives: "true", fields: wanted })}`;

  /** In two requests, as it may be larger than one of both together may be: what it is called, then what it holds. */
  const upload = async (
    request: { readonly operation: string; readonly method: "POST" | "PATCH"; readonly path: string },
    about: object,
    document: Uint8Array,
  ): Promise<DriveFile> => {
    const query = new URLSearchParams({ uploadType: "resumable", supportsAllDrives: "true", fields });
    const { headers } = await askWhole({
      ...request,
      url: `${settings.url}/upload/drive/v3/files${request.path}?${query}`,
      body: about,
      headers: { "x-upload-content-type": wordType, "x-upload-content-length": String(document.length) },
    });
    const url = headers.get("location");
    if (!url || new URL(url).origin !== new URL(settings.url).origin)
      throw failed(request.operation, "no-session", "it named no place to send the document to");
    const sent = { operation: "send-document", method: "PUT", url, timeoutMilliseconds: uploadMilliseconds } as const;
    return (await askWhole({ ...sent, content: { type: wordType, bytes: document } })).body as DriveFile;
  };

  const write = async (id: string, { title, document }: Content): Promise<Kept> => {
    const request = { operation: "update-document", method: "PATCH", path: `/${encodeURIComponent(id)}` } as const;
    // Said again, so that it is made a document of as it was at first.
    return kept(await upload(request, { name: title, mimeType: documentType }, document));
  };

  return {
    id: "googleDocs",
    create: async ({ title, document }, mark) => {
      const about = {
        name: title,
        mimeType: documentType,
        parents: [settings.folder],
        appProperties: { tocsin: mark },
      };
      return kept(await upload({ operation: "create-document", method: "POST", path: "" }, about, document));
    },
    find: async (content, mark) => {
      const query = new URLSearchParams({
        q: `appProperties has { key='tocsin' and value='${mark}' } and '${settings.folder}' in parents and trashed = false`,
        corpora: "allDrives",
        includeItemsFromAllDrives: "true",
        supportsAllDrives: "true",
        fields: `files(${fields})`,
      });
      const { files } = await ask<{ readonly files: readonly DriveFile[] }>({
        operation: "list-documents",
        path: `/drive/v3/files?${query}`,
      });
      return files[0] ? write(files[0].id, content) : null;
    },
    update: async (key, content, { version }) => {
      const there = await ask<DriveFile>({ operation: "get-document", path: fileAt(key, fields) }).catch(
        (error: unknown) => {
          if (!(error instanceof ProviderError) || error.fault !== "not_found") throw error;
          return null;
        },
      );
      if (!there || there.trashed)
        throw otherHands("gone-there", service.id, "Google Docs: the document was taken away there.");
      if (version !== null && there.lastModifyingUser?.me !== true)
        throw otherHands("changed-there", service.id, "Google Docs: people changed the document there.");
      return write(key, content);
    },
    check: async () => {
      const what = "Google Docs, the folder post-mortems go into";
      try {
        const wanted = "id,mimeType,driveId,capabilities(canAddChildren)";
        const folder = await ask<DriveFile>({ operation: "get-folder", path: fileAt(settings.folder, wanted) });
        return [{ what, ...stateOf(folder, settings) }];
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        return [{ what, ok: false, found: error.message, fix: fixOf(error, settings) }];
      }
    },
  };
}

function kept({ id, webViewLink }: DriveFile): Kept {
  return {
    key: id,
    url: webViewLink ?? `https://docs.google.com/document/d/${encodeURIComponent(id)}/edit`,
    version: ours,
  };
}

function stateOf({ mimeType, driveId, capabilities }: DriveFile, { account, actAs }: GoogleDocsIntegration) {
  if (mimeType !== folderType)
    return { ok: false, found: "it is no folder", fix: "Write a folder's id as integrations.google_docs.folder." };
  const who = actAs ?? account.email;
  if (capabilities?.canAddChildren !== true)
    return { ok: false, found: `${who} may not add files to it`, fix: `Make ${who} a content manager of the folder.` };
  const isOwnDrive = !driveId && actAs === null;
  const hint = ". It is on nobody's shared drive, and newer service accounts have no storage of their own there";
  return { ok: true, found: `reached, the key holds${isOwnDrive ? hint : ""}`, fix: null };
}

function fixOf({ fault }: ProviderError, { account }: GoogleDocsIntegration): string {
  return fault === "not_found"
    ? `Look at integrations.google_docs.folder, and share the folder with ${account.email} as content manager.`
    : "Look at integrations.google_docs: the key, whom it acts as, and that the project has the Google Drive API.";
}

function failed(operation: string, code: string, words: string): ProviderError {
  const message = `Google Docs: ${words}`;
  return new ProviderError({ provider: "googleDocs", operation, fault: "refused", code, message });
}

interface DriveProblem {
  readonly error?: {
    readonly message?: string;
    readonly errors?: readonly { readonly reason?: string }[];
  };
}

/** Source: developers.google.com/workspace/drive/api/guides/handle-errors */
const tooOften = ["userRateLimitExceeded", "rateLimitExceeded", "sharingRateLimitExceeded", "dailyLimitExceeded"];

function serviceOf({ account }: GoogleDocsIntegration): WebService {
  const ways: Readonly<Record<string, string>> = {
    storageQuotaExceeded:
      "There is no storage left. A service account has none of its own: use a folder on a shared drive, or set act_as.",
    notFound: `It is not there, or not shared with ${account.email}.`,
  };
  return {
    id: "googleDocs",
    title: "Google Docs",
    headers: { accept: "application/json" },
    requestIdHeader: "x-guploader-uploadid",
    throttled: (status, _headers, body) =>
      status === 429 || (status === 403 && tooOften.includes(reasonIn(body) ?? "")),
    reason: (body) => {
      const message = (body as DriveProblem | null)?.error?.message;
      const said = typeof message === "string" ? message.slice(0, 300) : null;
      const way = ways[reasonIn(body) ?? ""];
      return [said, way].filter(Boolean).join(" ") || null;
    },
  };
}

function reasonIn(body: unknown): string | null {
  const problem = typeof body === "object" ? (body as DriveProblem | null) : null;
  return problem?.error?.errors?.[0]?.reason ?? null;
}
