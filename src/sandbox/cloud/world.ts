import type { SandboxClock } from "../clock.ts";
import { type Random, startRandom } from "./random.ts";
import { startTimeline, type Timeline, type TimelineDump } from "./timeline.ts";

/** Whether a fault named `name` is on for any of `targets`. */
export type FaultOn = (name: string, ...targets: readonly string[]) => boolean;

/** What every part of the cloud stands on: one account in one region, its time, its chance and its state. */
export interface World {
  readonly account: string;
  readonly region: string;
  readonly time: Timeline;
  readonly random: Random;
  /** The state of one part by its name, made by `seed` when it is asked for the first time. Plain JSON, changed in place. */
  readonly part: <State extends object>(name: string, seed: () => State) => State;
  readonly faultOn: FaultOn;
  /** Switches a fault of that very target off, because what happened has ended it. */
  readonly endFault: (name: string, target: string) => void;
  readonly arn: (service: string, resource: string) => string;
  readonly dump: () => WorldDump;
}

export interface WorldDump {
  readonly time: TimelineDump;
  readonly seed: number;
  readonly parts: Readonly<Record<string, object>>;
}

export interface WorldOptions {
  readonly account: string;
  readonly region: string;
  readonly clock: SandboxClock;
  readonly speed: number;
  readonly seed: number;
  readonly faultOn: FaultOn;
  readonly endFault: (name: string, target: string) => void;
  readonly restore?: WorldDump | undefined;
}

export function startWorld(options: WorldOptions): World {
  const { account, region, clock, speed, seed, faultOn, endFault, restore } = options;
  const time = startTimeline(clock, speed, restore?.time);
  const random = startRandom(restore?.seed ?? seed);
  const parts = new Map<string, object>(Object.entries(structuredClone(restore?.parts ?? {})));
  return {
    account,
    region,
    time,
    random,
    part: <State extends object>(name: string, make: () => State): State => {
      const state = (parts.get(name) as State | undefined) ?? make();
      parts.set(name, state);
      return state;
    },
    faultOn,
    endFault,
    arn: (service, resource) => `arn:aws:${service}:${region}:${account}:${resource}`,
    dump: () => structuredClone({ time: time.dump(), seed: random.seed(), parts: Object.fromEntries(parts) }),
  };
}
