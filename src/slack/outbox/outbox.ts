import type { Drawn } from "../../../templates/kit.ts";
import type { Configuration } from "../../domain/configuration.ts";
import type { Lane } from "../../domain/intent.ts";
import type { OutboxRows } from "../../domain/outbox.ts";
import type { App, Log, Metrics } from "../../domain/ports.ts";
import type { SlackCall } from "../call.ts";
import type { Directory } from "../directory.ts";
import { createBudget } from "./budget.ts";
import { createDeliver } from "./deliver.ts";

export interface OutboxOptions {
  readonly call: SlackCall;
  readonly directory: Directory;
  readonly config: Configuration;
  readonly render: (view: string, subject: string) => Promise<Drawn | null>;
  readonly work: <T>(work: (app: App, rows: OutboxRows) => Promise<T>) => Promise<T>;
  readonly isReady: () => boolean;
  readonly botUserId: () => string;
  readonly now: () => Date;
  readonly log: Log;
  readonly metrics: Metrics;
  /**
   * Makes this process the only one that sends until stop: calls `held` when it is, `lost` when it no longer is, and
   * `wake` when something was recorded.
   */
  readonly hold: (listener: {
    readonly held: () => void;
    readonly lost: () => void;
    readonly wake: () => void;
  }) => Promise<{ readonly notify: () => void; readonly letGo: () => Promise<void> }>;
}

export interface OutboxDrainer {
  /** Something was recorded and committed in this process. */
  readonly recorded: () => void;
  readonly stop: () => Promise<void>;
}

const mostAtOnce = 6;
/** Finds what no notification told of: rows that come due, and notifications lost with a connection. */
const pollMilliseconds = 250;
/** Between two looks at what is due. */
const spacingMilliseconds = 20;
/** As rare they get while commits bring nothing that can leave yet: a channel takes one message a second. */
const widestMilliseconds = 160;
const measureMilliseconds = 5000;
/** What a process that died had sent may still be on its way to Slack; a look-up before it arrives would double it. */
const graceMilliseconds = 2000;
/** Slack may hang: what is not answered by then is left in doubt for the next process. */
const drainMilliseconds = 4000;
const settleMilliseconds = 1000;

