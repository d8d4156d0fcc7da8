import { anyOperation, type OperationRecord, type Target, targetName } from "../../src/domain/operation/operation.ts";
import { type Asked, isElsewhere, placeInWords } from "../../src/domain/operation/place.ts";
import { requestOperation } from "../../src/domain/operation/request.ts";
import type { App } from "../../src/domain/ports.ts";
import { Refusal } from "../../src/errors.ts";
import { largestCount, scaleService } from "../../src/operations/scale-service.ts";
import { type Answer, arg, command } from "../../src/slack/command.ts";
import { reply } from "../../templates/kit.ts";
import { type ScaleChoice, scaleForm } from "../../templates/ops/operation-forms.ts";
import { orRefused } from "./refused.ts";

/** Plans to change how many copies of a service run; the plan's card goes on from there. */
export const scale = command({
  name: "/ops scale",
  synonyms: ["resize", "replicas", "set-count"],
  summary: "Change how many copies of a service run",
  examples: [
    "/ops scale backend 6",
    '/ops scale backend 6 --reason "queue grows" --yes',
    "/ops scale agent 3 in production",
  ],
  args: {
    service: arg.target("service"),
    count: arg.integer("<count>", { min: 0, max: largestCount }),
    reason: arg.option("reason", "text"),
    yes: arg.flag("yes"),
  },
  needs: "member",
  run: async ({ args, app, caller, at }) =>
    orRefused(app, { by: caller.userId, what: `scale to ${args.count}`, subject: targetName(args.service) }, async () =>
      where(
        app,
        await requestOperation(app, {
          operation: anyOperation(scaleService),
          target: args.service,
          input: { count: args.count },
          reason: args.reason ?? null,
          caller,
          asked: at,
          skipConfirm: args.yes === true,
        }),
        at,
      ),
    ),
  buttons: {
    "ops.scale.open": async ({ app, about, at }) => {
      const choices = scalable(app);
      if (choices.length === 0) {
        throw new Refusal(
          "not_possible",
          "No service is configured.",
          "Add one under `services` in the configuration.",
        );
      }
      return {
        modal: scaleForm({ choices, chosen: about.id, channelId: about.channel ?? at.channelId }),
        push: at.inForm,
      };
    },
  },
  forms: {
    "ops.scale.form": async ({ app, caller, values, about }) => {
      const target = targetFor(app, values.choice("service"));
      const count = countFrom(values.text("count"));
      const asked: Asked = { channelId: about.channel ?? null, channelName: null };
      return orRefused(app, { by: caller.userId, what: `scale to ${count}`, subject: targetName(target) }, async () =>
        where(
          app,
          await requestOperation(app, {
            operation: anyOperation(scaleService),
            target,
            input: { count },
            reason: values.text("reason"),
            caller,
            asked,
            skipConfirm: false,
          }),
          asked,
        ),
      );
    },
  },
});

/** Where the card is going to be, said only where that is not where the person is. */
export function where(app: App, operation: OperationRecord, asked: Asked): Answer | undefined {
  if (!isElsewhere(operation.place, asked)) return undefined;
  return { text: reply(`Planning \`${operation.code}\`. The plan comes ${placeInWords(app, operation.place)}.`) };
}

function scalable(app: App): readonly ScaleChoice[] {
  const several = app.config.environments.length > 1;
  return app.config.services.flatMap((service) =>
    service.runs.map((placement) => ({
      value: `${placement.environment}/${service.name}`,
      text: several
        ? `${service.title} (${service.name}) in ${placement.environment}`
        : `${service.title} (${service.name})`,
    })),
  );
}

function targetFor(app: App, value: string | null): Target {
  for (const service of app.config.services) {
    const placement = service.runs.find((run) => `${run.environment}/${service.name}` === value);
    if (!placement) continue;
    const environment = app.config.environments.find((one) => one.name === placement.environment);
    return {
      kind: "service",
      name: service.name,
      environment: placement.environment,
      production: environment?.production ?? true,
      placement,
    };
  }
  throw new Refusal("unknown_target", "Pick a service.", null, "service");
}

function countFrom(text: string | null): number {
  const word = (text ?? "").trim();
  if (!/^-?\d+(?:[.,]\d+)?$/.test(word)) {
    throw new Refusal("bad_argument", "Write a number, such as 6.", null, "count");
  }
  return Number(word.replace(",", "."));
}
