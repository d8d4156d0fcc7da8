import type { PersonReference } from "../configuration.ts";

/** A team that is on call, complete. */
export interface Team {
  /** The word typed. */
  readonly name: string;
  readonly title: string;
  /** IANA name; hand-over times and hours are this zone's. */
  readonly timeZone: string;
  /** In the order in which they are asked: primary, secondary, manager. At least one. */
  readonly levels: readonly Level[];
  /** Who is paged after whom; at least one step. */
  readonly escalation: readonly EscalationStep[];
  /** How many times the whole path is gone through until somebody acknowledges. */
  readonly rounds: number;
  /** The user group that holds whoever is first on call, by handle or id; null for none. */
  readonly group: string | null;
  /** Where PagerDuty knows the team; null where it does not. */
  readonly pagerduty: PagerDutyTeam | null;
}

/** One place on call: filled by the first of its layers whose hours it is. */
export interface Level {
  readonly name: string;
  readonly layers: readonly Layer[];
}

/** People who take turns. */
export interface Layer {
  /** In the order of their turns; at least one. */
  readonly members: readonly PersonReference[];
  /** Length of a turn in days; null where the first member is on call for good. */
  readonly turnDays: number | null;
  /** Minutes after midnight at which the next turn begins. */
  readonly handoverMinute: number;
  /** yyyy-MM-dd on which the first member's turn begins. */
  readonly anchor: string;
  /** Whether the layer is empty before its anchor. */
  readonly beginsAtAnchor: boolean;
  /** Only then; null for always. */
  readonly hours: Hours | null;
}

/** Hours of the week; they run over midnight where `to` is not after `from`. */
export interface Hours {
  /** Days on which they begin, 1 for Monday to 7 for Sunday. */
  readonly days: readonly number[];
  /** Minutes after midnight. */
  readonly from: number;
  readonly to: number;
}

export interface EscalationStep {
  /** Names of levels, people and groups. */
  readonly page: readonly string[];
  /** Until the next step, when nobody acknowledges. */
  readonly minutes: number;
}

export interface PagerDutyTeam {
  /** Id of the schedule for each level that PagerDuty fills; other levels are filled from here. */
  readonly schedules: Readonly<Record<string, string>>;
  /** Integration key of the service that is triggered too when the team is paged; null for none. */
  readonly routingKey: string | null;
}

/** Somebody stands in for whoever is on call by the rotation, from `from` until just before `until`. */
export interface Override {
  readonly id: string;
  readonly team: string;
  readonly level: string;
  readonly userId: string;
  readonly from: Date;
  readonly until: Date;
  readonly createdBy: string;
  readonly createdAt: Date;
  /** The same for both halves of a swap; null for a plain override. */
  readonly swapId: string | null;
}

export interface OverrideRecords {
  readonly add: (override: Override) => Promise<void>;
  readonly byId: (id: string) => Promise<Override | null>;
  /** Those of a team that meet the time from `from` until `until`, in the order in which they were made. */
  readonly between: (team: string, from: Date, until: Date) => Promise<readonly Override[]>;
  /** Takes one away, or with a swap both halves; answers what was taken. */
  readonly remove: (id: string) => Promise<readonly Override[]>;
}
