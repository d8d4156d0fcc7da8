import type { Conditions, ServiceCondition } from "./conditions.ts";

/** What the load of the example account does to everything that is measured: a rule from conditions to figures. */
export interface Load {
  readonly requests: number;
  /** Share of the requests that fail with 5xx, from 0 to 1. */
  readonly failing: number;
  /** Seconds, on average. */
  readonly latency: number;
  /** Per cent. */
  readonly backendCpu: number;
}

const database = "waooaw-postgres-production";
const cache = "waooaw-redis-production";
const usual = { requests: 6000, tasks: 4, cpu: 42, latency: 0.08 };

export const has = (conditions: Conditions, fault: string, target: string) =>
  conditions.faults.includes(`${fault} ${target}`);

/** Busy at 14:00 UTC, quiet at 02:00. */
export function timeOfDay(at: number): number {
  const hours = (at / 3_600_000) % 24;
  return 0.8 + 0.2 * Math.cos(((hours - 14) / 24) * 2 * Math.PI);
}

/** From -1 to 1, always the same for the same name and minute. */
export function wobble(name: string, at: number): number {
  let hash = Math.floor(at / 60_000) ^ 0x9e3779b9;
  for (let index = 0; index < name.length; index += 1) hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 31 - 1;
}

const none: ServiceCondition = { desired: 0, running: 0, pending: 0, bad: 0, healthy: 0, unhealthy: 0 };
export const serviceIn = (conditions: Conditions, name: string) => conditions.services[name] ?? none;

/** The backend's load: what its data stores, its revision and its number do to requests. */
export function backendLoad(conditions: Conditions, at: number): Load {
  const service = serviceIn(conditions, "waooaw-backend");
  const load = usual.requests * timeOfDay(at) * (has(conditions, "high-load", "waooaw-backend") ? 3.8 : 1);
  const asked = load * (service.reach ?? 1);
  if (service.healthy === 0) return { requests: asked, failing: 1, latency: 0.01, backendCpu: 0 };
  const share = service.running === 0 ? 0 : service.bad / service.running;
  const demand = (usual.cpu * usual.tasks * asked) / usual.requests / Math.max(1, service.running);
  let latency = usual.latency * (1 + 2 * share);
  let failing = 0.0004 + 0.35 * share;
  if (demand > 95) {
    latency *= 4;
    failing += 0.03;
  }
  if (has(conditions, "slow-query", database)) latency *= 7;
  if (has(conditions, "lock-chain", database)) {
    latency *= 14;
    failing += 0.04;
  }
  if (has(conditions, "pool-exhausted", database)) {
    latency *= 16;
    failing += 0.18;
  }
  if (has(conditions, "cache-evicting", cache)) latency *= 2;
  if (conditions.down.includes(cache)) latency *= 3;
  if (conditions.down.includes(database)) {
    latency *= 10;
    failing += 0.7;
  }
  return { requests: asked, failing: Math.min(1, failing), latency, backendCpu: Math.min(100, demand) };
}

/** Connections of the main database, of at most a hundred. */
export function connections(conditions: Conditions, at: number): number {
  if (conditions.down.includes(database)) return 0;
  if (has(conditions, "pool-exhausted", database)) return 99;
  const waiting = has(conditions, "lock-chain", database) ? 30 : has(conditions, "slow-query", database) ? 18 : 0;
  return 8 + serviceIn(conditions, "waooaw-backend").running * 8 * timeOfDay(at) + waiting;
}

/** Average number of sessions at work, of which two processors are worth two. */
export function databaseLoad(conditions: Conditions): number {
  if (conditions.down.includes(database)) return 0;
  if (has(conditions, "lock-chain", database)) return 24;
  if (has(conditions, "pool-exhausted", database)) return 6;
  return has(conditions, "slow-query", database) ? 9 : 0.9;
}

export function databaseCpu(conditions: Conditions, at: number): number {
  if (conditions.down.includes(database)) return 0;
  if (has(conditions, "slow-query", database)) return 94;
  if (has(conditions, "lock-chain", database)) return 14;
  return 34 * timeOfDay(at) + (has(conditions, "cache-evicting", cache) ? 22 : 0);
}
