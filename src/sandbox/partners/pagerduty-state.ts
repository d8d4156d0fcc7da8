/** What PagerDuty holds, as plain JSON. */
export interface PagerDutyState {
  readonly token: string;
  readonly routingKey: string;
  readonly policy: { readonly id: string; readonly summary: string };
  readonly users: User[];
  readonly schedules: Schedule[];
  readonly incidents: Incident[];
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

export interface Schedule {
  readonly id: string;
  readonly name: string;
  /** Its step of the escalation policy. */
  readonly level: number;
  /** In turn, each for `turnHours` from `from` on. */
  readonly users: readonly string[];
  readonly from: string;
  readonly turnHours: number;
}

export interface Incident {
  readonly id: string;
  readonly type: "incident";
  readonly incident_number: number;
  readonly incident_key: string;
  readonly title: string;
  readonly urgency: "high" | "low";
  readonly created_at: string;
  readonly html_url: string;
  status: "triggered" | "acknowledged" | "resolved";
  acknowledgements: { readonly at: string; readonly acknowledger: unknown }[];
  last_status_change_by: unknown;
}

export function seedPagerDuty(): PagerDutyState {
  return {
    token: "u+SandboxPagerDutyKey",
    routingKey: "sandbox0routing0key0of032letters",
    policy: { id: "PPOLICY", summary: "WAOOAW" },
    users: [
      { id: "PANA001", name: "Ana Ruiz", email: "ana@waooaw.example" },
      { id: "PBEN001", name: "Ben Okafor", email: "ben@waooaw.example" },
      { id: "PDEV001", name: "Dev Patel", email: "dev@waooaw.example" },
      // Has left the company: there is nobody of that address in Slack.
      { id: "PZOE001", name: "Zoe Long gone", email: "zoe@waooaw.example" },
    ],
    schedules: [
      schedule("PPRIMRY", "Primary", 1, ["PBEN001"]),
      schedule("PSECOND", "Secondary", 2, ["PANA001", "PDEV001"]),
      schedule("PFORMER", "Former staff", 3, ["PZOE001"]),
      schedule("PEMPTY1", "Nobody", 4, []),
    ],
    incidents: [],
  };
}

function schedule(id: string, name: string, level: number, users: readonly string[]): Schedule {
  return { id, name, level, users, from: "2025-01-06T09:00:00Z", turnHours: 168 };
}

/** Whose turns meet the time from `since` to `until`, both included. */
export function rotationAt(
  { users, from, turnHours }: Schedule,
  since: Date,
  until: Date,
): readonly { readonly userId: string; readonly start: string; readonly end: string }[] {
  if (users.length === 0) return [];
  const begin = new Date(from).getTime();
  const length = turnHours * 3_600_000;
  const first = Math.floor((since.getTime() - begin) / length);
  const last = Math.floor((until.getTime() - begin) / length);
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const turn = first + index;
    const userId = users[((turn % users.length) + users.length) % users.length] ?? "";
    const at = (number: number) => new Date(begin + number * length).toISOString().replace(".000Z", "Z");
    return { userId, start: at(turn), end: at(turn + 1) };
  });
}
