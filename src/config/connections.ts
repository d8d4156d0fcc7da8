import { z } from "zod";
import type { Configuration, Placement } from "../domain/configuration.ts";

/**
 * How the inside of a data store is reached: beside the platform that its server runs on, or instead of it. The key is
 * the provider's id. Addresses hold passwords, so a placement only names them, and providers are handed them at the start.
 */
const address = (schemes: readonly string[], example: string) => {
  const error = `write an address such as ${example}, best from the environment: \${NAME}`;
  return z
    .string({ error })
    .regex(new RegExp(`^(${schemes.join("|")})://\\S+$`), { error })
    .describe(`Where it is reached: ${example}. It stays out of logs and messages.`);
};
const name = z.string({ error: "write a name" }).min(1, { error: "write a name" });
const names = z.array(name, { error: "write a list, such as [one, two]" });
const flag = z.boolean({ error: "write true or false" });
const count = z.int({ error: "write a whole number" }).min(1, { error: "write a whole number from 1" });
const settings = {
  host: name.optional(),
  port: name.describe("In quotes; the usual one where it is left out.").optional(),
  database: name.optional(),
  user: name.optional(),
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what people write in the file
  password: name.describe("Best from the environment: ${NAME}.").optional(),
  bastion: name.describe("Read and not used yet: what lies behind one is not looked into.").optional(),
};
const redisAddress = address(["rediss?"], "rediss://:password@host:6379/0");

const shapes = {
  service: {},
  database: {
    postgres: {
      url: address(["postgres", "postgresql"], "postgres://user:password@host:5432/name").optional(),
      ...settings,
    },
    mysql: { url: address(["mysql"], "mysql://user:password@host:3306/name").optional(), ...settings },
  },
  cache: {
    redis: {
      url: redisAddress.optional(),
      ...settings,
      protect: names
        .describe("What keys begin with that are never deleted from here, such as sessions; bull: always is.")
        .optional(),
      prefix_length: count.describe("How many plain characters a pattern must begin with; 3 by default.").optional(),
      most_keys: count.describe("The most keys one pattern may delete; 1000000 by default.").optional(),
      flush: flag
        .describe("Whether its database may be emptied at all; who may is for the policy. false by default.")
        .optional(),
      warm_up: z
        .array(z.string().regex(/^https?:\/\/\S+$/, { error: "write an address such as https://…" }), {
          error: "write a list of addresses",
        })
        .describe("Addresses that are called to fill the cache again.")
        .optional(),
    },
  },
  queue: {
    bullmq: {
      redis: name.describe("The address of its Redis, or the name of a cache of the catalog."),
      prefix: name.describe("What the keys of its queues begin with; bull by default.").optional(),
      queue: name.describe("The one queue in it.").optional(),
      queues: names.min(1, { error: "name at least one queue" }).describe("The queues in it.").optional(),
      critical: names.describe("Those that pausing the others leaves alone.").optional(),
    },
  },
  secret: {},
} as const satisfies Record<string, Record<string, z.ZodRawShape>>;

/** What an entry cannot do without, in words; null where it has it. */
const missing: Readonly<Record<string, (entry: Readonly<Record<string, unknown>>) => string | null>> = {
  postgres: (entry) => (entry.url || (entry.host && entry.database) ? null : "url, or host and database"),
  mysql: (entry) => (entry.url || (entry.host && entry.database) ? null : "url, or host and database"),
  redis: (entry) => (entry.url || entry.host ? null : "url, or host"),
  bullmq: (entry) => (entry.queue || entry.queues ? null : "redis, and queue or queues"),
};

type Kind = keyof typeof shapes;

/** Ids of the providers that reach the inside of a kind of store. */
export function connectionNames(kind: Kind): readonly string[] {
  return Object.keys(shapes[kind]);
}

