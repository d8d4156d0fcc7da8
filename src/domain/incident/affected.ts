import { Refusal } from "../../errors.ts";
import type { Configuration, Link } from "../configuration.ts";

export interface CatalogItem {
  readonly name: string;
  readonly title: string;
  readonly kind: "service" | "database" | "cache" | "queue" | "secret";
}

/** Everything an incident can be about, services first; secrets are operated, but nothing is "down" in them. */
export function catalog(config: Configuration): readonly CatalogItem[] {
  return [
    ...config.services.map(({ name, title }) => ({ name, title, kind: "service" as const })),
    ...config.resources.filter(({ kind }) => kind !== "secret").map(({ name, title, kind }) => ({ name, title, kind })),
  ];
}

/** Refuses names the catalog does not have. */
export function requireAffected(config: Configuration, names: readonly string[]): readonly string[] {
  const known = new Set(catalog(config).map((item) => item.name));
  const unknown = names.find((name) => !known.has(name));
  if (unknown === undefined) return [...new Set(names)];
  throw new Refusal("unknown_target", `There is no “${unknown}” in the catalog.`, "Pick from the list.", "affected");
}

/** What people call them; a name that has left the catalog is shown as it is. */
export function affectedTitles(config: Configuration, names: readonly string[]): readonly string[] {
  const titles = new Map(catalog(config).map((item) => [item.name, item.title]));
  return names.map((name) => titles.get(name) ?? name);
}

/** Links for the channel's bookmarks bar: the dashboards, then those of what is affected; each address once. */
export function incidentLinks(config: Configuration, affected: readonly string[]): readonly Link[] {
  const services = config.services.filter((service) => affected.includes(service.name));
  const links = [
    ...config.dashboards,
    ...services.flatMap((service) =>
      service.links.map((link) => ({ ...link, title: `${service.title}: ${link.title}` })),
    ),
  ];
  return links.filter((link, index) => links.findIndex((other) => other.url === link.url) === index);
}
