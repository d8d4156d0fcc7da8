import type { App } from "./ports.ts";

/** When the clock of something that comes round was last set for, by its name. */
export interface ArmingRecords {
  readonly of: (name: string) => Promise<Date | null>;
  readonly set: (name: string, at: Date) => Promise<void>;
}

/**
 * The moment to set the clock of something for that comes next at `next`. At a start (`catchUp`) one that ran out while
 * the bot was away goes off at once; whatever goes off finds out by itself what it was for.
 */
export async function arming(app: App, name: string, next: Date, catchUp: boolean): Promise<Date> {
  const known = catchUp ? await app.armings.of(name) : null;
  if (known && known <= app.now) return app.now;
  await app.armings.set(name, next);
  return next;
}
