import type { SandboxClock } from "../clock.ts";
import type { Partner, PartnerRequest, PartnerResponse } from "./partner.ts";

interface Issue {
  readonly id: string;
  readonly key: string;
  fields: Readonly<Record<string, unknown>> & { readonly summary: string; readonly labels: readonly string[] };
  readonly created: string;
  status: "To Do" | "Done";
  resolutiondate: string | null;
  readonly changes: { readonly at: string; readonly by: string; readonly to: string }[];
}

interface State {
  readonly issues: Issue[];
}

/** Jira Cloud's issues as far as the bot uses them, in two projects. Source: developer.atlassian.com/cloud/jira */
export interface JiraStandIn extends Partner {
  readonly email: string;
  readonly token: string;
  readonly project: string;
  readonly privateProject: string;
  /** Of the one project; of the private one when asked. */
  readonly issues: (project?: string) => readonly Issue[];
  /** A person moves an issue to Done. */
  readonly close: (key: string, accountId: string) => void;
}

const email = "tocsin@waooaw.example";
const token = "ATATTsandbox";
const project = "OPS";
const privateProject = "SEC";
/** Whose token the bot has. */
const bot = "712020:tocsin";
/** A workflow in which an issue moves between two columns. */
const transitions = [
  { id: "11", name: "To Do", to: "To Do" },
  { id: "31", name: "Done", to: "Done" },
] as const;
const people: Readonly<Record<string, string>> = {
  "712020:ana": "Ana Ruiz",
  "712020:ben": "Ben Okafor",
  "712020:dev": "Dev Patel",
};
const onScreen = ["project", "issuetype", "summary", "description", "labels", "duedate", "assignee"];

export function createJira(options: { readonly clock: SandboxClock; readonly restore?: unknown }): JiraStandIn {
  const { clock } = options;
  const state: State = (options.restore as State | undefined) ?? { issues: [] };
  const now = () => new Date(clock.now()).toISOString().replace("Z", "+0000");
  return {
    id: "jira",
    email,
    token,
    project,
    privateProject,
    issues: (of = project) => state.issues.filter(({ key }) => key.startsWith(`${of}-`)),
    close: (key, accountId) => {
      const issue = state.issues.find((one) => one.key === key);
      if (!issue) throw new Error(`There is no issue ${key}`);
      moveTo(issue, "Done", accountId, now());
    },
    handle: (request) => route(state, request, now),
    dump: () => state,
  };
}

function route(state: State, request: PartnerRequest, now: () => string): PartnerResponse {
  const { headers, method, path, query } = request;
  const given = `Basic ${Buffer.from(`${email}:${token}`).toString("base64")}`;
  if (headers.authorization !== given)
    return { status: 401, body: "Client must be authenticated to access this resource." };
  if (method === "POST" && path === "/rest/api/3/issue") return create(state, request, now());
  if (method === "GET" && path === "/rest/api/3/search/jql") return search(state, query);
  if (method === "GET" && path === "/rest/api/3/mypermissions") return permissions(query);
  const [, key, more] = /^\/rest\/api\/3\/issue\/([^/]+)(\/transitions)?$/.exec(path) ?? [];
  const known = more ? ["GET", "POST"] : ["GET", "PUT"];
  if (!known.includes(method) || !key) return { status: 404, body: { message: "null for uri", "status-code": 404 } };
  const issue = state.issues.find((one) => one.key === decodeURIComponent(key));
  if (!issue) return problem(404, ["Issue does not exist or you do not have permission to see it."]);
  if (method === "PUT") return edit(issue, request);
  if (more) return method === "POST" ? transition(issue, request, now()) : { status: 200, body: waysFrom(issue) };
  return { status: 200, body: shown(issue, query.get("expand")?.split(",").includes("changelog") ?? false) };
}

function moveTo(issue: Issue, to: Issue["status"], by: string, at: string): void {
  issue.status = to;
  issue.resolutiondate = to === "Done" ? at : null;
  issue.changes.push({ at, by, to });
}

function category(status: Issue["status"]) {
  return { name: status, statusCategory: { key: status === "Done" ? "done" : "new" } };
}

/** Only what the workflow allows from where the issue stands. */
function waysFrom({ status }: Issue) {
  const ways = transitions.filter(({ to }) => to !== status);
  return { transitions: ways.map(({ id, name, to }) => ({ id, name, to: category(to) })) };
}

function transition(issue: Issue, { body }: PartnerRequest, at: string): PartnerResponse {
  const id = idOf(body);
  const way = transitions.find((one) => one.id === id && one.to !== issue.status);
  if (!way) return problem(400, ["It seems that you have tried to perform an illegal workflow operation."]);
  moveTo(issue, way.to, bot, at);
  return { status: 204, body: "" };
}

function idOf(body: Buffer): string | null {
  try {
    const { transition } = JSON.parse(body.toString("utf8")) as { transition?: { id?: unknown } };
    return typeof transition?.id === "string" ? transition.id : null;
  } catch {
    return null;
  }
}

/** Only what is sent changes. Source: developer.atlassian.com/cloud/jira, Edit issue */
function edit(issue: Issue, { body }: PartnerRequest): PartnerResponse {
  const fields = fieldsOf(body);
  if (!fields) return problem(400, ["Can not deserialize the request body."]);
  const errors = faultsOf({ ...issue.fields, ...fields });
  if (Object.keys(errors).length > 0) return problem(400, [], errors);
  issue.fields = { ...issue.fields, ...fields } as Issue["fields"];
  return { status: 204, body: "" };
}

