import { arg } from "../../src/slack/command.ts";

/** The options every operation takes: why, under which change, without a click where the policy lets it, and in an emergency. */
export const operationArgs = {
  reason: arg.option("reason", "text"),
  change: arg.option("change", "CHG-n"),
  yes: arg.flag("yes"),
  breakGlass: arg.option("break-glass", '"why"'),
};

/** What was typed of them; a button or form may leave them all out. */
export interface OperationOptions {
  readonly reason?: string | undefined;
  readonly change?: string | undefined;
  readonly yes?: boolean | undefined;
  readonly breakGlass?: string | undefined;
}
