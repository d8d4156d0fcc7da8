import type { Placement } from "../domain/configuration.ts";
import type { MeasureName } from "../domain/health/measures.ts";
import {
  cacheSeen,
  connectionsSeen,
  locksSeen,
  queuesSeen,
  replicationSeen,
  type Seen,
  sizesSeen,
  statementsSeen,
} from "../domain/health/store-figures.ts";
import type { Subject } from "../domain/health/subjects.ts";
import type { DatabaseSight, DatabaseView } from "../domain/platform/databases.ts";
import type { Provider } from "../domain/platform.ts";

/** One look inside a data store, and what it measures. */
export interface StoreRead {
  readonly measures: readonly MeasureName[];
  readonly read: (now: Date) => Promise<Seen>;
}

const nothing: Seen = { figures: [], findings: [], hints: [] };

/** The looks into a store that are made at once, each by a short session of its own; none where nobody said how to reach its inside. */
export function storeReads(providers: readonly Provider[], { kind, placement }: Subject): readonly StoreRead[] {
  const inside = placement.inside ?? placement;
  const provider = providers.find((one) => one.id === inside.provider);
  if (kind === "database" && provider?.databases) return databaseReads(provider.databases.read.look, inside);
  if (kind === "cache" && provider?.caches) {
    const { look } = provider.caches.read;
    return [
      {
        measures: ["memory", "hit-rate", "evictions"],
        read: async (now) => {
          const sight = await look(inside, "stats", null);
          return sight.view === "stats" ? cacheSeen(sight.stats, now) : nothing;
        },
      },
    ];
  }
  if (kind === "queue" && provider?.queues) {
    const { look } = provider.queues.read;
    return [
      {
        measures: ["waiting", "failed", "oldest"],
        read: async (now) => {
          const sight = await look(inside, "stats", null);
          return sight.view === "stats" ? queuesSeen(sight.queues, now) : nothing;
        },
      },
    ];
  }
  return [];
}

function databaseReads(
  look: (at: Placement, view: DatabaseView) => Promise<DatabaseSight>,
  at: Placement,
): readonly StoreRead[] {
  const one = (view: DatabaseView, measure: MeasureName): StoreRead => ({
    measures: [measure],
    read: async (now) => seenOf(await look(at, view), now),
  });
  return [
    one("connections", "connections"),
    one("locks", "blocked"),
    one("active", "longest-query"),
    one("sizes", "buffer-hit"),
    one("replication", "replication-lag"),
  ];
}

function seenOf(sight: DatabaseSight, now: Date): Seen {
  switch (sight.view) {
    case "connections":
      return connectionsSeen(sight.connections, now);
    case "locks":
      return locksSeen(sight.sessions, now);
    case "active":
      return statementsSeen(sight.sessions, now);
    case "sizes":
      return sizesSeen(sight.sizes, now);
    case "replication":
      return replicationSeen(sight.replication, now);
    default:
      return nothing;
  }
}
