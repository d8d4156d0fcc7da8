import type { SandboxClock } from "../clock.ts";
import type { Partner, PartnerRequest, PartnerResponse } from "./partner.ts";

interface Issue {
  readonly repository: string;
  readonly number: number;
  title: string;
  body: string | null;
  readonly labels: readonly string[];
  readonly assignees: readonly string[];
  readonly created_at: string;
  updated_at: string;
  state: "open" | "closed";
  closed_at: string | null;
  closed_by: string | null;
}

interface State {
  readonly issues: Issue[];
  gone: number[];
}

/** GitHub's issues as far as the bot uses them, in two repositories. Source: docs.github.com/rest/issues */
export interface GitHubStandIn extends Partner {
  readonly token: string;
  readonly repository: string;
  readonly privateRepository: string;
  /** Of the one repository; of the private one when asked. */
  readonly issues: (repository?: string) => readonly Issue[];
  /** A person closes an issue. */
  readonly close: (number: number, login: string) => void;
  /** A person deletes an issue. */
  readonly remove: (number: number) => void;
}

const token = "github_pat_sandbox";
const repository = "waooaw/platform";
const privateRepository = "waooaw/security";
/** People who can be given issues there. */
const people = ["ana-ruiz", "ben-okafor", "chi-nwosu"];

export function createGitHub(options: { readonly clock: SandboxClock; readonly restore?: unknown }): GitHubStandIn {
  const { clock } = options;
  const state: State = (options.restore as State | undefined) ?? { issues: [], gone: [] };
  // What was kept before there were two repositories is of the first.
  state.issues.forEach((one, index) => {
    state.issues[index] = { ...one, repository: one.repository ?? repository };
  });
  const now = () => new Date(clock.now()).toISOString().replace(/\.\d+Z$/, "Z");
  const issueOf = (number: number) =>
    state.issues.find((one) => one.repository === repository && one.number === number);
  return {
    id: "github",
    token,
    repository,
    privateRepository,
    issues: (of = repository) => state.issues.filter((one) => one.repository === of),
    close: (number, login) => {
      const issue = issueOf(number);
      if (!issue) throw new Error(`There is no issue ${number}`);
      Object.assign(issue, { state: "closed", closed_at: now(), closed_by: login, updated_at: now() });
    },
    remove: (number) => void state.gone.push(number),
    handle: (request) => {
      const answer = route(state, request, now);
      const headers = { "x-github-request-id": "SANDBOX:1", "x-ratelimit-remaining": "4999", ...answer.headers };
      return { ...answer, headers };
    },
    dump: () => state,
  };
}

function route(state: State, request: PartnerRequest, now: () => string): PartnerResponse {
  const { headers, method, path, query } = request;
  if (!headers["user-agent"]) return { status: 403, body: "Request forbidden by administrative rules." };
  if (headers.authorization !== `Bearer ${token}`) return problem(401, "Bad credentials");
  const [, base, owner, name, kind, id] = path.split("/");
  const place = `${owner}/${name}`;
  if (base !== "repos" || ![repository, privateRepository].includes(place)) return problem(404, "Not Found");
  if (method === "GET" && kind === undefined)
    return { status: 200, body: { full_name: place, private: place === privateRepository, has_issues: true } };
  if (kind !== "issues") return problem(404, "Not Found");
  const issues = state.issues.filter((one) => one.repository === place);
  if (method === "POST" && !id) return create(state, place, request, now());
  if (method !== "GET" && !(method === "PATCH" && id)) return problem(404, "Not Found");
  if (id) {
    if (place === repository && state.gone.includes(Number(id))) return problem(410, "This issue was deleted");
    const issue = issues.find((one) => one.number === Number(id));
    if (!issue) return problem(404, "Not Found");
    return method === "PATCH" ? update(issue, request, now()) : { status: 200, body: shown(issue) };
  }
  const size = Math.min(Number(query.get("per_page") ?? 30), 100);
  const page = Number(query.get("page") ?? 1);
  const since = query.get("since") ?? "";
  if (since !== "" && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(since)) return problem(422, "Validation Failed");
  const wanted = query.get("state") ?? "open";
  const found = issues
    .filter((one) => place !== repository || !state.gone.includes(one.number))
    .filter((one) => wanted === "all" || one.state === wanted)
    .filter((one) => one.updated_at >= since)
    .toReversed();
  return { status: 200, body: found.slice((page - 1) * size, page * size).map(shown) };
}

