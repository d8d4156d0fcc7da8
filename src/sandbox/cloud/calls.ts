import type { Input } from "./input.ts";

/** One call as it came in; the error is the code it was answered with, or what became of the connection. */
export interface Call {
  readonly at: number;
  readonly service: string;
  readonly operation: string;
  readonly input: Input;
  readonly error: string | null;
  readonly requestId: string;
  /** Who signed it, and for whom: as CloudTrail records them. Null where nobody could be made out. */
  readonly caller: { readonly arn: string; readonly sourceIdentity: string | null } | null;
}

/** Hours of what a bot asks; a story of many operations makes thousands. */
const kept = 10_000;

export interface Calls {
  readonly add: (call: Call) => void;
  /** Oldest first, the last ten thousand. */
  readonly list: () => readonly Call[];
  readonly clear: () => void;
}

export function startCalls(): Calls {
  const calls: Call[] = [];
  return {
    add: (call) => {
      calls.push(call);
      if (calls.length > kept) calls.splice(0, calls.length - kept);
    },
    list: () => [...calls],
    clear: () => {
      calls.length = 0;
    },
  };
}

/** What a call was about, in a few words: `waooaw-backend, desiredCount 6`. */
export function summary({ input }: Call): string {
  const words: string[] = [];
  for (const [field, value] of Object.entries(input)) {
    if (field === "cluster" || field === "include" || /token$/i.test(field)) continue;
    if (/^(Secret(String|Binary)|MasterUserPassword)$/.test(field)) continue;
    const short = describe(value);
    if (short === undefined) continue;
    words.push(
      /^(services?|tasks?|resourceids?|targetgrouparns?|serviceName|taskDefinition)$/i.test(field)
        ? short
        : `${field} ${short}`,
    );
  }
  return words.join(", ").slice(0, 200);
}

function describe(value: unknown): string | undefined {
  if (typeof value === "string") return value.slice(value.lastIndexOf("/") + 1);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (!Array.isArray(value)) return undefined;
  const items = value.flatMap((item) => describe(item) ?? []);
  return items.length > 3 ? `${items.slice(0, 3).join(" ")} and ${items.length - 3} more` : items.join(" ");
}
