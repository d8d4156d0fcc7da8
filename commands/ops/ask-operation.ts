import type { Caller } from "../../src/domain/access/caller.ts";
import { type AnyOperation, type Json, type Target, targetName } from "../../src/domain/operation/operation.ts";
import { requestOperation } from "../../src/domain/operation/request.ts";
import type { App } from "../../src/domain/ports.ts";
import type { Answered, At } from "../../src/slack/command.ts";
import type { OperationOptions } from "./guarded.ts";
import { orRefused } from "./refused.ts";
import { where } from "./scale.ts";

export interface OperationAsked {
  readonly operation: AnyOperation;
  readonly target: Target;
  readonly input: Json;
  /** In a few words, for the audit log where it is refused. */
  readonly what: string;
  /** What was typed of the options every operation takes. */
  readonly options: OperationOptions;
  /** What may still refuse it. */
  readonly before?: (() => Promise<void>) | undefined;
}

/** Asks for an operation, with everything that every operation takes: the plan's card goes on from there. */
export async function askOperation(
  { app, caller, at }: { readonly app: App; readonly caller: Caller; readonly at: At },
  { operation, target, input, what, options, before }: OperationAsked,
): Answered {
  return orRefused(app, { by: caller.userId, what, subject: targetName(target) }, async () => {
    await before?.();
    const record = await requestOperation(app, {
      operation,
      target,
      input,
      reason: options.reason ?? null,
      change: options.change,
      skipConfirm: options.yes === true,
      breakGlass: options.breakGlass,
      caller,
      asked: at,
    });
    return where(app, record, at);
  });
}
