import { logProviders, platformsNotOperatedYet } from "./platforms.ts";
import type { Written } from "./schema.ts";

/** What is written although this version does not act on it: doctor says so, rather than let it seem to work. */
export function notUsedYet(written: Written): readonly string[] {
  const sections = ["people", "runbooks"] as const;
  const services = Object.values(written.services ?? {});
  const placed = services.flatMap((service) => Object.values<object>(service.environments ?? {}));
  return [
    ...sections.filter((section) => written[section] !== undefined),
    ...(["owner"] as const)
      .filter((field) => services.some((service) => service[field] !== undefined))
      .map((field) => `services.*.${field}`),
    ...[
      ...new Set(
        placed.flatMap((entry) =>
          Object.keys((entry as { readonly logs?: object }).logs ?? {}).filter((id) => !logProviders.includes(id)),
        ),
      ),
    ].map((id) => `services.*.environments.*.logs.${id}`),
    ...(["services", "databases", "caches", "secrets"] as const).flatMap((section) =>
      platformsNotOperatedYet
        .filter((platform) =>
          Object.values(written[section] ?? {}).some((entry) =>
            Object.values<object>(entry.environments ?? {}).some((placed) => platform in placed),
          ),
        )
        .map((platform) => `${section}.*.environments.*.${platform}`),
    ),
  ];
}
