import { otherHands } from "../../domain/counterpart/keep.ts";
import type { JiraIntegration } from "../../domain/integrations.ts";
import type { CheckResult } from "../../domain/platform.ts";
import { shorten } from "../../domain/text.ts";
import type { TicketContent, TicketSight, Tracker } from "../../domain/ticket/tracker.ts";
import { ProviderError } from "../../errors.ts";
import { askService, type WebService } from "../web-service.ts";

interface Status {
  readonly statusCategory: { readonly key: string };
}

/** Source: developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-transitions-get */
interface Transition {
  readonly id: string;
  readonly to: Status;
}

interface Issue {
  readonly key: string;
  readonly fields: {
    readonly status: Status;
    readonly resolutiondate: string | null;
  };
  readonly changelog?: {
    readonly histories: readonly {
      readonly author?: { readonly accountId?: string; readonly displayName?: string };
      readonly created: string;
      readonly items: readonly { readonly field: string }[];
    }[];
  };
}

/** Fields an issue can do without: a project's screens decide whether they may be set. */
const spare: Readonly<Record<string, string>> = { assignee: "the assignee", duedate: "the due date" };

/** Issues of one project of Jira Cloud; source: developer.atlassian.com/cloud/jira/platform/rest/v3. */
export function createJira(settings: JiraIntegration): Tracker & {
  readonly check: () => Promise<readonly CheckResult[]>;
} {
  const service: WebService = {
    id: "jira",
    title: "Jira",
    headers: {
      authorization: `Basic ${Buffer.from(`${settings.email}:${settings.token}`).toString("base64")}`,
      accept: "application/json",
    },
    requestIdHeader: "atl-traceid",
    reason,
  };
  const api = `${settings.url}/rest/api/3`;
  const kept = (key: string) => ({ key, url: `${settings.url}/browse/${key}` });

  const make = async (fields: Readonly<Record<string, unknown>>): Promise<{ readonly key: string }> =>
    (await askService(service, {
      operation: "create-issue",
      method: "POST",
      url: `${api}/issue`,
      body: { fields },
    })) as { readonly key: string };

  const projectFor = ({ isPrivate }: Pick<TicketContent, "isPrivate">, operation: string): string => {
    const project = isPrivate ? settings.privateProject : settings.project;
    if (project) return project;
    const message = "Jira: no project is named for what is private";
    throw new ProviderError({ provider: "jira", operation, fault: "refused", code: "no-place", message });
  };

  /** Moves an issue to open or done by whatever transition its workflow has for that; answers what stood in the way. */
  const move = async (issueUrl: string, done: boolean): Promise<string | null> => {
    const read = { operation: "get-issue", url: `${issueUrl}?fields=status,resolutiondate` };
    const issue = (await askService(service, read)) as Issue;
    if (isDone(issue.fields.status) === done) return null;
    const url = `${issueUrl}/transitions`;
    const { transitions } = (await askService(service, { operation: "get-transitions", url })) as {
      readonly transitions: readonly Transition[];
    };
    const way = transitions.find(({ to }) => isDone(to) === done);
    if (!way) return `Jira's workflow has no way to ${done ? "close" : "reopen"} it from here`;
    try {
      const body = { transition: { id: way.id } };
      await askService(service, { operation: "transition-issue", method: "POST", url, body });
      return null;
    } catch (error) {
      if (!(error instanceof ProviderError) || error.code !== "400") throw error;
      return `Jira did not ${done ? "close" : "reopen"} it: ${reasonOf(error)}`;
    }
  };

  return {
    id: "jira",
    create: async (ticket, mark) => {
      const fields = {
        project: { key: projectFor(ticket, "create-issue") },
        issuetype: { name: settings.issueType },
        ...wordsOf(ticket),
        labels: [...settings.labels, mark],
        ...(ticket.dueOn ? { duedate: ticket.dueOn } : {}),
        ...(ticket.assignee ? { assignee: { accountId: ticket.assignee } } : {}),
      };
      try {
        return kept((await make(fields)).key);
      } catch (error) {
        const refused = refusedFields(error);
        if (refused.length === 0 || refused.some((name) => !(name in spare))) throw error;
        const rest = Object.fromEntries(Object.entries(fields).filter(([name]) => !refused.includes(name)));
        const { key } = await make(rest);
        const left = refused.map((name) => spare[name]).join(" and ");
        return { ...kept(key), trouble: `Jira did not take ${left}: ${reasonOf(error)}` };
      }
    },
    find: async (ticket, mark) => {
      const query = new URLSearchParams({
        jql: `project = "${projectFor(ticket, "search")}" AND labels = "${mark}" ORDER BY created ASC`,
        fields: "summary",
        maxResults: "1",
      });
      const { issues } = (await askService(service, {
        operation: "search",
        url: `${api}/search/jql?${query}`,
      })) as { readonly issues: readonly { readonly key: string }[] };
      return issues[0] ? kept(issues[0].key) : null;
    },
    update: async (key, ticket) => {
      const url = `${api}/issue/${encodeURIComponent(key)}`;
      const fields = wordsOf(ticket);
      await askService(service, { operation: "edit-issue", method: "PUT", url, body: { fields } }).catch(goneThere);
      return { ...kept(key), trouble: await move(url, ticket.done) };
    },
    look: async (key) => {
      const query = new URLSearchParams({ fields: "status,resolutiondate", expand: "changelog" });
      const url = `${api}/issue/${encodeURIComponent(key)}?${query}`;
      const issue = (await askService(service, { operation: "get-issue", url }).catch(goneIsNull)) as Issue | null;
      return issue && sightOf(issue);
    },
    check: () => {
      const look = async (project: string) => {
        const query = new URLSearchParams({ projectKey: project, permissions: needed.join(",") });
        const url = `${api}/mypermissions?${query}`;
        return ((await askService(service, { operation: "get-permissions", url })) as Granted).permissions;
      };
      const { project, privateProject } = settings;
      return Promise.all([
        checkProject(project, "project", look),
        ...(privateProject ? [checkProject(privateProject, "private_project", look)] : []),
      ]);
    },
  };
}

