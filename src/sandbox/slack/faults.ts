import type { JsonObject } from "../page/protocol.ts";

/** What goes wrong with a Web API call. One of error, status, drop or delayMilliseconds is set. */
export interface Fault {
  /** Slack's error name: `{"ok": false, "error": …}` with HTTP 200. */
  readonly error?: string;
  /** An HTTP status with no usable body; 429 carries Retry-After. */
  readonly status?: number;
  readonly retryAfterSeconds?: number;
  /** The connection is closed without an answer. */
  readonly drop?: boolean;
  /** The answer comes this much later; alone, it is then the true answer. */
  readonly delayMilliseconds?: number;
  /** The call does its work all the same, and only its answer is lost or wrong. */
  readonly performed?: boolean;
  /** How many calls it strikes; once when left out. */
  readonly times?: number;
  /** Which calls it strikes; all when left out. */
  readonly when?: (args: JsonObject) => boolean;
}

/** What can be made to go wrong, for tests and drills. */
export interface Faults {
  /** Makes calls of a method fail ("*" for every method); the answer takes the fault away again. */
  readonly fail: (method: string, fault: Fault) => () => void;
  readonly clear: () => void;
  /** Whether the tiers of the methods are held to. */
  rateLimits: boolean;
  /** Whether every request to the app is sent twice: together, or the second after the first is answered. */
  deliverTwice: "no" | "together" | "after";
  /** How far the timestamps Slack signs with are off, in milliseconds. */
  clockSkew: number;
}

export interface FaultBox extends Faults {
  /** The fault that strikes this call, if any; it counts as used. */
  readonly take: (method: string, args: JsonObject) => Fault | undefined;
}

export function createFaults(): FaultBox {
  const pending: { method: string; fault: Fault; left: number }[] = [];
  return {
    fail: (method, fault) => {
      const one = { method, fault, left: fault.times ?? 1 };
      pending.push(one);
      return () => {
        one.left = 0;
      };
    },
    clear: () => {
      pending.length = 0;
    },
    take: (method, args) => {
      const found = pending.find(
        (one) => one.left > 0 && (one.method === method || one.method === "*") && (one.fault.when?.(args) ?? true),
      );
      if (found) found.left -= 1;
      if (found?.left === 0) pending.splice(pending.indexOf(found), 1);
      return found?.fault;
    },
    rateLimits: false,
    deliverTwice: "no",
    clockSkew: 0,
  };
}
