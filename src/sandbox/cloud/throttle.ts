import type { SandboxClock } from "../clock.ts";
import type { CloudApi } from "./api.ts";
import { CloudError } from "./cloud-error.ts";

/** Token buckets, one per API and group of operations, refilled by the clock (not by the cloud's own speed). */
export interface Throttle {
  /** Takes a token; throws ThrottlingException when there is none. */
  readonly take: (api: CloudApi, operation: string) => void;
  readonly setOn: (on: boolean) => void;
}

export const throttled = (api: CloudApi) =>
  new CloudError(api.protocol === "query" ? "Throttling" : "ThrottlingException", "Rate exceeded");

export function startThrottle(clock: SandboxClock): Throttle {
  const levels = new Map<object, { tokens: number; at: number }>();
  let on = true;
  return {
    setOn: (next) => {
      on = next;
    },
    take: (api, operation) => {
      const bucket = api.buckets.find((one) => one.operations.includes(operation));
      if (!on || !bucket) return;
      const now = clock.now();
      const level = levels.get(bucket) ?? { tokens: bucket.burst, at: now };
      const tokens = Math.min(bucket.burst, level.tokens + ((now - level.at) / 1000) * bucket.perSecond);
      levels.set(bucket, { tokens: tokens < 1 ? tokens : tokens - 1, at: now });
      if (tokens < 1) throw throttled(api);
    },
  };
}
