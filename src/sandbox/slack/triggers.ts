import { randomBytes } from "node:crypto";
import type { Core, Trigger } from "./core.ts";
import { SlackFailure } from "./failure.ts";

/** docs.slack.dev/interactivity/handling-user-interaction: a trigger lives three seconds and is good for one use. */
const lifetime = 3_000;

/** A trigger_id for something a person just did; `view` is the modal they did it in. */
export function newTrigger(core: Core, person: string, view: string | null): string {
  const id = `${core.clock.now()}.${core.workspace.team.id}.${randomBytes(16).toString("hex")}`;
  forgetOld(core.session.triggers, core.clock.now() - 10 * 60_000);
  core.session.triggers.set(id, { person, at: core.clock.now(), view, used: false });
  return id;
}

/** Drops what is so old that nobody comes back for it; entries lie in the order in which they were made. */
export function forgetOld(entries: Map<string, { readonly at: number }>, before: number): void {
  for (const [key, { at }] of entries) {
    if (at >= before) return;
    entries.delete(key);
  }
}

/** Checks a trigger without using it up: Slack looks at the view first. */
export function findTrigger(core: Core, id: string): Trigger {
  const trigger = core.session.triggers.get(id);
  if (!trigger) throw new SlackFailure("invalid_trigger_id");
  if (trigger.used) throw new SlackFailure("exchanged_trigger_id");
  if (core.clock.now() - trigger.at > lifetime) throw new SlackFailure("expired_trigger_id");
  return trigger;
}
