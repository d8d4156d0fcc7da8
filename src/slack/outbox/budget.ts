/**
 * How often a method may be called, so that Slack rarely has to say no, and for how long it is left alone when it did.
 * Slack counts per method, workspace and app, and chat.postMessage per channel too.
 */
export interface Budget {
  /** Null when the call may go now, else the moment it may. Takes one call from the budget when it goes. */
  readonly take: (method: string, channel: string | null) => Date | null;
  /** Slack said to leave it alone for so many seconds. */
  readonly limited: (method: string, channel: string | null, seconds: number) => Date;
}

/** Calls a minute by tier; source: docs.slack.dev/apis/web-api/rate-limits and the method pages. */
const perMinute: Readonly<Record<string, number>> = {
  "conversations.create": 20,
  "conversations.setTopic": 20,
  "conversations.archive": 20,
  "conversations.invite": 50,
  "conversations.open": 50,
  "conversations.history": 50,
  "chat.update": 50,
  "pins.add": 20,
  "bookmarks.add": 20,
  "reactions.add": 50,
  "views.publish": 100,
  "conversations.canvases.create": 20,
  "canvases.edit": 50,
  "files.completeUploadExternal": 100,
};
/** About one message a second in a channel, short bursts tolerated. */
const posting = { perMinute: 60, burst: 6 };

interface Bucket {
  tokens: number;
  at: number;
}

export function createBudget(now: () => Date): Budget {
  const buckets = new Map<string, Bucket>();
  const blocked = new Map<string, number>();

  const keyOf = (method: string, channel: string | null): string =>
    method === "chat.postMessage" && channel ? `${method} ${channel}` : method;
  const paceOf = (method: string) => {
    if (method === "chat.postMessage") return posting;
    const rate = perMinute[method] ?? 100;
    return { perMinute: rate, burst: rate };
  };

  return {
    take: (method, channel) => {
      const key = keyOf(method, channel);
      const time = now().getTime();
      const until = blocked.get(key) ?? 0;
      if (until > time) return new Date(until);
      const pace = paceOf(method);
      const bucket = buckets.get(key) ?? { tokens: pace.burst, at: time };
      const tokens = Math.min(pace.burst, bucket.tokens + (Math.max(0, time - bucket.at) * pace.perMinute) / 60_000);
      if (tokens < 1) {
        buckets.set(key, { tokens, at: time });
        return new Date(time + Math.ceil(((1 - tokens) * 60_000) / pace.perMinute));
      }
      buckets.set(key, { tokens: tokens - 1, at: time });
      return null;
    },
    limited: (method, channel, seconds) => {
      const until = now().getTime() + Math.max(1, seconds) * 1000;
      blocked.set(keyOf(method, channel), until);
      return new Date(until);
    },
  };
}
