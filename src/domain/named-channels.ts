import type { Configuration } from "./configuration.ts";
import type { Place } from "./intent.ts";

/** A channel that is named beside `channels`. */
export interface NamedChannel {
  /** Where in the configuration, such as alerts.routes[0].channel. */
  readonly field: string;
  /** Its name or id. */
  readonly name: string;
}

/** Every channel that the configuration names outside `channels`, each at its first place. */
export function namedChannels(config: Configuration): readonly NamedChannel[] {
  const { services, alerts, severities, followUp, costs, reviews = [], upkeep = [], channels } = config;
  const placed = (field: string, place: Place) => ("named" in place ? [{ field, name: place.named }] : []);
  const written = (field: string, name: string | null | undefined) => (name ? [{ field, name }] : []);
  const all = [
    ...Object.entries(alerts?.levels ?? {}).flatMap(([level, one]) => written(`alerts.${level}.channel`, one.channel)),
    ...(alerts?.routes ?? []).flatMap(({ decision }, index) =>
      written(`alerts.routes[${index}].channel`, decision.channel),
    ),
    ...severities.flatMap((one) =>
      (one.stakeholders ?? []).map((name) => ({ field: `severities.${one.name}.stakeholders`, name })),
    ),
    ...services.flatMap((one) =>
      (one.announce ?? []).map((name) => ({ field: `services.${one.name}.deployments.announce`, name })),
    ),
    ...written("follow_up.review_channel", followUp.reviewChannel),
    ...written("costs.channel", costs?.channel),
    ...reviews.flatMap((review) => placed(`reviews.${review.name}.channel`, review.place)),
    ...upkeep.flatMap((task) => placed(`maintenance: ${task.title}`, task.place)),
  ];
  const { prefix: _prefix, ...looked } = channels;
  const known = new Set<unknown>(Object.values(looked).flat());
  return all.filter(({ name }, index) => {
    const isFirst = all.findIndex((one) => one.name === name) === index;
    return isFirst && !known.has(name);
  });
}
