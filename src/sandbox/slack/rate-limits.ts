import type { SandboxClock } from "../clock.ts";
import type { JsonObject } from "../page/protocol.ts";
import { methods } from "./method.ts";

interface Bucket {
  tokens: number;
  at: number;
}

/** Calls per minute of each tier (docs.slack.dev/apis/web-api/rate-limits); "special" tiers take several hundred. */
const perMinute: Readonly<Record<string, number>> = { t1: 1, t2: 20, t3: 50, t4: 100, t5: 300 };
/** About one message a second in each channel; how long a burst may be is not published. */
const messageBurst = 5;

/** Answers how many seconds a call has to wait; null when it may go ahead. */
export type RateLimits = (method: string, args: JsonObject) => number | null;

export function createRateLimits(clock: SandboxClock): RateLimits {
  const buckets = new Map<string, Bucket>();

  function wait(key: string, most: number, perSecond: number): number | null {
    const now = clock.now();
    const bucket = buckets.get(key) ?? { tokens: most, at: now };
    bucket.tokens = Math.min(most, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    buckets.set(key, bucket);
    if (bucket.tokens < 1) return Math.max(1, Math.ceil((1 - bucket.tokens) / perSecond));
    bucket.tokens -= 1;
    return null;
  }

  return (method, args) => {
    const most = perMinute[methods[method]?.tier ?? "t3"] ?? 50;
    if (method === "chat.postMessage") {
      const inChannel = wait(`${method} ${String(args.channel)}`, messageBurst, 1);
      if (inChannel !== null) return inChannel;
    }
    return wait(method, most, most / 60);
  };
}
