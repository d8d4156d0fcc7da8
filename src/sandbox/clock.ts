/** The time everything in the sandbox goes by: the wall clock plus an offset that only `advance` moves, always forward. */
export interface SandboxClock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Calls `work` once, when `now()` has moved by `milliseconds`; the answer cancels it. */
  readonly after: (milliseconds: number, work: () => void) => () => void;
  /** Moves the time forward, calling everything that falls due in the order in which it falls due. */
  readonly advance: (milliseconds: number) => Promise<void>;
}

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly work: () => void;
}

/** Node's timers hold 31 bits of milliseconds; a longer wait is taken in steps. */
const longestWait = 2 ** 31 - 1;

export function startClock(wall: () => number = Date.now): SandboxClock {
  let offset = 0;
  let order = 0;
  let alarm: NodeJS.Timeout | undefined;
  const timers = new Set<Timer>();
  const now = () => wall() + offset;

  function next(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of timers) {
      if (!first || timer.due < first.due || (timer.due === first.due && timer.order < first.order)) first = timer;
    }
    return first;
  }

  function arm(): void {
    clearTimeout(alarm);
    const timer = next();
    if (!timer) return;
    alarm = setTimeout(fireDue, Math.min(Math.max(0, timer.due - now()), longestWait));
    // A sandbox that waits for nothing but a timer may end.
    alarm.unref();
  }

  function fireDue(): void {
    const until = now();
    for (let timer = next(); timer && timer.due <= until; timer = next()) {
      timers.delete(timer);
      timer.work();
    }
    arm();
  }

  return {
    now,
    after: (milliseconds, work) => {
      order += 1;
      const timer: Timer = { due: now() + Math.max(0, milliseconds), order, work };
      timers.add(timer);
      arm();
      return () => {
        if (timers.delete(timer)) arm();
      };
    },
    advance: async (milliseconds) => {
      const target = now() + milliseconds;
      for (let timer = next(); timer && timer.due <= target; timer = next()) {
        offset += Math.max(0, timer.due - now());
        timers.delete(timer);
        timer.work();
        // What the timer set going may set timers of its own that fall within the same advance.
        await new Promise((resolve) => setImmediate(resolve));
      }
      offset += Math.max(0, target - now());
      arm();
    },
  };
}
