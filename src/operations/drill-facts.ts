import type { Sighting } from "../domain/operation/operation.ts";

/** What a drill's steps found out, kept with its record. */
export interface DrillFacts {
  /** Whether what was restored is there and stood every check. */
  readonly good?: boolean;
  readonly seconds?: number;
  readonly dataAge?: number;
  /** How long it took and how old the data was, against what was wanted. */
  readonly figures?: string;
  readonly looked?: string;
}

/** The verdict on a drill whose scratch copy is gone again: one that proved nothing is no success, however it was cleared away. */
export function drillSeen(facts: DrillFacts | null | undefined, gone: string): Sighting {
  const at = { events: [], reason: null };
  const { good, figures, looked } = facts ?? {};
  const said = [figures, looked].filter((words) => words !== undefined && words !== "");
  const progress = [...said, gone].join("; ");
  if (good !== false) return { ...at, verdict: "as-asked", progress, share: 1, final: true };
  return { ...at, verdict: "failed", progress, share: null, reason: `The backup is not proved by it: ${progress}.` };
}
