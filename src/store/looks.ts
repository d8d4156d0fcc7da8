import type { Place } from "../domain/intent.ts";
import type { Look, ServiceSeen } from "../domain/operation/look.ts";
import type { LookRecords } from "../domain/operation/records.ts";
import type { ServiceDeployment, ServiceEvent, ServiceState } from "../domain/platform.ts";
import type { RecordContext } from "./database.ts";

interface LooksTable {
  id: string;
  asked_at: Date;
  asked_by: string;
  place: string;
  service: string | null;
  environment: string | null;
  looked_at: Date | null;
  found: string | null;
}

export function lookRecords(context: RecordContext): LookRecords {
  const db = context.db.withTables<{ status_looks: LooksTable }>();
  return {
    insert: async (look) => {
      await db
        .insertInto("status_looks")
        .values({
          id: look.id,
          asked_at: look.askedAt,
          asked_by: look.askedBy,
          place: JSON.stringify(look.place),
          service: look.service?.name ?? null,
          environment: look.service?.environment ?? null,
        })
        .execute();
    },
    byId: async (id) => {
      const row = await db.selectFrom("status_looks").selectAll().where("id", "=", id).executeTakeFirst();
      if (!row) return null;
      return {
        id: row.id,
        askedAt: row.asked_at,
        askedBy: row.asked_by,
        place: row.place as unknown as Place,
        service:
          row.service === null || row.environment === null ? null : { name: row.service, environment: row.environment },
        found:
          row.looked_at === null || row.found === null
            ? null
            : { at: row.looked_at, services: (row.found as unknown as readonly Stored<ServiceSeen>[]).map(revive) },
      };
    },
    found: async (id, found: NonNullable<Look["found"]>) => {
      await db
        .updateTable("status_looks")
        .set({ looked_at: found.at, found: JSON.stringify(found.services) })
        .where("id", "=", id)
        .execute();
    },
  };
}

/** As JSON gives it back: moments are text. */
type Stored<T> = T extends Date
  ? string
  : T extends readonly (infer U)[]
    ? readonly Stored<U>[]
    : T extends object
      ? { readonly [K in keyof T]: Stored<T[K]> }
      : T;

function revive(seen: Stored<ServiceSeen>): ServiceSeen {
  return {
    ...seen,
    state: seen.state === null ? null : reviveState(seen.state),
    autoscaling:
      seen.autoscaling === null
        ? null
        : {
            ...seen.autoscaling,
            activities: seen.autoscaling.activities.map((activity) => ({ ...activity, at: new Date(activity.at) })),
          },
    events: seen.events.map((event): ServiceEvent => ({ ...event, at: new Date(event.at) })),
    failures: seen.failures.map((failure) => ({ ...failure, at: new Date(failure.at) })),
  };
}

function reviveState(state: Stored<ServiceState>): ServiceState {
  return {
    ...state,
    lastDeployedAt: state.lastDeployedAt === null ? null : new Date(state.lastDeployedAt),
    deployments: state.deployments.map(
      (deployment): ServiceDeployment => ({ ...deployment, since: new Date(deployment.since) }),
    ),
  };
}
