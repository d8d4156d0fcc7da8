/** What looks into a data store say in figures: each with the moment it was seen, and nothing of what was before. */
import { rootBlockers } from "../operation/store-look.ts";
import type { CacheStats } from "../platform/caches.ts";
import { type Connections, type Replication, type Session, type Sizes, superusers } from "../platform/databases.ts";
import type { QueueState } from "../platform/queues.ts";
import type { Hint } from "./hints.ts";
import type { MeasureName } from "./measures.ts";
import type { Figure, Finding } from "./thresholds.ts";

/** What one look came to. */
export interface Seen {
  readonly figures: readonly Figure[];
  readonly findings: readonly Finding[];
  readonly hints: readonly Hint[];
}

const nothing: Seen = { figures: [], findings: [], hints: [] };

function figure(
  measure: MeasureName,
  value: number | null,
  at: Date,
  more: { readonly of?: string; readonly limit?: number; readonly missing?: string } = {},
): Figure {
  return {
    measure,
    of: more.of ?? null,
    points: value === null ? [] : [{ at, value }],
    dayAgo: null,
    limit: more.limit ?? null,
    history: "looks",
    ...(value === null ? { missing: more.missing ?? "it could not be seen" } : {}),
  };
}

export function connectionsSeen({ used, limit, groups }: Connections, at: Date): Seen {
  const [most] = groups.filter(({ by }) => by === "application").toSorted((one, other) => other.count - one.count);
  return {
    ...nothing,
    figures: [figure("connections", used, at, limit > 0 ? { limit } : {})],
    hints: most ? [{ kind: "connections", by: most.name, count: most.count }] : [],
  };
}

export function locksSeen(sessions: readonly Session[], at: Date): Seen {
  const waiting = sessions.filter(({ blockedBy }) => blockedBy.length > 0).length;
  return {
    ...nothing,
    figures: [figure("blocked", waiting, at)],
    hints: rootBlockers(sessions).map((root) => ({ kind: "blocker", ...root })),
  };
}

/** Statements only: a session that idles in an open transaction holds others up and is seen among the locks. */
export function statementsSeen(sessions: readonly Session[], at: Date): Seen {
  const [longest] = sessions
    .filter(({ state, spared }) => state === "active" && (spared === null || spared === superusers))
    .toSorted((one, other) => other.seconds - one.seconds);
  return {
    ...nothing,
    figures: [figure("longest-query", longest?.seconds ?? 0, at)],
    hints: longest ? [{ kind: "statement", session: longest }] : [],
  };
}

export function sizesSeen({ cacheHit }: Pick<Sizes, "cacheHit">, at: Date): Seen {
  const value = cacheHit === null ? null : cacheHit * 100;
  return { ...nothing, figures: [figure("buffer-hit", value, at, { missing: "nothing was read yet" })] };
}

/** A primary without replicas has no lag; a replica that receives nothing is told as what it is. */
export function replicationSeen({ replicas, receiving }: Replication, at: Date): Seen {
  if (receiving !== null && !receiving.connected)
    return {
      ...nothing,
      findings: [{ title: "Replication", state: "critical", detail: "the replica receives nothing" }],
    };
  const lags = receiving === null ? replicas.map(({ lagSeconds }) => lagSeconds) : [receiving.lagSeconds];
  if (lags.length === 0) return nothing;
  const unknown = lags.some((lag) => lag === null);
  const value = unknown ? null : Math.max(...lags.map((lag) => lag ?? 0));
  return { ...nothing, figures: [figure("replication-lag", value, at, { missing: "the server does not say it" })] };
}

export function cacheSeen(stats: CacheStats, at: Date): Seen {
  const memory = stats.limitBytes === null ? null : (stats.usedBytes / stats.limitBytes) * 100;
  const hits = stats.hitRate === null ? null : stats.hitRate * 100;
  return {
    ...nothing,
    figures: [
      figure("memory", memory, at, { missing: "nothing limits its memory" }),
      figure("hit-rate", hits, at, { missing: `too few reads in ${stats.watchedSeconds} seconds to tell` }),
      figure("evictions", stats.evictedPerSecond * 60, at),
    ],
  };
}

export function queuesSeen(states: readonly QueueState[], at: Date): Seen {
  const seen = states.map((state): Seen => {
    if (!state.exists) {
      const detail = "its Redis holds nothing of that name";
      return { ...nothing, findings: [{ title: `Queue ${state.name}`, state: "unknown", detail }] };
    }
    const of = state.name;
    const finished = state.failed + state.completed;
    const share = finished === 0 ? null : (state.failed / finished) * 100;
    return {
      figures: [
        figure("waiting", state.waiting, at, { of }),
        figure("failed", share, at, { of, missing: "no finished job is kept" }),
        figure("oldest", state.oldestWaitingSeconds ?? 0, at, { of }),
      ],
      findings: [workersFinding(state)],
      hints: [{ kind: "queue", queue: of, paused: state.paused, workers: state.workers }],
    };
  });
  return {
    figures: seen.flatMap(({ figures }) => figures),
    findings: seen.flatMap(({ findings }) => findings),
    hints: seen.flatMap(({ hints }) => hints),
  };
}

function workersFinding({ name, paused, workers, waiting, stuck }: QueueState): Finding {
  const title = `Workers, ${name}`;
  if (paused) return { title, state: "warning", detail: `the queue is paused, ${waiting} waiting` };
  if (workers === 0 && waiting > 0) return { title, state: "critical", detail: `none, and ${waiting} waiting` };
  if (stuck > 0) return { title, state: "warning", detail: `${workers}, and ${stuck} jobs that no worker holds` };
  return { title, state: "ok", detail: String(workers) };
}
