import { randomUUID } from "node:crypto";
import type { Call, Calls } from "./calls.ts";
import type { World } from "./world.ts";

/** An event as CloudTrail keeps it; sources: docs.aws.amazon.com/awscloudtrail, record contents. */
export interface TrailEvent {
  readonly id: string;
  readonly at: number;
  /** ecs.amazonaws.com */
  readonly source: string;
  readonly name: string;
  readonly readOnly: boolean;
  readonly arn: string;
  readonly sourceIdentity: string | null;
  readonly address: string;
  /** Events of services without regions are kept in us-east-1 alone. */
  readonly region: string;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly request: Readonly<Record<string, unknown>>;
  readonly resources: readonly string[];
  /** ConsoleLogin says in its answer whether it went well. */
  readonly answer: Readonly<Record<string, unknown>> | null;
}

/** What somebody does with credentials of this account that are not the bot's. */
export type ForeignEvent = Partial<Omit<TrailEvent, "id" | "at">> &
  Pick<TrailEvent, "source" | "name"> & { readonly user: string };

/** Management events of the account, as CloudTrail's event history keeps them for 90 days. */
export interface Trail {
  readonly happened: (event: ForeignEvent) => void;
  /** Newest first, without those too young to be there yet. */
  readonly events: (region: string) => readonly TrailEvent[];
}

/** Events come about five minutes after what they tell of. Source: docs.aws.amazon.com/awscloudtrail/latest/userguide/how-cloudtrail-works.html */
const delayMilliseconds = 5 * 60_000;
const keptMilliseconds = 90 * 86_400_000;
export const globalRegion = "us-east-1";
const mostForeign = 5000;

/** Calls that tell of data, not of management, are no part of the event history. */
const dataCalls = new Set(["GetMetricData", "GetMetricWidgetImage", "PutMetricData"]);

export function startTrail(world: World, calls: Calls): Trail {
  const state = world.part<{ events: TrailEvent[] }>("cloudtrail", () => ({ events: [] }));
  return {
    happened: ({ user, ...event }) => {
      state.events.push({
        id: randomUUID(),
        at: world.time.now(),
        readOnly: false,
        arn: `arn:aws:iam::${world.account}:user/${user}`,
        sourceIdentity: null,
        address: "198.51.100.7",
        region: world.region,
        error: null,
        request: {},
        resources: [],
        answer: null,
        ...event,
      });
      if (state.events.length > mostForeign) state.events.shift();
    },
    events: (region) => {
      const now = world.time.now();
      return [...state.events, ...calls.list().flatMap((call) => eventOf(call, world.region) ?? [])]
        .filter((event) => event.region === region)
        .filter(({ at }) => at <= now - delayMilliseconds && at > now - keptMilliseconds)
        .toSorted((one, other) => other.at - one.at);
    },
  };
}

function eventOf(call: Call, region: string): TrailEvent | null {
  if (call.caller === null || call.service === "s3" || call.operation === "" || dataCalls.has(call.operation))
    return null;
  return {
    id: call.requestId,
    at: call.at,
    source: `${call.service}.amazonaws.com`,
    name: call.operation,
    readOnly: /^(Describe|List|Get|Lookup|Filter|AssumeRole)/.test(call.operation),
    arn: call.caller.arn,
    sourceIdentity: call.caller.sourceIdentity,
    address: "203.0.113.10",
    region: ["ce", "budgets"].includes(call.service) ? globalRegion : region,
    error: call.error === null ? null : { code: call.error, message: "" },
    request: withoutSecrets(call.input),
    resources: [],
    answer: null,
  };
}

/** CloudTrail keeps no secret's value. */
function withoutSecrets(input: Call["input"]): Call["input"] {
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [
      name,
      /^(Secret(String|Binary)|MasterUserPassword)$/.test(name) ? "HIDDEN_DUE_TO_SECURITY_REASONS" : value,
    ]),
  );
}
