import type { Viewer } from "./records.ts";

/** Which incidents are counted: those declared in that time. Drills and what went on elsewhere never are. */
export interface FigureScope {
  readonly since: Date;
  readonly until: Date;
  readonly service: string | null;
  readonly severity: string | null;
}

/** How long something took, in minutes, over the incidents in which it happened. */
export interface Spread {
  readonly count: number;
  readonly median: number;
  readonly p90: number;
}

export interface Figures {
  readonly count: number;
  /** Of them still open. */
  readonly open: number;
  readonly bySeverity: readonly { readonly name: string; readonly count: number }[];
  /** Most affected first; an incident counts for each thing it affects. */
  readonly byService: readonly { readonly name: string; readonly count: number }[];
  /** Detection to acknowledgement, start to mitigation, start to resolution; null where it never happened. */
  readonly acknowledge: Spread | null;
  readonly mitigate: Spread | null;
  readonly resolve: Spread | null;
  /** Updates that were due by the severity's interval, and how many of them came in time. */
  readonly updates: { readonly due: number; readonly onTime: number };
  /** Action items of all time: open and overdue now; done in that time. */
  readonly actions: { readonly open: number; readonly overdue: number; readonly done: number };
  /** How many were declared in each equal part of that time, oldest first. */
  readonly over: readonly { readonly from: Date; readonly count: number }[];
}

export interface FigureRecords {
  /** Counts what the viewer may see; `intervals` are the minutes between updates by severity, `today` is yyyy-MM-dd. */
  readonly of: (
    scope: FigureScope,
    facts: {
      readonly viewer: Viewer;
      readonly intervals: readonly { readonly severity: string; readonly minutes: number }[];
      readonly today: string;
      readonly parts: number;
    },
  ) => Promise<Figures>;
}
