import type { Caller } from "../../src/domain/access/caller.ts";
import { type AnyOperation, type Json, type Target, targetName } from "../../src/domain/operation/operation.ts";
import { requestOperation } from "../../src/domain/operation/request.ts";
import { mustHaveInside } from "../../src/domain/operation/store-look.ts";
import type { App } from "../../src/domain/ports.ts";
import { Refusal } from "../../src/errors.ts";
import type { Answered, At } from "../../src/slack/command.ts";
import { orRefused } from "./refused.ts";
import { where } from "./scale.ts";

/** What is to be done inside a data store. */
export interface StoreAsk {
  readonly operation: AnyOperation;
  readonly target: Target;
  readonly input: Json;
  /** In a few words, for the audit log where it is refused. */
  readonly what: string;
  readonly reason?: string | undefined;
  readonly yes?: boolean;
  readonly breakGlass?: string | undefined;
  readonly change?: string | undefined;
}

/** Asks for an operation inside a data store: the plan's card goes on from there. */
export async function askStore(
  { app, caller, at }: { readonly app: App; readonly caller: Caller; readonly at: At },
  ask: StoreAsk,
): Answered {
  const { operation, target, input } = ask;
  mustHaveInside(app, target);
  return orRefused(app, { by: caller.userId, what: ask.what, subject: targetName(target) }, async () =>
    where(
      app,
      await requestOperation(app, {
        operation,
        target,
        input,
        reason: ask.reason ?? null,
        caller,
        asked: at,
        skipConfirm: ask.yes === true,
        breakGlass: ask.breakGlass,
        change: ask.change,
      }),
      at,
    ),
  );
}

/** Seconds of a time as people type it: 30s, 10m, 2h, 7d. */
export function secondsOf(text: string): number {
  const [, amount = "", unit = ""] = /^(\d{1,5})\s*(s|m|min|h|d)$/i.exec(text.trim()) ?? [];
  const size = { s: 1, m: 60, min: 60, h: 3600, d: 86_400 }[unit.toLowerCase()];
  if (size === undefined) {
    throw new Refusal("bad_argument", `\`${text}\` is no time.`, "Write minutes or hours, such as 10m or 2h.");
  }
  return Number(amount) * size;
}
