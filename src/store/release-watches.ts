import type { ReleaseWatch, ReleaseWatchRecords } from "../domain/release-care/watch.ts";
import type { RecordContext } from "./database.ts";
import { fromDatedJson, toDatedJson } from "./dated-json.ts";

interface ReleaseWatchesTable {
  id: string;
  service: string;
  environment: string;
  state: ReleaseWatch["state"];
  facts: string;
}

interface DeploymentsSeenTable {
  service: string;
  environment: string;
  deployment: string;
}

/** Deployments that are watched, and which of them was seen last. */
export function releaseWatchRecords(context: RecordContext): ReleaseWatchRecords {
  const db = context.db.withTables<{ release_watches: ReleaseWatchesTable; deployments_seen: DeploymentsSeenTable }>();
  const one = (id: string) => db.selectFrom("release_watches").select("facts").where("id", "=", id);
  return {
    insert: async (watch) => {
      const { id, service, environment, state } = watch;
      await db
        .insertInto("release_watches")
        .values({ id, service, environment, state, facts: toDatedJson(watch) })
        .execute();
    },
    byId: async (id) => {
      const row = await one(id).executeTakeFirst();
      return row ? (fromDatedJson(row.facts) as ReleaseWatch) : null;
    },
    lock: async (id) => {
      const row = await one(id).forUpdate().executeTakeFirst();
      return row ? (fromDatedJson(row.facts) as ReleaseWatch) : null;
    },
    update: async (watch) => {
      await db
        .updateTable("release_watches")
        .set({ state: watch.state, facts: toDatedJson(watch) })
        .where("id", "=", watch.id)
        .execute();
    },
    running: async (service, environment) => {
      const row = await db
        .selectFrom("release_watches")
        .select("facts")
        .where("service", "=", service)
        .where("environment", "=", environment)
        .where("state", "=", "running")
        .executeTakeFirst();
      return row ? (fromDatedJson(row.facts) as ReleaseWatch) : null;
    },
    seen: async (service, environment) => {
      const row = await db
        .selectFrom("deployments_seen")
        .select("deployment")
        .where("service", "=", service)
        .where("environment", "=", environment)
        .executeTakeFirst();
      return row?.deployment ?? null;
    },
    see: async (service, environment, deployment) => {
      await db
        .insertInto("deployments_seen")
        .values({ service, environment, deployment })
        .onConflict((conflict) => conflict.columns(["service", "environment"]).doUpdateSet({ deployment }))
        .execute();
    },
  };
}
