import type { StatuspageIntegration } from "../../domain/integrations.ts";
import type { OutsideIncident, OutsidePage } from "../../domain/status-page/outside.ts";
import type { ComponentState } from "../../domain/status-page/page.ts";
import { ProviderError } from "../../errors.ts";
import { askService, type WebRequest, type WebService } from "../web-service.ts";

interface Incident {
  readonly id: string;
  readonly shortlink: string | null;
  readonly incident_updates: readonly { readonly status: string; readonly body: string | null }[];
  readonly components: readonly { readonly id: string }[];
  readonly metadata?: { readonly tocsin?: { readonly id?: string } } | null;
}

const states: Readonly<Record<ComponentState, string>> = {
  operational: "operational",
  maintenance: "under_maintenance",
  degraded: "degraded_performance",
  partial_outage: "partial_outage",
  major_outage: "major_outage",
};
const impacts = { degraded: "minor", partial_outage: "major", major_outage: "critical" } as const;

/** Incidents of one page of Atlassian Statuspage; source: developer.statuspage.io, v1. */
export function createStatuspage(settings: StatuspageIntegration): OutsidePage {
  const service: WebService = {
    id: "statuspage",
    title: "Statuspage",
    headers: { authorization: `OAuth ${settings.token}`, accept: "application/json" },
    requestIdHeader: "x-request-id",
    reason,
    // It asks to slow down with 420 as well. Source: developer.statuspage.io, rate limiting
    throttled: (status) => status === 420 || status === 429,
  };
  const incidents = `${settings.url}/v1/pages/${settings.page}/incidents`;
  const ask = async (request: WebRequest): Promise<Incident> => (await askService(service, request)) as Incident;
  const kept = ({ id, shortlink }: Incident) => ({ key: id, url: shortlink });

  /** Only of components the configuration knows there. */
  const statesOf = (incident: OutsideIncident, ids: ReadonlySet<string>): Readonly<Record<string, string>> =>
    Object.fromEntries(
      [...settings.components].flatMap(([name, id]) =>
        ids.has(id) ? [[id, states[incident.states.get(name) ?? "operational"]]] : [],
      ),
    );
  const idsOf = ({ components }: OutsideIncident) => components.flatMap((name) => settings.components.get(name) ?? []);

  const add = (key: string, incident: OutsideIncident, update: OutsideIncident["updates"][number], there: Incident) => {
    const ids = idsOf(incident);
    return ask({
      operation: "update-incident",
      method: "PATCH",
      url: `${incidents}/${encodeURIComponent(key)}`,
      body: {
        incident: {
          name: incident.title,
          status: update.status,
          body: update.text,
          impact_override: impacts[incident.impact],
          component_ids: ids,
          components: statesOf(incident, new Set([...ids, ...there.components.map(({ id }) => id)])),
        },
      },
    });
  };

  const update: OutsidePage["update"] = async (key, incident) => {
    const url = `${incidents}/${encodeURIComponent(key)}`;
    if (incident.isWithdrawn) {
      await ask({ operation: "delete-incident", method: "DELETE", url }).catch((error: unknown) => {
        if (!(error instanceof ProviderError && error.fault === "not_found")) throw error;
      });
      return { key, url: null };
    }
    let there = await ask({ operation: "get-incident", url });
    for (const missing of missingUpdates(incident, there)) there = await add(key, incident, missing, there);
    return kept(there);
  };

  return {
    create: async (incident, mark) => {
      const [first, ...others] = incident.updates;
      const ids = idsOf(incident);
      const made = await ask({
        operation: "create-incident",
        method: "POST",
        url: incidents,
        body: {
          incident: {
            name: incident.title,
            status: first?.status,
            body: first?.text,
            impact_override: impacts[incident.impact],
            component_ids: ids,
            components: statesOf(incident, new Set(ids)),
            metadata: { tocsin: { id: mark } },
          },
        },
      });
      return others.length === 0 ? kept(made) : update(made.id, incident);
    },
    find: async (mark) => {
      const found = (await askService(service, {
        operation: "list-incidents",
        url: `${incidents}?limit=100`,
      })) as readonly Incident[];
      const ours = found.find(({ metadata }) => metadata?.tocsin?.id === mark);
      return ours ? kept(ours) : null;
    },
    update,
  };
}

/** Ours that are not there, oldest first; the same words said twice are there twice. */
function missingUpdates(incident: OutsideIncident, there: Incident): OutsideIncident["updates"] {
  const known = there.incident_updates.map(({ status, body }) => `${status}\n${plain(body ?? "")}`);
  return incident.updates.filter(({ status, text }) => {
    const index = known.indexOf(`${status}\n${plain(text)}`);
    if (index >= 0) known.splice(index, 1);
    return index < 0;
  });
}

/** Statuspage may give a text back with other line ends and blank space around it. */
function plain(text: string): string {
  return text.replaceAll("\r\n", "\n").trim();
}

function reason(body: unknown): string | null {
  if (typeof body !== "object" || body === null || !("error" in body)) return null;
  const { error } = body;
  const all = Array.isArray(error) ? error : [error];
  return all.map(String).join("; ").slice(0, 300) || null;
}
