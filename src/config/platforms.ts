import { z } from "zod";
import { connectionsFor } from "./connections.ts";

/**
 * The platforms a thing may be placed on, by kind, with the coordinates each needs there. The key is the provider's
 * id. A new provider adds its line here.
 */
const coordinates: Record<CatalogKind, Record<string, Coordinates>> = {
  service: {
    ecs: { needs: ["cluster", "service"], takes: ["region"] },
    kubernetes: { needs: ["namespace", "deployment"], takes: ["context", "container"] },
    compose: { needs: ["file", "service"], takes: ["project", "host"] },
    pm2: { needs: ["process"], takes: ["host"] },
  },
  database: { rds: { needs: ["instance"], takes: ["region", "proxy", "database"] } },
  cache: { elasticache: { needs: ["replication_group"], takes: ["region"] } },
  queue: {},
  secret: {
    "secrets-manager": { needs: ["id"], takes: ["region"] },
    kubernetes: { needs: ["namespace", "secret"], takes: ["key", "context"] },
    "env-file": { needs: ["file", "key"], takes: ["host"] },
  },
};

interface Coordinates {
  readonly needs: readonly string[];
  readonly takes: readonly string[];
}

export type CatalogKind = "service" | "database" | "cache" | "queue" | "secret";

/** Platforms whose entries are checked, and which no provider operates yet. */
export const platformsNotOperatedYet: readonly string[] = ["kubernetes", "compose", "pm2", "env-file"];

/** Providers that read log lines. */
export const logProviders: readonly string[] = ["cloudwatch"];

/** Ids of the platforms a kind may be placed on. */
export function platformNames(kind: CatalogKind): readonly string[] {
  return Object.keys(coordinates[kind]);
}

/** The keys of one environment's entry: one for each platform of the kind. */
export function platformsFor(kind: CatalogKind): Record<string, z.ZodOptional<z.ZodType<Record<string, string>>>> {
  const platforms = Object.fromEntries(
    Object.entries(coordinates[kind]).map(([id, { needs, takes }]) => {
      const error = `write a map with ${needs.join(", ")}`;
      const value = z.string({ error: "write its name as the platform knows it" }).min(1, { error: "write its name" });
      const shape = {
        ...Object.fromEntries(needs.map((name) => [name, value])),
        ...Object.fromEntries(takes.map((name) => [name, value.optional()])),
      };
      const schema = z.strictObject(shape, { error }) as unknown as z.ZodType<Record<string, string>>;
      return [id, schema.optional()];
    }),
  );
  return { ...platforms, ...connectionsFor(kind) };
}
