import { otherHands } from "../../domain/counterpart/keep.ts";
import type { GitHubIntegration } from "../../domain/integrations.ts";
import type { CheckResult } from "../../domain/platform.ts";
import { shorten } from "../../domain/text.ts";
import type { TicketContent, Tracker } from "../../domain/ticket/tracker.ts";
import { ProviderError } from "../../errors.ts";
import { askService, type WebService } from "../web-service.ts";

interface Issue {
  readonly number: number;
  readonly html_url: string;
  readonly state: "open" | "closed";
  readonly body: string | null;
  readonly closed_at: string | null;
  readonly closed_by?: { readonly login: string } | null;
  readonly assignees: readonly { readonly login: string }[];
  readonly pull_request?: unknown;
}

/** At most a page of a hundred; source: docs.github.com/rest/issues/issues#list-repository-issues */
const pageSize = 100;
const mostPages = 10;

/** Issues of one repository, through the REST API; source: docs.github.com/rest/issues, version 2022-11-28. */
export function createGitHub(settings: GitHubIntegration): Tracker & {
  readonly check: () => Promise<readonly CheckResult[]>;
} {
  const service: WebService = {
    id: "github",
    title: "GitHub",
    headers: {
      authorization: `Bearer ${settings.token}`,
      accept: "application/vnd.github+json",
      "x-github-api-version": "2022-11-28",
      "user-agent": "tocsin",
    },
    requestIdHeader: "x-github-request-id",
    reason,
    // Source: docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
    throttled: (status, headers) =>
      (status === 403 || status === 429) &&
      (headers.has("retry-after") || headers.get("x-ratelimit-remaining") === "0"),
  };
  const issuesOf = (repository: string) => `${settings.url}/repos/${repository}/issues`;
  const issueAt = (key: string) => {
    const at = key.lastIndexOf("#");
    return `${issuesOf(key.slice(0, at))}/${encodeURIComponent(key.slice(at + 1))}`;
  };
  const repositoryFor = ({ isPrivate }: Pick<TicketContent, "isPrivate">, operation: string): string => {
    const repository = isPrivate ? settings.privateRepository : settings.repository;
    if (repository) return repository;
    const message = "GitHub: no repository is named for what is private";
    throw new ProviderError({ provider: "github", operation, fault: "refused", code: "no-place", message });
  };
  const keptIn = (repository: string, { number, html_url }: Issue) => ({
    key: `${repository}#${number}`,
    url: html_url,
  });

  const make = async (ticket: TicketContent, mark: string, assignee: string | null): Promise<Issue> =>
    (await askService(service, {
      operation: "create-issue",
      method: "POST",
      url: issuesOf(repositoryFor(ticket, "create-issue")),
      body: {
        title: shorten(ticket.title, 250),
        body: bodyOf(ticket, mark),
        labels: settings.labels,
        ...(assignee ? { assignees: [assignee] } : {}),
      },
    })) as Issue;

  return {
    id: "github",
    create: async (ticket, mark) => {
      const { assignee } = ticket;
      const issue = await make(ticket, mark, assignee).catch((error: unknown) => {
        if (assignee && names(error, "assignees")) return make(ticket, mark, null);
        throw error;
      });
      // Who may not be given issues there is dropped without a word. Source: the same page, create an issue
      const given = assignee === null || issue.assignees.some(({ login }) => same(login, assignee));
      return {
        ...keptIn(repositoryFor(ticket, "create-issue"), issue),
        trouble: given ? null : `GitHub does not let issues be given to ${assignee}`,
      };
    },
    find: async (ticket, mark, since) => {
      const repository = repositoryFor(ticket, "list-issues");
      for (let page = 1; page <= mostPages; page += 1) {
        const query = new URLSearchParams({
          state: "all",
          since: since.toISOString().replace(/\.\d+Z$/, "Z"),
          sort: "created",
          direction: "desc",
          per_page: String(pageSize),
          page: String(page),
        });
        const found = (await askService(service, {
          operation: "list-issues",
          url: `${issuesOf(repository)}?${query}`,
        })) as Issue[];
        const ours = found.find((one) => !one.pull_request && one.body?.includes(commentOf(mark)));
        if (ours) return keptIn(repository, ours);
        if (found.length < pageSize) return null;
      }
      return null;
    },
    update: async (key, ticket, mark) => {
      const issue = (await askService(service, {
        operation: "update-issue",
        method: "PATCH",
        url: issueAt(key),
        body: {
          title: shorten(ticket.title, 250),
          body: bodyOf(ticket, mark),
          state: ticket.done ? "closed" : "open",
          ...(ticket.done ? { state_reason: "completed" } : {}),
        },
      }).catch(goneThere)) as Issue;
      return { key, url: issue.html_url };
    },
    look: async (key) => {
      const url = issueAt(key);
      const issue = (await askService(service, { operation: "get-issue", url }).catch(goneIsNull)) as Issue | null;
      if (!issue) return null;
      const { state, closed_at: at, closed_by: by } = issue;
      return {
        done: state === "closed",
        by: by ? { id: by.login, name: by.login } : null,
        at: at ? new Date(at) : null,
      };
    },
    check: () => {
      const { repository, privateRepository } = settings;
      const look = async (name: string) =>
        (await askService(service, {
          operation: "get-repository",
          url: `${settings.url}/repos/${name}`,
        })) as Repository;
      return Promise.all([
        checkRepository(repository, "repository", false, look),
        ...(privateRepository ? [checkRepository(privateRepository, "private_repository", true, look)] : []),
      ]);
    },
  };
}

