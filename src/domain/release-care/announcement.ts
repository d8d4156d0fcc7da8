import { addMinutes } from "date-fns/addMinutes";
import type { Service } from "../configuration.ts";
import type { OperationRecord } from "../operation/operation.ts";
import type { App } from "../ports.ts";
import { wantedIn } from "./settings.ts";
import type { ReleaseWatch } from "./watch.ts";

/** What of a deployment people outside are told. */
export interface Announced {
  readonly title: string;
  /** As it was asked for; null where the version was found out. */
  readonly version: string | null;
}

/** The operations that bring out another version. */
const deploying = ["deploy-service", "deploy-in-order", "rollback-service"];

/** The services that get another version, with the version as people asked for it. */
export function announcedOf(app: Pick<App, "config">, { target, request }: OperationRecord): readonly Announced[] {
  const { version } = (request.input ?? {}) as { readonly version?: unknown };
  const several = wantedIn(request.input);
  const asked = typeof version === "string" ? version : null;
  const wanted = several.length > 0 ? several : [{ name: target.name, version: asked }];
  return wanted.map(({ name, version: one }) => ({
    title: serviceNamed(app, name)?.title ?? name,
    version: one?.split("/").at(-1) ?? null,
  }));
}

/**
 * Tells the channels that the services name of a deployment in production that began or is over; once each. A step of a
 * whole is told with the whole, and what nothing was changed by is not told.
 */
export async function announceDeployment(app: App, record: OperationRecord, what: "begun" | "over"): Promise<void> {
  const { target, request, partOf, appliedAt } = record;
  if (!deploying.includes(request.operation) || !target.production || partOf !== undefined || appliedAt === null)
    return;
  const services = [target.name, ...wantedIn(request.input).map(({ name }) => name)];
  const channels = new Set(services.flatMap((name) => serviceNamed(app, name)?.announce ?? []));
  for (const channel of channels) {
    await app.outbox.add(
      {
        kind: "message",
        view: `ops.deployment.${what}`,
        subject: record.id,
        place: { named: channel },
        once: `deployment ${what} ${record.id} ${channel}`,
      },
      "normal",
    );
  }
}

/**
 * Tells the same channels of a deployment in production that was only seen, and of how its watch ended. What an operation
 * of ours brought about, a restart too, is not told again.
 */
export async function announceSeen(app: App, watch: ReleaseWatch, what: "begun" | "over"): Promise<void> {
  const { id, service, environment, byId } = watch;
  const isProduction = app.config.environments.find(({ name }) => name === environment)?.production === true;
  const channels = serviceNamed(app, service)?.announce ?? [];
  if (byId !== null || !isProduction || channels.length === 0 || (await isOurs(app, watch))) return;
  for (const channel of channels) {
    const once = `release ${what} ${id} ${channel}`;
    const told = {
      kind: "message",
      view: `ops.release.${what}`,
      subject: id,
      place: { named: channel },
      once,
    } as const;
    await app.outbox.add(told, "normal");
  }
}

/** Whether an operation was at work on the service when its deployment began. */
async function isOurs(app: App, { service, environment, since }: ReleaseWatch): Promise<boolean> {
  const operations = await app.operations.list({ target: { environment, name: service }, limit: 20 });
  return operations.some(
    ({ appliedAt, endedAt }) =>
      appliedAt !== null && appliedAt <= addMinutes(since, 1) && (endedAt === null || endedAt >= since),
  );
}

function serviceNamed({ config }: Pick<App, "config">, name: string): Service | undefined {
  return config.services.find((service) => service.name === name);
}