/** Carries out what is recorded to be shown in Slack: each once, urgent first, several side by side. */
export async function startOutbox(options: OutboxOptions): Promise<OutboxDrainer> {
  const giveUp = new AbortController();
  const stopped = new AbortController();
  const deliver = createDeliver(options, createBudget(options.now), {
    giveUp: giveUp.signal,
    stopped: stopped.signal,
  });
  const underWay = new Map<string, Promise<void>>();
  /** Counts up whenever the right to send is won or lost. */
  let term = 0;
  let holding = false;
  let pumping: Promise<void> | null = null;
  /** How soon another look is wanted after the one under way; null where none is. */
  let again: number | null = null;
  let lastOrphans: readonly string[] = [];

  const claim = async (): Promise<boolean> => {
    const mine = term;
    const rows = await options.work((_, records) => records.claim(mostAtOnce - underWay.size));
    // Who has the right to send by now finds them as left behind.
    if (mine !== term) return false;
    for (const row of rows) {
      const sending = deliver(row).finally(() => {
        underWay.delete(row.id);
        wake(spacingMilliseconds);
      });
      underWay.set(row.id, sending);
    }
    return rows.length > 0;
  };
  const pump = async (): Promise<void> => {
    try {
      let more = true;
      while (more) {
        again = null;
        if (!holding || !options.isReady() || underWay.size >= mostAtOnce) break;
        more = await claim();
        if (more) spacing = spacingMilliseconds;
      }
    } catch (error) {
      again = null;
      options.log.warn({ err: error }, "The outbox cannot be read; trying again");
    }
  };
  let due: NodeJS.Timeout | undefined;
  let dueAt = 0;
  let telling: NodeJS.Timeout | undefined;
  let last = 0;
  /** How long after the last look a commit brings the next one. */
  let spacing = spacingMilliseconds;
  const pumpNow = (): void => {
    due = undefined;
    last = performance.now();
    pumping = pump().then(() => {
      pumping = null;
      if (again !== null) wake(again);
    });
  };
  /** At once, but so long after the last look: under load a database should not be asked more often. */
  const wake = (after: number): void => {
    if (stopped.signal.aborted) return;
    if (pumping !== null) {
      again = Math.min(again ?? after, after);
      return;
    }
    const at = last + after;
    if (due !== undefined && dueAt <= at) return;
    clearTimeout(due);
    dueAt = at;
    due = setTimeout(pumpNow, Math.max(0, at - performance.now()));
  };
  /** Something was committed. Looks grow rarer until one finds something that can leave. */
  const wakeForCommit = (): void => {
    if (due !== undefined || again !== null) return;
    wake(spacing);
    spacing = Math.min(spacing * 2, widestMilliseconds);
  };

  /** What is marked as being sent and nobody here sends. */
  const orphans = async (rows: OutboxRows): Promise<readonly string[]> =>
    (await rows.sending()).filter((id) => !underWay.has(id));
  const recover = (rows: OutboxRows, ids: readonly string[]): Promise<void> =>
    rows.recover(ids, new Date(options.now().getTime() + graceMilliseconds));

  const takeOver = async (mine: number): Promise<void> => {
    await pumping;
    while (mine === term && !stopped.signal.aborted) {
      try {
        const left = await options.work(async (_, rows) => {
          const ids = await orphans(rows);
          await recover(rows, ids);
          return ids.length;
        });
        if (left > 0) options.log.info({ rows: left }, "Taking over writes to Slack that were under way");
        if (mine !== term) return;
        holding = true;
        return wake(spacingMilliseconds);
      } catch (error) {
        options.log.warn({ err: error }, "The outbox cannot be taken over yet");
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  };

  const hold = await options.hold({
    held: () => {
      term += 1;
      void takeOver(term);
    },
    lost: () => {
      term += 1;
      holding = false;
    },
    wake: wakeForCommit,
  });
  const poll = setInterval(() => wake(spacingMilliseconds), pollMilliseconds);
  const measure = setInterval(() => {
    if (holding) void look();
  }, measureMilliseconds);

  /** Measures, and picks up rows whose claim was committed although its answer was lost. */
  const look = async (): Promise<void> => {
    try {
      const found = await options.work((_, rows) => orphans(rows));
      const lost = found.filter((id) => lastOrphans.includes(id));
      lastOrphans = found;
      if (lost.length > 0) await options.work((_, rows) => recover(rows, lost));
      const depth = await options.work(async (_, rows) => {
        await rows.prune();
        return rows.waiting();
      });
      const now = options.now().getTime();
      options.metrics.outboxDepth(
        depth.map(({ lane, waiting, oldest }: { lane: Lane; waiting: number; oldest: Date }) => ({
          lane,
          waiting,
          lagSeconds: (now - oldest.getTime()) / 1000,
        })),
      );
    } catch (error) {
      options.log.debug({ err: error }, "The outbox could not be measured");
    }
  };

  return {
    // Another process sends: it is told. Notifications of a moment are one.
    recorded: () => {
      if (holding) return wakeForCommit();
      telling ??= setTimeout(() => {
        telling = undefined;
        hold.notify();
      }, spacingMilliseconds);
    },
    stop: async () => {
      clearTimeout(telling);
      holding = false;
      clearTimeout(due);
      clearInterval(poll);
      clearInterval(measure);
      const settled = async (): Promise<void> => {
        await pumping;
        await Promise.allSettled(underWay.values());
      };
      await within(settled(), drainMilliseconds);
      giveUp.abort();
      await within(settled(), settleMilliseconds);
      stopped.abort();
      await hold.letGo();
    },
  };
}

async function within(work: Promise<unknown>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
