import type { PersonReference } from "../configuration.ts";

/** A turn as PagerDuty knows it. */
export interface OutsideShift {
  readonly level: string;
  readonly reference: PersonReference;
  readonly from: Date;
  readonly until: Date;
}

export interface OutsideShiftRecords {
  readonly of: (team: string) => Promise<readonly OutsideShift[]>;
  /** Takes the place of everything known of the team. */
  readonly replace: (team: string, shifts: readonly OutsideShift[]) => Promise<void>;
}
