import { type Kept, otherHands, unfinished } from "../../domain/counterpart/keep.ts";
import type { ConfluenceIntegration } from "../../domain/integrations.ts";
import type { CheckResult } from "../../domain/platform.ts";
import type { Destination, DestinationContents, DestinationFile } from "../../domain/postmortem/elsewhere.ts";
import { ProviderError } from "../../errors.ts";
import { askService, type WebRequest, type WebService } from "../web-service.ts";

type Content = DestinationContents["confluence"];

interface Page {
  readonly id: string;
  readonly title: string;
  readonly createdAt?: string;
  readonly version: { readonly number: number; readonly message?: string };
  readonly body?: { readonly storage?: { readonly value: string } };
  readonly _links?: { readonly webui?: string };
}

/** What each version of ours is called in the page's history; by it a version of ours is known when no answer came. */
const ours = "Tocsin, edition";

/**
 * Pages of one space of Confluence Cloud; pages by REST v2, attachments by v1, which has no successor for uploads.
 * Source: developer.atlassian.com/cloud/confluence/rest/v2.
 */
export function createConfluence(settings: ConfluenceIntegration): Destination<"confluence"> & {
  readonly check: () => Promise<readonly CheckResult[]>;
} {
  const service = serviceOf(settings);
  const wiki = `${settings.url}/wiki`;
  const ask = <T>(request: Omit<WebRequest, "url"> & { readonly path: string }): Promise<T> =>
    askService(service, { ...request, url: `${wiki}${request.path}` }) as Promise<T>;
  const byId = (id: string) => `/api/v2/pages/${encodeURIComponent(id)}`;

  const spaceId = async (): Promise<string> => {
    const query = new URLSearchParams({ keys: settings.space });
    const { results } = await ask<{ readonly results: readonly { readonly id: string }[] }>({
      operation: "get-space",
      path: `/api/v2/spaces?${query}`,
    });
    const found = results[0];
    if (found) return found.id;
    throw new ProviderError({
      provider: service.id,
      operation: "get-space",
      fault: "refused",
      code: "no-space",
      message: `Confluence: there is no space ${settings.space}, or the token's account may not see it`,
    });
  };

  const kept = ({ id, version, _links }: Page, trouble: string | null): Kept => ({
    key: id,
    url: `${wiki}${_links?.webui ?? `/pages/${id}`}`,
    version: String(version.number),
    trouble,
  });

  /** Attachments of a name that is there become their next version. What is refused is told; the page stands without. */
  const attach = async (id: string, files: readonly DestinationFile[]): Promise<string | null> => {
    const refused: string[] = [];
    for (const { name, mimetype, content } of files) {
      const form = new FormData();
      form.append("file", new Blob([new Uint8Array(content)], { type: mimetype }), name);
      form.append("minorEdit", "true");
      try {
        await ask({
          operation: "put-attachment",
          method: "PUT",
          path: `/rest/api/content/${encodeURIComponent(id)}/child/attachment`,
          form,
          headers: { "x-atlassian-token": "nocheck" },
        });
      } catch (error) {
        if (!(error instanceof ProviderError) || !["refused", "denied"].includes(error.fault)) throw error;
        refused.push(name);
      }
    }
    return refused.length === 0 ? null : `Confluence did not take ${refused.join(", ")}.`;
  };

  const put = async (there: Page, content: Content, mark: string): Promise<Kept> => {
    const trouble = await attach(there.id, content.files);
    const page = await ask<Page>({
      operation: "update-page",
      method: "PUT",
      path: byId(there.id),
      body: {
        id: there.id,
        status: "current",
        title: content.title,
        body: { representation: "storage", value: marked(content.body, mark) },
        version: { number: there.version.number + 1, message: `${ours} ${content.edition}` },
      },
    }).catch((error: unknown) => {
      // Somebody saved it between our look and our write.
      if (error instanceof ProviderError && error.code === "409") throw changed(there);
      throw error;
    });
    return kept(page, trouble);
  };

  return {
    id: "confluence",
    create: async (content, mark) => {
      const page = await ask<Page>({
        operation: "create-page",
        method: "POST",
        path: "/api/v2/pages",
        body: {
          spaceId: await spaceId(),
          status: "current",
          title: content.title,
          ...(settings.parent ? { parentId: settings.parent } : {}),
          body: { representation: "storage", value: marked(content.body, mark) },
        },
      });
      const trouble = await attach(page.id, content.files).catch((error: unknown) => {
        throw error instanceof ProviderError ? unfinished(error) : error;
      });
      return kept(page, trouble);
    },
    find: async (content, mark, since) => {
      const query = new URLSearchParams({ sort: "-created-date", limit: "50", "body-format": "storage" });
      const { results } = await ask<{ readonly results: readonly Page[] }>({
        operation: "list-pages",
        path: `/api/v2/spaces/${await spaceId()}/pages?${query}`,
      });
      const found = results.find(
        (page) => Date.parse(page.createdAt ?? "") >= since.getTime() && markIn(page) === mark,
      );
      return found ? put(found, content, mark) : null;
    },
    update: async (key, content, { version, mark }) => {
      const there = await ask<Page>({ operation: "get-page", path: byId(key) }).catch((error: unknown) => {
        if (!(error instanceof ProviderError) || error.fault !== "not_found") throw error;
        throw otherHands("gone-there", service.id, "Confluence: the page was taken away there.");
      });
      const isOurs = version === String(there.version.number) || there.version.message?.startsWith(ours);
      if (version !== null && !isOurs) throw changed(there);
      return put(there, content, mark);
    },
    check: async () => {
      const what = `Confluence, space ${settings.space}`;
      try {
        await spaceId();
        return [{ what, ok: true, found: "reached, the token holds", fix: null }];
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        const fix =
          "Look at integrations.confluence: the site's address, the e-mail address, the token, the space's key.";
        return [{ what, ok: false, found: error.message, fix }];
      }
    },
  };
}

function changed({ version }: Page): ProviderError {
  return otherHands(
    "changed-there",
    "confluence",
    `Confluence: people changed the page there; it is at version ${version.number}.`,
  );
}

/** An anchor is not seen, and stays when people edit the page. */
function marked(body: string, mark: string): string {
  return `<ac:structured-macro ac:name="anchor"><ac:parameter ac:name="">${mark}</ac:parameter></ac:structured-macro>${body}`;
}

function markIn({ body }: Page): string | null {
  return /<ac:parameter ac:name="">(tocsin-[\w-]+)<\/ac:parameter>/.exec(body?.storage?.value ?? "")?.[1] ?? null;
}

function serviceOf({ email, token }: ConfluenceIntegration): WebService {
  return {
    id: "confluence",
    title: "Confluence",
    headers: {
      authorization: `Basic ${Buffer.from(`${email}:${token}`).toString("base64")}`,
      accept: "application/json",
    },
    requestIdHeader: "atl-traceid",
    reason,
  };
}

interface Problem {
  readonly errors?: readonly { readonly title?: string; readonly detail?: string | null }[];
  readonly message?: string;
}

function reason(body: unknown): string | null {
  if (typeof body !== "object" || body === null) return null;
  const { errors = [], message } = body as Problem;
  const all = [...errors.map(({ title, detail }) => [title, detail].filter(Boolean).join(": ")), message ?? ""];
  return all.filter(Boolean).join("; ").slice(0, 300) || null;
}
