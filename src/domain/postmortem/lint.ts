import { inWords } from "./durations.ts";

export const lintRules = [
  "empty-section",
  "no-detection",
  "action-item-owner",
  "action-item-date",
  "no-action-items",
  "impact-number",
  "quiet-time",
  "blame",
  "claim-link",
] as const;
export type LintRule = (typeof lintRules)[number];

export interface LintSettings {
  /** Rules that are not looked at. */
  readonly off: readonly LintRule[];
  /** So many minutes without an event while people respond are a finding. */
  readonly quietMinutes: number;
  /** Words that look for somebody to blame; a whole word or phrase, in any case. */
  readonly blaming: readonly string[];
  /** Words that claim something was seen; the paragraph should link to it. */
  readonly claims: readonly string[];
  /** Below this score nothing is published; 0 for never in the way. */
  readonly requiredScore: number;
}

export const defaultLint: LintSettings = {
  off: [],
  quietMinutes: 15,
  blaming: [
    "should have",
    "shouldn't have",
    "human error",
    "user error",
    "operator error",
    "careless",
    "negligent",
    "incompetent",
    "stupid",
    "at fault",
    "whose fault",
    "to blame",
    "forgot to",
    "failed to follow",
    "did not bother",
    "obviously",
  ],
  claims: [
    "logs show",
    "log shows",
    "graph",
    "graphs",
    "dashboard",
    "metrics show",
    "monitoring showed",
    "trace shows",
  ],
  requiredScore: 0,
};

/** What is held against the rules; every text as it stands now. */
export interface LintFacts {
  readonly sections: readonly {
    readonly id: string;
    readonly title: string;
    readonly required: boolean;
    readonly text: string;
  }[];
  readonly times: {
    readonly startedAt: Date;
    readonly detectedAt: Date;
    readonly declaredAt: Date;
    readonly resolvedAt: Date | null;
  };
  readonly events: readonly Date[];
  readonly actionItems: readonly {
    readonly title: string;
    readonly ownerId: string | null;
    readonly dueOn: string | null;
    readonly doneAt: Date | null;
  }[];
}

export interface Finding {
  readonly rule: LintRule;
  /** What is wrong, a sentence. */
  readonly text: string;
  /** How to mend it, a sentence. */
  readonly mend: string;
}

export interface LintResult {
  readonly findings: readonly Finding[];
  /** 100 where there is nothing to find; never below 0. */
  readonly score: number;
}

/** What one finding costs, and what all of its rule cost at most. */
const costs: Readonly<Record<LintRule, readonly [each: number, most: number]>> = {
  "empty-section": [12, 48],
  "no-detection": [8, 8],
  "action-item-owner": [6, 18],
  "action-item-date": [4, 12],
  "no-action-items": [10, 10],
  "impact-number": [8, 8],
  "quiet-time": [4, 12],
  blame: [8, 24],
  "claim-link": [4, 12],
};

/** Holds a post-mortem against the rules: no guessing, the same text always gets the same findings. */
export function lint(facts: LintFacts, settings: LintSettings): LintResult {
  const findings = lintRules.flatMap((rule) => (settings.off.includes(rule) ? [] : checks[rule](facts, settings)));
  const lost = lintRules.reduce((sum, rule) => {
    const [each, most] = costs[rule];
    return sum + Math.min(most, each * findings.filter((finding) => finding.rule === rule).length);
  }, 0);
  return { findings, score: Math.max(0, 100 - lost) };
}

type Check = (facts: LintFacts, settings: LintSettings) => readonly Finding[];