/** The keys of one environment's entry by which the inside is reached. */
export function connectionsFor(kind: Kind): Record<string, z.ZodOptional<z.ZodType<Record<string, string>>>> {
  return Object.fromEntries(
    Object.entries<z.ZodRawShape>(shapes[kind]).map(([id, shape]) => {
      const needs = missing[id]?.({}) ?? "its address";
      const schema = z
        .strictObject(shape, { error: `write a map with ${needs}` })
        .refine((entry) => missing[id]?.(entry) === null, { error: `write a map with ${needs}` });
      return [id, (schema as unknown as z.ZodType<Record<string, string>>).optional()];
    }),
  );
}

/** The placement of a store's inside, and the address that it only names: null where none can be made of what is written. */
export function completeConnection(
  kind: Kind,
  entry: object,
  place: { readonly name: string; readonly environment: string },
): { readonly placement: Placement; readonly address: string | null } | null {
  const written = entry as Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;
  for (const provider of connectionNames(kind)) {
    const found = written[provider];
    if (!found) continue;
    const { url, password: _, redis, queue, ...rest } = found;
    const kept = queue === undefined ? rest : { ...rest, queues: [queue] };
    const at = Object.fromEntries(
      Object.entries(kept).map(([key, value]) => [key, Array.isArray(value) ? value.join("\n") : String(value)]),
    );
    const connection = `${place.environment}/${place.name}`;
    return {
      placement: { environment: place.environment, provider, at: { ...at, connection } },
      address: provider === "bullmq" ? String(redis) : addressOf(provider, found),
    };
  }
  return null;
}

function addressOf(provider: string, found: Readonly<Record<string, unknown>>): string | null {
  if (typeof found.url === "string") return found.url;
  if (found.bastion !== undefined || typeof found.host !== "string") return null;
  const part = (value: unknown) => encodeURIComponent(String(value));
  const user = found.user === undefined ? "" : part(found.user);
  const login = `${user}${found.password === undefined ? "" : `:${part(found.password)}`}`;
  const host = `${found.host}${found.port === undefined ? "" : `:${found.port}`}`;
  return `${provider}://${login === "" ? "" : `${login}@`}${host}${found.database === undefined ? "" : `/${part(found.database)}`}`;
}

/** What of an address must never be printed: all of it, and its password as it is written and as it is meant. */
export function secretsOf(url: string): readonly string[] {
  try {
    const { password } = new URL(url);
    return password === "" ? [url] : [url, password, decodeURIComponent(password)];
  } catch {
    return [url];
  }
}

/** A store beside those of the configuration. */
export interface StoreBeside {
  readonly kind: "database" | "queue";
  readonly name: string;
  readonly title: string;
  readonly provider: string;
  readonly at: Readonly<Record<string, string>>;
  readonly url: string;
  /** The service that needs it. */
  readonly usedBy?: string;
}

/** The same configuration with one more store, where its services run; as it was where something is called so already. */
export function withStore(config: Configuration, store: StoreBeside): Configuration {
  const { kind, name, title, provider, at, url, usedBy } = store;
  const [environment] = config.services.flatMap(({ runs }) => runs.map((run) => run.environment));
  const taken = [...config.services, ...config.resources].some((one) => [one.name, ...one.aliases].includes(name));
  if (environment === undefined || taken) return config;
  const connection = `${environment}/${name}`;
  const runs = [{ environment, provider, at: { ...at, connection } }];
  return {
    ...config,
    services: config.services.map((one) =>
      one.name === usedBy ? { ...one, dependsOn: [...one.dependsOn, name] } : one,
    ),
    resources: [...config.resources, { kind, name, title, aliases: [], runs }],
    connections: new Map([...config.connections, [connection, url]]),
  };
}

/** The same configuration, with every store of a kind whose inside nobody said how to reach reached at one address. */
export function reachedAt(
  config: Configuration,
  kind: "database" | "cache",
  provider: string,
  url: string,
): Configuration {
  const connections = new Map(config.connections);
  const resources = config.resources.map((resource) => ({
    ...resource,
    runs: resource.runs.map((run) => {
      if (resource.kind !== kind || run.inside !== undefined || run.at.connection !== undefined) return run;
      const connection = `${run.environment}/${resource.name}`;
      connections.set(connection, url);
      return { ...run, inside: { environment: run.environment, provider, at: { connection } } };
    }),
  }));
  return { ...config, resources, connections };
}
