import type { Placement } from "../configuration.ts";
import type { Place } from "../intent.ts";
import type { Autoscaling, ServiceEvent, ServiceState } from "../platform.ts";
import type { App } from "../ports.ts";
import { type Asked, placeFor } from "./place.ts";

/** One ask for how services are. The clouds are read in the background; the message shows what was seen. */
export interface Look {
  readonly id: string;
  readonly askedBy: string;
  readonly askedAt: Date;
  readonly place: Place;
  /** One service of one environment in depth; null for all at a glance. */
  readonly service: { readonly name: string; readonly environment: string } | null;
  readonly found: { readonly at: Date; readonly services: readonly ServiceSeen[] } | null;
}

/** A service as it was seen, or why it could not be. */
export interface ServiceSeen {
  readonly name: string;
  readonly title: string;
  readonly environment: string;
  readonly trouble: string | null;
  readonly state: ServiceState | null;
  readonly autoscaling: Autoscaling | null;
  readonly balancer: { readonly healthy: number; readonly total: number } | null;
  /** Newest first; only in depth. */
  readonly events: readonly ServiceEvent[];
  readonly failures: readonly { readonly at: Date; readonly reason: string }[];
}

/** Records that somebody wants to see services, and has them looked at in the background. */
export async function requestLook(
  app: App,
  ask: { readonly userId: string; readonly asked: Asked; readonly service: Look["service"] },
): Promise<Look> {
  const look: Look = {
    id: app.newId(),
    askedBy: ask.userId,
    askedAt: app.now,
    place: placeFor(app, ask.asked, ask.userId),
    service: ask.service,
    found: null,
  };
  await app.looks.insert(look);
  await app.outbox.add({ kind: "card", view: "ops.status", subject: look.id, place: look.place }, "answer");
  await app.jobs.add("look-status", { lookId: look.id }, { key: look.id });
  return look;
}

/** Looks again at the same; the message is edited. */
export async function repeatLook(app: App, id: string): Promise<Look | null> {
  const look = await app.looks.byId(id);
  if (look !== null) await app.jobs.add("look-status", { lookId: id }, { key: id });
  return look;
}

/** What was seen is shown: a card, so that a later look edits it. */
export async function recordFound(app: App, id: string, services: readonly ServiceSeen[]): Promise<void> {
  const look = await app.looks.byId(id);
  if (look === null) return;
  await app.looks.found(id, { at: app.now, services });
  await app.outbox.add({ kind: "card", view: "ops.status", subject: id, place: look.place }, "answer");
}

/** The placements a look is about, in the catalog's order. */
export function placementsOf(
  config: App["config"],
  look: Pick<Look, "service">,
): readonly { readonly name: string; readonly title: string; readonly placement: Placement }[] {
  return config.services
    .filter((service) => look.service === null || service.name === look.service.name)
    .flatMap((service) => service.runs.map((placement) => ({ name: service.name, title: service.title, placement })))
    .filter(({ placement }) => look.service === null || placement.environment === look.service.environment);
}

/** How well a service is, best first in the order of these words. */
export type Condition = "well" | "changing" | "degraded" | "down" | "unknown";

/** What is said of a service at a glance. */
export function conditionOf(seen: ServiceSeen): Condition {
  const { state } = seen;
  if (state === null) return "unknown";
  if (state.status !== "active") return "down";
  if (state.desired > 0 && state.running === 0) return "down";
  if (seen.balancer !== null && seen.balancer.total > 0 && seen.balancer.healthy === 0) return "down";
  if (state.deployments.some((deployment) => deployment.state === "failed")) return "degraded";
  if (state.deployments.some((deployment) => deployment.state === "in-progress")) return "changing";
  if (state.running < state.desired) return state.pending > 0 ? "changing" : "degraded";
  if (state.running > state.desired) return "changing";
  if (seen.balancer !== null && seen.balancer.healthy < state.desired) return "degraded";
  return "well";
}