function create(state: State, { body }: PartnerRequest, at: string): PartnerResponse {
  const fields = fieldsOf(body);
  if (!fields) return problem(400, ["Can not deserialize the request body."]);
  const errors = faultsOf(fields);
  if (Object.keys(errors).length > 0) return problem(400, [], errors);
  const { summary, labels = [] } = fields;
  const place = (fields.project as { key: string }).key;
  const id = String(10_000 + state.issues.length);
  const issue: Issue = {
    id,
    key: `${place}-${state.issues.filter(({ key }) => key.startsWith(`${place}-`)).length + 1}`,
    fields: { ...fields, summary: String(summary), labels: labels as readonly string[] },
    created: at,
    status: "To Do",
    resolutiondate: null,
    changes: [],
  };
  state.issues.push(issue);
  return { status: 201, body: { id, key: issue.key, self: `https://waooaw.atlassian.net/rest/api/3/issue/${id}` } };
}

function faultsOf(fields: Readonly<Record<string, unknown>>): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const name of Object.keys(fields)) {
    if (!onScreen.includes(name))
      errors[name] = `Field '${name}' cannot be set. It is not on the appropriate screen, or unknown.`;
  }
  const { summary, labels = [], description, duedate, assignee } = fields;
  if (![project, privateProject].includes((fields.project as { key?: string } | undefined)?.key ?? ""))
    errors.project = "valid project is required";
  if (!["Task", "Bug", "Story"].includes((fields.issuetype as { name?: string } | undefined)?.name ?? ""))
    errors.issuetype = "Specify a valid issue type";
  if (typeof summary !== "string" || summary.trim() === "") errors.summary = "You must specify a summary of the issue.";
  else if (/[\r\n]/.test(summary)) errors.summary = "The summary is invalid because it contains newline characters.";
  else if (summary.length > 255) errors.summary = "Summary can't exceed 255 characters.";
  if (!Array.isArray(labels) || labels.some((one) => typeof one !== "string" || /\s/.test(one)))
    errors.labels = "The label can't contain spaces.";
  if (description !== undefined && (description as { type?: string } | null)?.type !== "doc")
    errors.description = "Operation value must be an Atlassian Document (see the Atlassian Document Format)";
  if (duedate !== undefined && !/^\d{4}-\d\d-\d\d$/.test(String(duedate)))
    errors.duedate = "Error parsing date string. Expected format is yyyy-MM-dd";
  const accountId = (assignee as { accountId?: string } | undefined)?.accountId;
  if (assignee !== undefined && !(accountId && accountId in people))
    errors.assignee = `User '${accountId ?? ""}' cannot be assigned issues.`;
  return errors;
}

/** The account of the token may do all that is asked about, in the projects that are there. */
function permissions(query: URLSearchParams): PartnerResponse {
  const wanted = query.get("projectKey") ?? "";
  if (![project, privateProject].includes(wanted))
    return problem(404, [`No project could be found with key '${wanted}'.`]);
  const names = (query.get("permissions") ?? "").split(",").filter(Boolean);
  if (names.length === 0) return problem(400, ["The permissions query parameter is required."]);
  return {
    status: 200,
    body: { permissions: Object.fromEntries(names.map((key) => [key, { key, havePermission: true }])) },
  };
}

/** Of JQL only what the bot asks: a project and a label. */
function search(state: State, query: URLSearchParams): PartnerResponse {
  const jql = query.get("jql") ?? "";
  const [, asked, label] = /^project = "([^"]+)" AND labels = "([^"]+)"(?: ORDER BY created ASC)?$/.exec(jql) ?? [];
  if (!asked) return problem(400, ["Error in the JQL Query: the stand-in knows only project and labels."]);
  if (![project, privateProject].includes(asked))
    return problem(400, [`The value '${asked}' does not exist for the field 'project'.`]);
  const ours = state.issues.filter(({ key }) => key.startsWith(`${asked}-`));
  const found = ours.filter(({ fields }) => fields.labels.includes(label ?? ""));
  const size = Number(query.get("maxResults") ?? 50);
  const issues = found.slice(0, size).map(({ id, key, fields }) => ({ id, key, fields: { summary: fields.summary } }));
  return { status: 200, body: { issues, isLast: found.length <= size } };
}

function shown(issue: Issue, withChanges: boolean) {
  const { id, key, fields, status, resolutiondate, changes } = issue;
  const histories = changes.toReversed().map(({ at, by, to }, index) => ({
    id: String(index),
    author: { accountId: by, displayName: people[by] ?? by },
    created: at,
    items: [{ field: "status", fieldtype: "jira", toString: to }],
  }));
  return {
    id,
    key,
    fields: {
      ...fields,
      resolutiondate,
      status: category(status),
    },
    ...(withChanges ? { changelog: { histories, total: histories.length } } : {}),
  };
}

function fieldsOf(body: Buffer): Readonly<Record<string, unknown>> | null {
  try {
    const { fields } = JSON.parse(body.toString("utf8")) as { fields?: unknown };
    return typeof fields === "object" && fields !== null ? (fields as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}

function problem(status: number, errorMessages: readonly string[], errors: object = {}): PartnerResponse {
  return { status, body: { errorMessages, errors } };
}
