import { platformsNotOperatedYet } from "./platforms.ts";
import type { Written } from "./schema.ts";

/** What is written although this version does not act on it: doctor says so, rather than let it seem to work. */
export function notUsedYet(written: Written): readonly string[] {
  const sections = ["people", "freezes", "maintenance", "runbooks", "alerts"] as const;
  const channels = ["alerts", "monitoring", "deployments"] as const;
  const services = Object.values(written.services ?? {});
  const placed = services.flatMap((service) => Object.values<object>(service.environments ?? {}));
  return [
    ...sections.filter((section) => written[section] !== undefined),
    ...((written.thresholds ?? []).some((one) => one.for !== undefined) ? ["thresholds.*.for"] : []),
    ...channels.filter((name) => written.channels?.[name] !== undefined).map((name) => `channels.${name}`),
    ...(["owner", "depends_on"] as const)
      .filter((field) => services.some((service) => service[field] !== undefined))
      .map((field) => `services.*.${field}`),
    ...["logs"]
      .filter((field) => placed.some((entry) => field in entry))
      .map((field) => `services.*.environments.*.${field}`),
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
