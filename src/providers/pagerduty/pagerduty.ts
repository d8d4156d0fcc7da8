import type { PagerDutyIntegration } from "../../domain/integrations.ts";
import type { PagerDuty } from "../../domain/oncall/pagerduty.ts";
import { askService, type WebService } from "../web-service.ts";

/** Source: developer.pagerduty.com, pagination: at most 100 a page. */
const pageSize = 100;
const mostPages = 20;

interface OnCallAnswer {
  readonly oncalls: readonly {
    readonly user: { readonly email?: string };
    readonly start: string | null;
    readonly end: string | null;
  }[];
  readonly more: boolean;
}

interface IncidentsAnswer {
  readonly incidents: readonly {
    readonly status: "triggered" | "acknowledged" | "resolved";
    readonly acknowledgements?: readonly { readonly acknowledger: Reference }[];
    readonly last_status_change_by?: Reference | null;
  }[];
}

interface Reference {
  readonly id: string;
  readonly type: string;
  readonly summary: string;
}

/** PagerDuty's REST API v2 and Events API v2; source: developer.pagerduty.com. */
export function createPagerDuty(settings: PagerDutyIntegration): PagerDuty {
  const service: WebService = { id: "pagerduty", title: "PagerDuty", headers: {}, requestIdHeader: "x-request-id" };
  const get = (operation: string, path: string) =>
    askService(service, {
      operation,
      url: `${settings.url}${path}`,
      headers: {
        authorization: `Token token=${settings.token}`,
        accept: "application/vnd.pagerduty+json;version=2",
      },
    });
  const send = async (operation: string, body: object): Promise<void> => {
    await askService(service, { operation, method: "POST", url: `${settings.eventsUrl}/v2/enqueue`, body });
  };

  return {
    onCall: async (scheduleId, from, until) => {
      const found = [];
      for (let page = 0; page < mostPages; page += 1) {
        const query = new URLSearchParams({
          "schedule_ids[]": scheduleId,
          "include[]": "users",
          since: from.toISOString(),
          until: until.toISOString(),
          limit: String(pageSize),
          offset: String(page * pageSize),
        });
        const answer = (await get("oncalls", `/oncalls?${query}`)) as OnCallAnswer;
        found.push(...answer.oncalls);
        if (!answer.more) break;
      }
      return found.flatMap(({ user, start, end }) =>
        user.email
          ? [{ email: user.email, from: start ? new Date(start) : from, until: end ? new Date(end) : until }]
          : [],
      );
    },
    trigger: ({ routingKey, key, summary, link }) =>
      send("trigger", {
        routing_key: routingKey,
        event_action: "trigger",
        dedup_key: key,
        // Source: developer.pagerduty.com/docs/events-api-v2: a summary holds 1024 characters.
        payload: { summary: summary.slice(0, 1024), source: "Tocsin", severity: "critical" },
        ...(link ? { links: [{ href: link, text: "In Slack" }] } : {}),
      }),
    change: ({ routingKey, key, action }) =>
      send(action, { routing_key: routingKey, event_action: action, dedup_key: key }),
    look: async (key) => {
      const query = new URLSearchParams({ incident_key: key, limit: "1" });
      const { incidents } = (await get("incidents", `/incidents?${query}`)) as IncidentsAnswer;
      const [incident] = incidents;
      if (!incident) return null;
      const by = incident.acknowledgements?.at(-1)?.acknowledger ?? incident.last_status_change_by;
      if (by?.type !== "user_reference") return { state: incident.status, by: null };
      const { user } = (await get("users", `/users/${encodeURIComponent(by.id)}`)) as {
        readonly user: { readonly name: string; readonly email: string };
      };
      return { state: incident.status, by: { name: user.name, email: user.email } };
    },
  };
}
