/** How long a quiet audit log goes without a look, besides `soonMilliseconds`; entries of other processes are found by it. */
const quietMilliseconds = 350;

/** How soon another look follows when something is, or may be, left to seal: each costs as much as several asks. */
const soonMilliseconds = 200;

export interface Sealing {
  /** Says that something was committed; sealing follows soon, so that no NOTIFY is needed for it. */
  readonly wake: () => void;
  /** Lets the round under way end, then seals once more what was written until now. */
  readonly stop: () => Promise<void>;
}

/**
 * Keeps the audit log sealed, well within a second of each commit. Every process may run one; the rounds themselves
 * see to it that one at a time does the work. A failing round is reported and tried again.
 */
export function startSealing(options: {
  readonly seal: () => Promise<{ readonly sealed: number; readonly more: "now" | "soon" | null }>;
  readonly onError: (error: unknown) => void;
}): Sealing {
  let stopped = false;
  let pause = 0;
  let isMore = false;
  let interrupt: (() => void) | null = null;
  let woken = false;

  const round = async () => {
    try {
      const { sealed, more } = await options.seal();
      isMore = more === "now";
      // What waits for an open transaction can wait long: the looks grow rarer.
      pause = !more
        ? quietMilliseconds
        : sealed > 0
          ? 0
          : Math.min(Math.max(pause, soonMilliseconds) * 2, quietMilliseconds);
    } catch (error) {
      options.onError(error);
      isMore = false;
      pause = quietMilliseconds;
    }
  };
  const rest = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      interrupt = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const running = (async () => {
    while (!stopped) {
      woken = false;
      await round();
      if (!woken && !stopped && pause > soonMilliseconds) await rest(pause);
      interrupt = null;
      // Commits come in crowds; one round for many is cheaper than one for each.
      if (!stopped && !isMore) await rest(soonMilliseconds);
      interrupt = null;
    }
    await round();
  })();
  return {
    wake: () => {
      if (woken) return;
      woken = true;
      interrupt?.();
    },
    stop: async () => {
      stopped = true;
      interrupt?.();
      await running;
    },
  };
}
