import type { Service } from "../configuration.ts";
import type { OperationRecord } from "../operation/operation.ts";
import type { App } from "../ports.ts";
import { wantedIn } from "./settings.ts";

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

function serviceNamed({ config }: Pick<App, "config">, name: string): Service | undefined {
  return config.services.find((service) => service.name === name);
}
