import type { IncidentTimes } from "../incident/incident.ts";

/** One span that matters afterwards; null where its end (or start) was never recorded. */
export interface Duration {
  readonly name: "detect" | "acknowledge" | "mitigate" | "resolve";
  readonly title: string;
  readonly minutes: number | null;
  /** Between which moments. */
  readonly between: string;
}

function minutesBetween(from: Date, to: Date | null): number | null {
  return to === null ? null : Math.max(0, Math.round((to.getTime() - from.getTime()) / 60_000));
}

/** The four durations of an incident in minutes, rounded; a later moment before an earlier one counts as zero. */
export function durations(times: IncidentTimes): readonly Duration[] {
  return [
    {
      name: "detect",
      title: "Time to detect",
      minutes: minutesBetween(times.startedAt, times.detectedAt),
      between: "start to detection",
    },
    {
      name: "acknowledge",
      title: "Time to acknowledge",
      minutes: minutesBetween(times.detectedAt, times.acknowledgedAt),
      between: "detection to acknowledgement",
    },
    {
      name: "mitigate",
      title: "Time to mitigate",
      minutes: minutesBetween(times.startedAt, times.mitigatedAt),
      between: "start to mitigation",
    },
    {
      name: "resolve",
      title: "Time to resolve",
      minutes: minutesBetween(times.startedAt, times.resolvedAt),
      between: "start to resolution",
    },
  ];
}

/** Minutes as people say them: "45 min", "3 h 5 min", "2 d 4 h". */
export function inWords(minutes: number | null): string {
  if (minutes === null) return "not recorded";
  if (minutes < 1) return "under a minute";
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 ? `${Math.floor(hours / 24)} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