/** Source: docs.github.com/rest/repos/repos#get-a-repository */
interface Repository {
  readonly private: boolean;
  readonly has_issues: boolean;
  readonly archived?: boolean;
}

async function checkRepository(
  name: string,
  field: string,
  isPrivate: boolean,
  look: (name: string) => Promise<Repository>,
): Promise<CheckResult> {
  const what = `GitHub, ${name}${isPrivate ? " for what is private" : ""}`;
  const wrong = (found: string, fix: string) => ({ what, ok: false, found, fix });
  try {
    const found = await look(name);
    if (isPrivate && !found.private)
      return wrong("everybody can read it", `Name a private repository as integrations.github.${field}.`);
    if (!found.has_issues || found.archived)
      return wrong("it takes no issues", `Switch issues on there, or name another as integrations.github.${field}.`);
    return { what, ok: true, found: "reached, it takes issues", fix: null };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return wrong(
      error.message,
      `Look at integrations.github: the token must have read and write on issues of ${name}.`,
    );
  }
}

function bodyOf({ lines, links }: TicketContent, mark: string): string {
  const paragraphs = [...lines.map(inertMarkdown), ...links.map(({ title, url }) => `[${title}](${url})`)];
  return `${paragraphs.join("\n\n")}\n\n${commentOf(mark)}`;
}

/** Plain text: nobody is called by it, nothing linked, nothing set in bold. */
function inertMarkdown(text: string): string {
  return text
    .replace(/[\\`*_[\]<>~|]/g, "\\$&")
    .replace(/[@#](?=\w)/g, "$&\u200b")
    .replace(/^(\s*)([-+>]|\d+[.)])(?=\s)/gm, "$1\\$2");
}

function commentOf(mark: string): string {
  return `<!-- ${mark} -->`;
}

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

interface Problem {
  readonly message?: string;
  readonly errors?: readonly (
    | string
    | { readonly field?: string; readonly code?: string; readonly message?: string }
  )[];
}

function reason(body: unknown): string | null {
  if (typeof body !== "object" || body === null) return null;
  const { message, errors = [] } = body as Problem;
  const details = errors.map((one) =>
    typeof one === "string" ? one : (one.message ?? [one.field, one.code].filter(Boolean).join(" ")),
  );
  return message ? [message, ...details].join("; ").slice(0, 300) : null;
}

function names(error: unknown, field: string): boolean {
  if (!(error instanceof ProviderError) || error.code !== "422") return false;
  const { errors = [] } = (error.cause ?? {}) as Problem;
  return errors.some((one) => typeof one === "object" && one.field === field);
}

function goneThere(error: unknown): never {
  if (error instanceof ProviderError && error.fault === "not_found")
    throw otherHands("gone-there", "github", "GitHub: the issue is gone");
  throw error;
}

function goneIsNull(error: unknown): null {
  if (error instanceof ProviderError && error.fault === "not_found") return null;
  throw error;
}
