import type { PagerDutyIntegration } from "../../domain/integrations.ts";
import type { PagerDuty } from "../../domain/oncall/pagerduty.ts";
import { ProviderError, type ProviderFault } from "../../errors.ts";

const timeoutMilliseconds = 8000;
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
  async function ask(operation: string, url: string, init: RequestInit): Promise<unknown> {
    let response: Response;
    try {
      response = await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMilliseconds) });
    } catch (error) {
      const late = error instanceof Error && error.name === "TimeoutError";
      throw failure(operation, late ? "timeout" : "unreachable", late ? "timeout" : "unreachable", String(error), null);
    }
    const text = await response.text();
    const requestId = response.headers.get("x-request-id");
    if (!response.ok)
      throw failure(operation, faultOf(response.status), String(response.status), text.slice(0, 300), requestId);
    try {
      return JSON.parse(text);
    } catch {
      throw failure(operation, "refused", "no-json", "The answer is not JSON", requestId);
    }
  }

  const get = (operation: string, path: string) =>
    ask(operation, `${settings.url}${path}`, {
      headers: {
        authorization: `Token token=${settings.token}`,
        accept: "application/vnd.pagerduty+json;version=2",
      },
    });

  const send = async (operation: string, event: object): Promise<void> => {
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(event) };
    await ask(operation, `${settings.eventsUrl}/v2/enqueue`, init);
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

function faultOf(status: number): ProviderFault {
  if (status === 401 || status === 403) return "denied";
  if (status === 404) return "not_found";
  if (status === 429) return "throttled";
  return status >= 500 ? "unreachable" : "refused";
}

function failure(
  operation: string,
  fault: ProviderFault,
  code: string,
  message: string,
  requestId: string | null,
): ProviderError {
  return new ProviderError({
    provider: "pagerduty",
    operation,
    fault,
    code,
    message: `PagerDuty: ${message}`,
    requestId,
  });
}