/** What tickets need; source: developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permissions. */
const needed = ["CREATE_ISSUES", "EDIT_ISSUES", "TRANSITION_ISSUES"];
interface Granted {
  readonly permissions: Readonly<Record<string, { readonly havePermission: boolean }>>;
}

async function checkProject(
  project: string,
  field: string,
  look: (project: string) => Promise<Granted["permissions"]>,
): Promise<CheckResult> {
  const what = `Jira, project ${project}${field === "project" ? "" : " for what is private"}`;
  try {
    const granted = await look(project);
    const missing = needed.filter((name) => granted[name]?.havePermission !== true);
    if (missing.length === 0) return { what, ok: true, found: "reached, it takes issues", fix: null };
    const fix = `Give the account of the token these permissions in ${project}.`;
    return { what, ok: false, found: `missing ${missing.join(", ")}`, fix };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const fix = `Look at integrations.jira: its address, e-mail and token, and the key ${project} as ${field}.`;
    return { what, ok: false, found: error.message, fix };
  }
}

/** Whatever a team calls its last column: its category says that it is done. */
function isDone({ statusCategory }: Status): boolean {
  return statusCategory.key === "done";
}

function sightOf({ fields, changelog }: Issue): TicketSight {
  if (!isDone(fields.status)) return { done: false, by: null, at: null };
  const changes = (changelog?.histories ?? []).filter(({ items }) => items.some(({ field }) => field === "status"));
  const last = changes.toSorted((a, b) => Date.parse(a.created) - Date.parse(b.created)).at(-1);
  const at = last?.created ?? fields.resolutiondate;
  const { accountId, displayName } = last?.author ?? {};
  return {
    done: true,
    by: accountId ? { id: accountId, name: displayName ?? accountId } : null,
    at: at ? new Date(at) : null,
  };
}

function wordsOf(ticket: TicketContent) {
  return { summary: shorten(ticket.title.replace(/\s+/g, " "), 250), description: documentOf(ticket) };
}

/** Text in Atlassian's document format: developer.atlassian.com/cloud/jira/platform/apis/document/structure. */
function documentOf({ lines, links }: TicketContent): unknown {
  const paragraph = (content: readonly unknown[]) => ({ type: "paragraph", content });
  const linked = links.map(({ title, url }) =>
    paragraph([{ type: "text", text: title, marks: [{ type: "link", attrs: { href: url } }] }]),
  );
  return {
    type: "doc",
    version: 1,
    content: [...lines.map((text) => paragraph([{ type: "text", text }])), ...linked],
  };
}

interface Problem {
  readonly errorMessages?: readonly string[];
  readonly errors?: Readonly<Record<string, string>>;
  readonly message?: string;
}

function reason(body: unknown): string | null {
  if (typeof body !== "object" || body === null) return null;
  const { errorMessages = [], errors = {}, message } = body as Problem;
  const all = [...errorMessages, ...Object.values(errors), ...(message ? [message] : [])];
  return all.length > 0 ? all.join("; ").slice(0, 300) : null;
}

function reasonOf(error: unknown): string {
  return error instanceof ProviderError ? error.message.replace(/^Jira: /, "") : "";
}

function refusedFields(error: unknown): readonly string[] {
  if (!(error instanceof ProviderError) || error.code !== "400") return [];
  return Object.keys((error.cause as Problem | undefined)?.errors ?? {});
}

function goneThere(error: unknown): never {
  if (error instanceof ProviderError && error.fault === "not_found")
    throw otherHands("gone-there", "jira", "Jira: the issue is gone");
  throw error;
}

function goneIsNull(error: unknown): null {
  if (error instanceof ProviderError && error.fault === "not_found") return null;
  throw error;
}
