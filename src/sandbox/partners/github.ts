import type { SandboxClock } from "../clock.ts";
import type { Partner, PartnerRequest, PartnerResponse } from "./partner.ts";

interface Issue {
  readonly number: number;
  readonly title: string;
  readonly body: string | null;
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

/** GitHub's issues as far as the bot uses them, in one repository. Source: docs.github.com/rest/issues */
export interface GitHubStandIn extends Partner {
  readonly token: string;
  readonly repository: string;
  readonly issues: () => readonly Issue[];
  /** A person closes an issue. */
  readonly close: (number: number, login: string) => void;
  /** A person deletes an issue. */
  readonly remove: (number: number) => void;
}

const token = "github_pat_sandbox";
const repository = "waooaw/platform";
/** People who can be given issues there. */
const people = ["ana-ruiz", "ben-okafor", "chi-nwosu"];

export function createGitHub(options: { readonly clock: SandboxClock; readonly restore?: unknown }): GitHubStandIn {
  const { clock } = options;
  const state: State = (options.restore as State | undefined) ?? { issues: [], gone: [] };
  const now = () => new Date(clock.now()).toISOString().replace(/\.\d+Z$/, "Z");
  const issueOf = (number: number) => state.issues.find((one) => one.number === number);
  return {
    id: "github",
    token,
    repository,
    issues: () => state.issues,
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
  if (base !== "repos" || `${owner}/${name}` !== repository || kind !== "issues") return problem(404, "Not Found");
  if (method === "POST" && !id) return create(state, request, now());
  if (method !== "GET") return problem(404, "Not Found");
  if (id) {
    if (state.gone.includes(Number(id))) return problem(410, "This issue was deleted");
    const issue = state.issues.find((one) => one.number === Number(id));
    return issue ? { status: 200, body: shown(issue) } : problem(404, "Not Found");
  }
  const size = Math.min(Number(query.get("per_page") ?? 30), 100);
  const page = Number(query.get("page") ?? 1);
  const since = query.get("since") ?? "";
  if (since !== "" && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(since)) return problem(422, "Validation Failed");
  const wanted = query.get("state") ?? "open";
  const found = state.issues
    .filter((one) => !state.gone.includes(one.number))
    .filter((one) => wanted === "all" || one.state === wanted)
    .filter((one) => one.updated_at >= since)
    .toReversed();
  return { status: 200, body: found.slice((page - 1) * size, page * size).map(shown) };
}

function create(state: State, { body }: PartnerRequest, at: string): PartnerResponse {
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
    number: state.issues.length + 1,
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

function shown(issue: Issue) {
  const user = (login: string) => ({ login, type: "User", html_url: `https://github.com/${login}` });
  return {
    ...issue,
    html_url: `https://github.com/${repository}/issues/${issue.number}`,
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