const checks: Readonly<Record<LintRule, Check>> = {
  "empty-section": ({ sections }) =>
    sections
      .filter((one) => one.required && one.text.trim() === "")
      .map((one) => ({
        rule: "empty-section",
        text: `“${one.title}” is required and empty.`,
        mend: `Write ${one.title}.`,
      })),
  "no-detection": ({ times }) =>
    times.startedAt.getTime() === times.declaredAt.getTime() &&
    times.detectedAt.getTime() === times.declaredAt.getTime()
      ? [
          {
            rule: "no-detection",
            text: "Nobody said when it began and when it was noticed; both stand at the moment it was declared.",
            mend: "Correct the incident's key times.",
          },
        ]
      : [],
  "action-item-owner": ({ actionItems }) =>
    actionItems
      .filter((item) => !item.doneAt && item.ownerId === null)
      .map((item) => ({
        rule: "action-item-owner",
        text: `The action item “${short(item.title)}” has no owner.`,
        mend: "Edit it and name one person.",
      })),
  "action-item-date": ({ actionItems }) =>
    actionItems
      .filter((item) => !item.doneAt && item.dueOn === null)
      .map((item) => ({
        rule: "action-item-date",
        text: `The action item “${short(item.title)}” has no date.`,
        mend: "Edit it and say by when.",
      })),
  "no-action-items": ({ actionItems }) =>
    actionItems.length === 0
      ? [
          {
            rule: "no-action-items",
            text: "There is no action item.",
            mend: "Add what keeps it from happening again, or switch this rule off.",
          },
        ]
      : [],
  "impact-number": ({ sections }) => {
    const impact = sections.find((one) => one.id === "impact");
    if (!impact || impact.text.trim() === "" || /\p{N}/u.test(impact.text)) return [];
    return [
      {
        rule: "impact-number",
        text: `“${impact.title}” has no number.`,
        mend: "Say how many people, requests or how much money, and for how long.",
      },
    ];
  },
  "quiet-time": quietTimes,
  blame: ({ sections }, { blaming }) =>
    sections.flatMap((one) =>
      phrasesIn(prose(one.text), blaming).map((phrase) => ({
        rule: "blame" as const,
        text: `“${one.title}” says “${phrase}”.`,
        mend: "Say what made it likely or hard to see, rather than who did it.",
      })),
    ),
  "claim-link": ({ sections }, { claims }) =>
    sections.flatMap((one) =>
      one.text
        .split(/\n\s*\n/)
        .filter((paragraph) => !/https?:\/\//i.test(paragraph))
        .flatMap((paragraph) => phrasesIn(prose(paragraph), claims).slice(0, 1))
        .map((phrase) => ({
          rule: "claim-link" as const,
          text: `“${one.title}” speaks of “${phrase}” without a link.`,
          mend: "Link to what was seen: the graph, the log line or the message.",
        })),
    ),
};

/** At most three: the longest stretches tell enough. */
function quietTimes({ events, times }: LintFacts, { quietMinutes }: LintSettings): readonly Finding[] {
  if (!times.resolvedAt) return [];
  const [from, to] = [times.detectedAt.getTime(), times.resolvedAt.getTime()];
  const moments = [from, ...events.map((at) => at.getTime()).filter((at) => at > from && at < to), to].sort(
    (a, b) => a - b,
  );
  return moments
    .slice(1)
    .map((at, index) => ({ since: moments[index] ?? at, minutes: Math.floor((at - (moments[index] ?? at)) / 60_000) }))
    .filter((gap) => gap.minutes > quietMinutes)
    .toSorted((a, b) => b.minutes - a.minutes)
    .slice(0, 3)
    .toSorted((a, b) => a.since - b.since)
    .map((gap) => ({
      rule: "quiet-time",
      text: `Nothing is on the timeline for ${inWords(gap.minutes)} from ${stamp(gap.since)} UTC.`,
      mend: "Add what happened then, from the channel or by hand.",
    }));
}

function stamp(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace("T", " ");
}

/** Code is quoted, not said. */
function prose(text: string): string {
  return text.replace(/```[\s\S]*?```|`[^`\n]+`/g, " ");
}

function phrasesIn(text: string, phrases: readonly string[]): readonly string[] {
  const plain = ` ${text
    .toLowerCase()
    .replaceAll("’", "'")
    .replace(/[^\p{L}\p{N}']+/gu, " ")} `;
  return phrases.filter((phrase) =>
    plain.includes(
      ` ${phrase
        .toLowerCase()
        .replace(/[^\p{L}\p{N}']+/gu, " ")
        .trim()} `,
    ),
  );
}

function short(text: string): string {
  const points = [...text];
  return points.length <= 60 ? text : `${points.slice(0, 59).join("")}…`;
}
