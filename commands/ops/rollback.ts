import { anyOperation, targetName } from "../../src/domain/operation/operation.ts";
import { requestOperation } from "../../src/domain/operation/request.ts";
import { rollbackService } from "../../src/operations/rollback-service.ts";
import { type Answered, arg, type ButtonAsk, command } from "../../src/slack/command.ts";
import { operationArgs } from "./guarded.ts";
import { orRefused } from "./refused.ts";
import { where } from "./scale.ts";
import { serviceTarget } from "./service-target.ts";

/** Plans to let a service run an earlier version again; the plan's card goes on from there. */
export const rollback = command({
  name: "/ops rollback",
  synonyms: ["revert", "undo-deploy", "roll-back"],
  summary: "Let a service run an earlier version again: the last good one, or one you name",
  examples: [
    "/ops rollback backend",
    "/ops rollback backend 41",
    '/ops rollback backend waooaw-backend:41 --reason "errors since the release"',
  ],
  args: {
    service: arg.target("service"),
    ...operationArgs,
    version: arg.optional(arg.name("<version>")),
  },
  needs: "member",
  run: async ({ args, app, caller, at }) => ask({ app, caller, at }, args.service, args.version ?? null, args),
  buttons: {
    "ops.rollback.open": async ({ app, caller, at, about }) => {
      const [name = "", version] = about.id.split("@");
      return ask({ app, caller, at }, serviceTarget(app.config, name), version ?? null, {});
    },
  },
});

async function ask(
  { app, caller, at }: Pick<ButtonAsk, "app" | "caller" | "at">,
  target: ReturnType<typeof serviceTarget>,
  version: string | null,
  options: {
    readonly reason?: string | undefined;
    readonly yes?: boolean;
    readonly change?: string | undefined;
    readonly breakGlass?: string | undefined;
  },
): Answered {
  const what = `roll back${version === null ? "" : ` to ${version}`}`;
  return orRefused(app, { by: caller.userId, what, subject: targetName(target) }, async () =>
    where(
      app,
      await requestOperation(app, {
        operation: anyOperation(rollbackService),
        target,
        input: { version },
        reason: options.reason ?? null,
        change: options.change,
        caller,
        asked: at,
        skipConfirm: options.yes === true,
        breakGlass: options.breakGlass,
      }),
      at,
    ),
  );
}
