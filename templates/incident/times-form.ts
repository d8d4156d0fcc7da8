import type { Incident } from "../../src/domain/incident/incident.ts";
import { type KeyTimes, keyTimes, timesVersion } from "../../src/domain/incident/times.ts";
import { context, input, type Modal, modal, moment, momentInput } from "../kit.ts";
import { named } from "./phrases.ts";

/** The key times, in the reader's own zone. With `typed`, what somebody typed while another changed them. */
export function timesForm(
  incident: Incident,
  facts: { readonly channelId: string | null; readonly typed?: Partial<KeyTimes> },
): Modal {
  const about = {
    id: incident.id,
    version: timesVersion(incident),
    ...(facts.channelId ? { channel: facts.channelId } : {}),
  };
  const resolved = incident.times.resolvedAt !== null;
  const shown = keyTimes.filter(({ key }) => key !== "resolvedAt" || resolved);
  const needed = ["startedAt", "detectedAt", "resolvedAt"];
  return modal({ callback: "incident.times", title: "Key times", submit: "Save", about }, [
    context(`*${named(incident)}*\nIn your own time zone. In UTC: ${shown.map(inUtc).join(" · ")}`),
    ...(facts.typed
      ? [context("Somebody changed these while your form was open. Save again to put yours in their place.")]
      : []),
    ...shown.map(({ key, name, title }) =>
      input(
        { name, label: title, ...(needed.includes(key) ? {} : { optional: true }) },
        momentInput(facts.typed && key in facts.typed ? facts.typed[key] : incident.times[key]),
      ),
    ),
  ]);

  function inUtc({ key, name }: (typeof keyTimes)[number]): string {
    const at = incident.times[key];
    return `${name} ${at ? at.toISOString().slice(0, 16).replace("T", " ") : "not known"}`;
  }
}

/** The same for reading: each key time, in the reader's zone with UTC beside it. */
export function timeLine(incident: Pick<Incident, "times">): string {
  return keyTimes
    .flatMap(({ key, name }) => {
      const at = incident.times[key];
      return at ? [`${name} ${moment(at)}`] : [];
    })
    .join(" · ");
}
