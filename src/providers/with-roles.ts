import type { Tier } from "../domain/platform/identity.ts";
import type { CheckResult, Provider } from "../domain/platform.ts";
import type { AwsSessions } from "./aws-sessions.ts";

/** Ports with a write half. */
type Writing = "services" | "releases" | "traffic" | "snapshots" | "sizes" | "nodes" | "secrets" | "dumps";

/** What deletes, interrupts or makes values void. All else of a write half is of the operate tier. */
const destructive: { readonly [P in Writing]?: readonly (keyof NonNullable<Provider[P]>["write"])[] } = {
  traffic: ["letThrough"],
  snapshots: ["remove", "removeInstance", "failOver"],
  sizes: ["resize"],
  nodes: ["setType"],
  secrets: ["rotate", "store", "makeCurrent", "cancelRotation", "revoke"],
};

/**
 * The same provider, with every call made as the role that the placement's environment has for it: reads with the
 * role for reading, writes with the least that each needs. Providers know nothing of roles.
 */
export function withRoles(provider: Provider, sessions: AwsSessions): Provider {
  return {
    ...(wrapped(provider, [], sessions) as Provider),
    check: async (placements) => {
      const results = placements.map(async (placement): Promise<readonly CheckResult[]> => {
        try {
          return await sessions.as(placement.environment, "read", () => provider.check([placement]));
        } catch (error) {
          const found = error instanceof Error ? error.message : String(error);
          const fix = "Put the role for reading right; see docs/providers/aws-access.md.";
          return [{ what: `${placement.environment}: the role for reading`, ok: false, found, fix }];
        }
      });
      return (await Promise.all(results)).flat();
    },
  };
}

function wrapped(value: unknown, path: readonly string[], sessions: AwsSessions): unknown {
  if (typeof value === "function") {
    const tier = tierOf(path);
    return async (...given: readonly unknown[]) => {
      const environment = environmentOf(path, given);
      const work = async () => value(...given);
      return environment === null ? work() : sessions.as(environment, tier, work);
    };
  }
  if (Array.isArray(value)) return value.map((item) => wrapped(item, path, sessions));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, wrapped(member, [...path, name], sessions)]),
  );
}

function tierOf([port, half, name]: readonly string[]): Tier {
  if (half !== "write") return "read";
  const listed: readonly string[] = destructive[port as Writing] ?? [];
  return listed.includes(name ?? "") ? "destructive" : "operate";
}

/** Ports are called with a placement first; only metrics of the configuration's own name the environment last. */
function environmentOf([port]: readonly string[], given: readonly unknown[]): string | null {
  if (port === "metric") return typeof given[2] === "string" ? given[2] : null;
  const [at] = given;
  if (typeof at !== "object" || at === null || !("environment" in at)) return null;
  return typeof at.environment === "string" ? at.environment : null;
}
