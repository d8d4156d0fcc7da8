import { Refusal } from "../../errors.ts";
import type { App } from "../ports.ts";

/** One item of a list that a person ticked. */
export interface Tick {
  readonly item: string;
  readonly byId: string;
  readonly at: Date;
}

export interface TickRecords {
  readonly of: (list: string) => Promise<readonly Tick[]>;
  /** Ticks an item, or with null takes the tick away; the first one stays where two press at once. */
  readonly set: (list: string, item: string, tick: Omit<Tick, "item"> | null) => Promise<void>;
}

/** Items by their words, each with its tick, in the order of the configuration. */
export interface Ticked {
  readonly item: string;
  readonly tick: Tick | null;
}

/** A list as it stands. */
export async function ticked(app: App, list: string, items: readonly string[]): Promise<readonly Ticked[]> {
  const ticks = items.length === 0 ? [] : await app.ticks.of(list);
  return items.map((item) => ({ item, tick: ticks.find((one) => one.item === item) ?? null }));
}

/** Ticks an item of a list, or takes its tick away; doing it twice changes nothing. Refuses one the list no longer has. */
export async function setTick(
  app: App,
  list: string,
  items: readonly string[],
  change: { readonly index: number; readonly on: boolean; readonly byId: string },
  subject = list,
): Promise<void> {
  const item = items[change.index];
  if (item === undefined)
    throw new Refusal("stale", "This item is no longer on the list.", "Look at the newest message.");
  await app.ticks.set(list, item, change.on ? { byId: change.byId, at: app.now } : null);
  await app.audit.add({
    actor: change.byId,
    action: change.on ? "checklist.ticked" : "checklist.unticked",
    subject,
    details: { item },
  });
}
