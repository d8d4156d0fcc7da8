import type { Configuration, Service } from "../configuration.ts";
import type { Connections } from "../platform/databases.ts";
import type { Plan, Target } from "./operation.ts";

/** What opening more connections to one database would mean; `connections` is null where it could not be asked. */
export interface PoolSeen {
  readonly database: string;
  readonly perTask: number;
  readonly connections: Connections | null;
  /** Why it could not be asked, in words; null where it could. */
  readonly unread: string | null;
}

/** The pools that a plan would enlarge: none unless it adds tasks to a service whose configuration names them. */
export function poolsToCheck(config: Configuration, target: Target, plan: Plan): Service["connectionsPerTask"] {
  if (target.kind !== "service" || plan.count === null || plan.count.to <= plan.count.from) return [];
  if (plan.nothingToDo !== null) return [];
  return config.services.find((service) => service.name === target.name)?.connectionsPerTask ?? [];
}

/**
 * The plan with what its new tasks would take of each database's connections: a risk where they do not fit beside the
 * ones in use, or where that could not be read; a plain figure where they do. Every new task is taken to fill its pool.
 */
export function withPools(plan: Plan, seen: readonly PoolSeen[]): Plan {
  const added = plan.count === null ? 0 : plan.count.to - plan.count.from;
  const risks: string[] = [];
  const observed: string[] = [];
  for (const { database, perTask, connections, unread } of seen) {
    const more = added * perTask;
    const wanted = `${added} more ${added === 1 ? "task" : "tasks"} may open ${more} more connections to ${database} (${perTask} each)`;
    if (connections === null) {
      risks.push(`${wanted}; how many it has left is unknown: ${unread}.`);
    } else if (connections.used + more > connections.limit) {
      risks.push(`${wanted}, and only ${connections.limit - connections.used} of its ${connections.limit} are free.`);
    } else {
      observed.push(`${wanted}; ${connections.limit - connections.used} of its ${connections.limit} are free.`);
    }
  }
  return { ...plan, risks: [...plan.risks, ...risks], observed: [...plan.observed, ...observed] };
}
