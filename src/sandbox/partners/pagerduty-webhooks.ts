import { createHmac } from "node:crypto";
import type { Incident } from "./pagerduty-state.ts";

export interface Delivery {
  readonly body: string;
  readonly signature: string;
  /** Null while there is no answer. */
  status: number | null;
}

/** PagerDuty's webhooks v3, each sent once. Source: developer.pagerduty.com, webhooks v3 */
export function createWebhooks({ now }: { readonly now: () => string }) {
  let target: { readonly url: string; readonly secret: string } | null = null;
  const deliveries: Delivery[] = [];

  async function deliver(url: string, delivery: Delivery): Promise<void> {
    const headers = { "content-type": "application/json", "x-pagerduty-signature": delivery.signature };
    const answer = await fetch(url, { method: "POST", body: delivery.body, headers });
    delivery.status = answer.status;
  }

  return {
    deliveries: deliveries as readonly Delivery[],
    to: (url: string, secret: string): void => {
      target = { url, secret };
    },
    send: (
      type: string,
      { acknowledgements: _, ...incident }: Incident,
      agent: object,
      assignees: readonly object[] = [],
    ) => {
      if (!target) return;
      const event = {
        id: `01SANDBOX${String(deliveries.length + 1).padStart(8, "0")}`,
        event_type: type,
        resource_type: "incident",
        occurred_at: now(),
        agent,
        client: null,
        data: { ...incident, assignees },
      };
      const body = JSON.stringify({ event });
      const signature = `v1=${createHmac("sha256", target.secret).update(body).digest("hex")}`;
      const delivery: Delivery = { body, signature, status: null };
      deliveries.push(delivery);
      deliver(target.url, delivery).catch(() => {
        delivery.status = 0;
      });
    },
  };
}
