import type { SandboxClock } from "../clock.ts";
import type { Partner, PartnerRequest, PartnerResponse } from "./partner.ts";

interface Update {
  readonly id: string;
  readonly status: string;
  readonly body: string;
  readonly created_at: string;
}

interface Incident {
  readonly id: string;
  name: string;
  status: string;
  impact: string;
  readonly metadata: unknown;
  componentIds: readonly string[];
  /** Newest first. */
  readonly updates: Update[];
}

interface State {
  incidents: Incident[];
  readonly components: { readonly id: string; readonly name: string; status: string }[];
  made: number;
}

/** One page of Atlassian Statuspage as far as the bot uses it. Source: developer.statuspage.io */
export interface StatuspageStandIn extends Partner {
  readonly token: string;
  readonly page: string;
  readonly incidents: () => readonly Incident[];
  readonly components: () => State["components"];
}

const token = "sandbox-statuspage-key";
const page = "sbxpage00001";
const statuses = ["investigating", "identified", "monitoring", "resolved"];
const componentStatuses = [
  "operational",
  "under_maintenance",
  "degraded_performance",
  "partial_outage",
  "major_outage",
];

export function createStatuspage(options: {
  readonly clock: SandboxClock;
  readonly restore?: unknown;
}): StatuspageStandIn {
  const { clock } = options;
  const state: State = (options.restore as State | undefined) ?? {
    incidents: [],
    components: [
      { id: "cmpapi000001", name: "API", status: "operational" },
      { id: "cmpagent0001", name: "Agents", status: "operational" },
    ],
    made: 0,
  };
  return {
    id: "statuspage",
    token,
    page,
    incidents: () => state.incidents,
    components: () => state.components,
    handle: (request) => route(state, request, new Date(clock.now()).toISOString()),
    dump: () => state,
  };
}

function route(state: State, request: PartnerRequest, now: string): PartnerResponse {
  const { headers, method, path, query } = request;
  if (headers.authorization !== `OAuth ${token}`) return problem(401, "Could not authenticate");
  const [, version, pages, pageId, kind, id] = path.split("/");
  if (version !== "v1" || pages !== "pages" || pageId !== page || kind !== "incidents")
    return problem(404, "not found");
  if (!id) {
    if (method === "POST") return create(state, request, now);
    if (method !== "GET") return problem(404, "not found");
    const limit = Number(query.get("limit") ?? 100);
    if (limit > 100) return problem(400, "limit must be at most 100");
    return {
      status: 200,
      body: state.incidents
        .toReversed()
        .slice(0, limit)
        .map((one) => shown(state, one)),
    };
  }
  const incident = state.incidents.find((one) => one.id === id);
  if (!incident) return problem(404, "Record not found");
  if (method === "GET") return { status: 200, body: shown(state, incident) };
  if (method === "PATCH") return change(state, incident, request, now);
  if (method !== "DELETE") return problem(404, "not found");
  state.incidents = state.incidents.filter((one) => one !== incident);
  return { status: 200, body: shown(state, incident) };
}

function create(state: State, request: PartnerRequest, now: string): PartnerResponse {
  const asked = incidentOf(request);
  if (!asked) return problem(400, "incident is missing");
  const faults = faultsOf(state, asked);
  if (typeof asked.name !== "string" || asked.name.trim() === "") faults.unshift("Name can't be blank");
  if (faults.length > 0) return problem(422, faults);
  state.made += 1;
  const incident: Incident = {
    id: `inc${String(state.made).padStart(9, "0")}`,
    name: String(asked.name),
    status: String(asked.status ?? "investigating"),
    impact: String(asked.impact_override ?? "none"),
    metadata: asked.metadata ?? {},
    componentIds: [],
    updates: [],
  };
  state.incidents.push(incident);
  apply(state, incident, asked, now);
  return { status: 201, body: shown(state, incident) };
}

function change(state: State, incident: Incident, request: PartnerRequest, now: string): PartnerResponse {
  const asked = incidentOf(request);
  if (!asked) return problem(400, "incident is missing");
  const faults = faultsOf(state, asked);
  if (faults.length > 0) return problem(422, faults);
  apply(state, incident, asked, now);
  return { status: 200, body: shown(state, incident) };
}

type Asked = Readonly<Record<string, unknown>>;

function apply(state: State, incident: Incident, asked: Asked, now: string): void {
  if (typeof asked.name === "string") incident.name = asked.name;
  if (typeof asked.status === "string") incident.status = asked.status;
  if (typeof asked.impact_override === "string") incident.impact = asked.impact_override;
  if (Array.isArray(asked.component_ids)) incident.componentIds = asked.component_ids as readonly string[];
  for (const [id, status] of Object.entries((asked.components ?? {}) as Readonly<Record<string, string>>)) {
    const component = state.components.find((one) => one.id === id);
    if (component) component.status = status;
  }
  if (typeof asked.body !== "string") return;
  const id = `upd${String(incident.updates.length + 1).padStart(9, "0")}`;
  incident.updates.unshift({ id, status: incident.status, body: asked.body, created_at: now });
}

function faultsOf(state: State, asked: Asked): string[] {
  const faults: string[] = [];
  if (asked.status !== undefined && !statuses.includes(String(asked.status)))
    faults.push("Status is not included in the list");
  if (
    asked.impact_override !== undefined &&
    !["none", "minor", "major", "critical"].includes(String(asked.impact_override))
  )
    faults.push("Impact override is not included in the list");
  if (typeof asked.body === "string" && asked.body.trim() === "") faults.push("Incident updates body can't be blank");
  const ids = [...((asked.component_ids ?? []) as readonly string[]), ...Object.keys(asked.components ?? {})];
  for (const id of new Set(ids))
    if (!state.components.some((one) => one.id === id)) faults.push(`Component ${id} does not belong to this page`);
  for (const status of Object.values((asked.components ?? {}) as Readonly<Record<string, string>>))
    if (!componentStatuses.includes(status)) faults.push("Component status is not included in the list");
  return faults;
}

function shown(state: State, incident: Incident) {
  const { componentIds, updates, impact, ...rest } = incident;
  return {
    ...rest,
    impact,
    impact_override: impact,
    page_id: page,
    shortlink: `https://stspg.io/${incident.id}`,
    incident_updates: updates.map((one) => ({ ...one, incident_id: incident.id })),
    components: state.components.filter(({ id }) => componentIds.includes(id)),
  };
}

function incidentOf({ body }: PartnerRequest): Asked | null {
  try {
    const { incident } = JSON.parse(body.toString("utf8")) as { incident?: unknown };
    return typeof incident === "object" && incident !== null ? (incident as Asked) : null;
  } catch {
    return null;
  }
}

function problem(status: number, error: string | readonly string[]): PartnerResponse {
  return { status, body: { error } };
}
