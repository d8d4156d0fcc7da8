import type { SandboxClock } from "../clock.ts";

/** Something that will happen, as data, so that it outlives a restart. */
interface Due {
  readonly at: number;
  readonly order: number;
  readonly kind: string;
  readonly subject: string;
}

export interface TimelineDump {
  readonly clock: number;
  readonly elapsed: number;
  readonly order: number;
  readonly speed: number;
  readonly due: readonly Due[];
}

/**
 * What happens in the cloud and when. Waiting is counted in the cloud's own milliseconds, of which `speed` pass in
 * one of the clock; what people read (`now`) is always the clock's time, so that it agrees with everyone else's.
 */
export interface Timeline {
  /** The clock's time of the moment that is being played, in milliseconds since 1970. */
  readonly now: () => number;
  /** The cloud's own milliseconds up to the moment that is being played. */
  readonly elapsed: () => number;
  /** Calls the handler of `kind` with `subject` after so many cloud milliseconds; answers that moment in `elapsed`. */
  readonly after: (milliseconds: number, kind: string, subject: string) => number;
  readonly on: (kind: string, handler: (subject: string) => void) => void;
  /** Calls back after each thing that was played, while it is still that moment. */
  readonly watch: (watcher: () => void) => void;
  /** Plays everything that has fallen due; says whether there was anything. */
  readonly catchUp: () => boolean;
  readonly speed: () => number;
  readonly setSpeed: (speed: number) => void;
  /** Milliseconds of the clock until something falls due, or null when nothing is waiting. */
  readonly untilNext: () => number | null;
  readonly dump: () => TimelineDump;
}

export function startTimeline(clock: SandboxClock, speed: number, restore?: TimelineDump): Timeline {
  const handlers = new Map<string, (subject: string) => void>();
  const watchers: (() => void)[] = [];
  const waiting: Due[] = restore ? [...restore.due] : [];
  let order = restore?.order ?? 0;
  let rate = restore?.speed ?? speed;
  // A sandbox that was stopped comes back as late as it is: the cloud went on without it.
  let anchor = {
    clock: restore ? Math.min(restore.clock, clock.now()) : clock.now(),
    elapsed: restore?.elapsed ?? 0,
  };
  let playing: number | null = null;

  const present = () => anchor.elapsed + (clock.now() - anchor.clock) * rate;
  const moment = () => playing ?? present();

  function takeFirst(until: number): Due | undefined {
    const first = waiting[0];
    if (!first || first.at > until) return undefined;
    waiting.shift();
    return first;
  }

  function catchUp(): boolean {
    if (playing !== null) return false;
    // A clock that was moved to the very moment may be a rounding error short of it.
    const until = present() + 0.01;
    let played = false;
    for (let due = takeFirst(until); due; due = takeFirst(until)) {
      playing = due.at;
      try {
        handlers.get(due.kind)?.(due.subject);
        for (const watcher of watchers) watcher();
      } finally {
        playing = null;
      }
      played = true;
    }
    return played;
  }

  return {
    now: () => (playing === null ? clock.now() : anchor.clock + (playing - anchor.elapsed) / rate),
    elapsed: moment,
    after: (milliseconds, kind, subject) => {
      order += 1;
      const due: Due = { at: Math.round(moment() + Math.max(0, milliseconds)), order, kind, subject };
      const later = waiting.findIndex((other) => other.at > due.at);
      waiting.splice(later === -1 ? waiting.length : later, 0, due);
      return due.at;
    },
    on: (kind, handler) => void handlers.set(kind, handler),
    watch: (watcher) => void watchers.push(watcher),
    catchUp,
    speed: () => rate,
    setSpeed: (next) => {
      catchUp();
      anchor = { clock: clock.now(), elapsed: present() };
      rate = next;
    },
    untilNext: () => {
      const first = waiting[0];
      return first ? Math.max(0, (first.at - present()) / rate) : null;
    },
    dump: () => ({ clock: clock.now(), elapsed: present(), order, speed: rate, due: [...waiting] }),
  };
}