/** Only what is sent changes. Source: docs.github.com/rest/issues/issues#update-an-issue */
function update(issue: Issue, { body }: PartnerRequest, at: string): PartnerResponse {
  const asked = parsed(body);
  if (!asked) return problem(400, "Problems parsing JSON");
  const { title = issue.title, body: text = issue.body, state = issue.state, state_reason: reason } = asked;
  if (typeof title !== "string" || title.trim() === "") return invalid("title", "missing_field", title);
  if (title.length > 256) return invalid("title", "custom", title, "title is too long (maximum is 256 characters)");
  if (state !== "open" && state !== "closed") return invalid("state", "invalid", state);
  if (reason !== undefined && !["completed", "not_planned", "duplicate", "reopened"].includes(String(reason)))
    return invalid("state_reason", "invalid", reason);
  issue.title = title;
  issue.body = typeof text === "string" ? text : null;
  issue.updated_at = at;
  if (state !== issue.state) {
    issue.state = state;
    issue.closed_at = state === "closed" ? at : null;
    issue.closed_by = state === "closed" ? "tocsin-bot" : null;
  }
  return { status: 200, body: shown(issue) };
}

function create(state: State, place: string, { body }: PartnerRequest, at: string): PartnerResponse {
  const asked = parsed(body);
  if (!asked) return problem(400, "Problems parsing JSON");
  const { title, body: text = null, labels = [], assignees = [] } = asked;
  if (typeof title !== "string" || title.trim() === "") return invalid("title", "missing_field", title);
  if (title.length > 256) return invalid("title", "custom", title, "title is too long (maximum is 256 characters)");
  if (typeof text === "string" && text.length > 65_536)
    return invalid("body", "custom", null, "body is too long (maximum is 65536 characters)");
  if (!isTexts(labels)) return problem(422, "Invalid request.\n\nFor 'properties/labels', is not an array of strings.");
  if (!isTexts(assignees)) return problem(422, "Invalid request.\n\nFor 'properties/assignees', is not an array.");
  const stranger = assignees.find((login) => !people.includes(login.toLowerCase()));
  if (stranger !== undefined) return invalid("assignees", "invalid", stranger);
  const issue: Issue = {
    repository: place,
    number: state.issues.filter((one) => one.repository === place).length + 1,
    title,
    body: typeof text === "string" ? text : null,
    labels,
    assignees,
    created_at: at,
    updated_at: at,
    state: "open",
    closed_at: null,
    closed_by: null,
  };
  state.issues.push(issue);
  return { status: 201, body: shown(issue) };
}

function shown({ repository: place, ...issue }: Issue) {
  const user = (login: string) => ({ login, type: "User", html_url: `https://github.com/${login}` });
  return {
    ...issue,
    html_url: `https://github.com/${place}/issues/${issue.number}`,
    labels: issue.labels.map((name) => ({ name })),
    assignees: issue.assignees.map(user),
    closed_by: issue.closed_by === null ? null : user(issue.closed_by),
    state_reason: issue.state === "closed" ? "completed" : null,
  };
}

function parsed(body: Buffer): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function problem(status: number, message: string, more: object = {}): PartnerResponse {
  return { status, body: { message, ...more, documentation_url: "https://docs.github.com/rest", status: `${status}` } };
}

function invalid(field: string, code: string, value: unknown, message?: string): PartnerResponse {
  const error = { resource: "Issue", field, code, value, ...(message ? { message } : {}) };
  return problem(422, "Validation Failed", { errors: [error] });
}
