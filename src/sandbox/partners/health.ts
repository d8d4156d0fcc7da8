import type { Partner } from "./partner.ts";

/** The health addresses of the services the configuration names, so that the sandbox asks nobody outside. */
export interface HealthStandIn extends Partner {
  /** From now on a host answers with that status; 200 is healthy. */
  readonly answers: (host: string, status: number) => void;
}

/** Answers GET /<host>/<path>: healthy until it is told otherwise. */
export function createHealth(options: { readonly restore?: unknown } = {}): HealthStandIn {
  const statuses = new Map(Object.entries((options.restore ?? {}) as Readonly<Record<string, number>>));
  return {
    id: "health",
    handle: ({ method, path }) => {
      if (method !== "GET") return { status: 405 };
      const status = statuses.get(path.split("/")[1] ?? "") ?? 200;
      return { status, body: { status: status < 300 ? "ok" : "down" } };
    },
    answers: (host, status) => void statuses.set(host, status),
    dump: () => Object.fromEntries(statuses),
  };
}

interface Watched {
  readonly health: readonly { readonly addresses: readonly { readonly url: string }[] }[];
}

/** Services with their health addresses pointed at the stand-in; those on this machine stay what they are. */
export function healthPointed<S extends Watched>(services: readonly S[], base: string): readonly S[] {
  return services.map((service) => ({
    ...service,
    health: service.health.map((place) => ({
      ...place,
      addresses: place.addresses.map((address) => ({ ...address, url: pointed(address.url, base) })),
    })),
  }));
}

function pointed(address: string, base: string): string {
  const url = new URL(address);
  // A name below .invalid leads nowhere, here as outside. Source: rfc-editor.org/rfc/rfc2606
  if (["localhost", "127.0.0.1", "[::1]"].includes(url.hostname) || url.hostname.endsWith(".invalid")) return address;
  return `${base}/${url.hostname}${url.pathname}${url.search}`;
}
