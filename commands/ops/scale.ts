import { refuseSecondLease } from "../../src/domain/operation/end-lease.ts";
import { anyOperation, type OperationRecord, targetName } from "../../src/domain/operation/operation.ts";
import { type Asked, isElsewhere, placeInWords } from "../../src/domain/operation/place.ts";
import { type OperationAsk, requestOperation } from "../../src/domain/operation/request.ts";
import type { App } from "../../src/domain/ports.ts";
import { Refusal } from "../../src/errors.ts";
import { leaseSeconds } from "../../src/operations/scale-lease.ts";
import { largestCount, scaleService } from "../../src/operations/scale-service.ts";
import { type Answer, type Answered, arg, command } from "../../src/slack/command.ts";
import { reply } from "../../templates/kit.ts";
import { type ScaleChoice, scaleForm } from "../../templates/ops/operation-forms.ts";
import { operationArgs } from "./guarded.ts";
import { orRefused } from "./refused.ts";
import { serviceTarget } from "./service-target.ts";

/** Plans to change how many copies of a service run; the plan's card goes on from there. */
export const scale = command({
  name: "/ops scale",
  synonyms: ["replicas", "set-count"],
  summary: "Change how many copies of a service run",
  examples: [
    "/ops scale backend 6",
    '/ops scale backend 6 --reason "queue grows" --yes',
    "/ops scale agent 3 in production",
    "/ops scale backend 6 --for 2h",
  ],
  args: {
    service: arg.target("service"),
    count: arg.integer("<count>", { min: 0, max: largestCount }),
    for: arg.option("for", "2h"),
    ...operationArgs,
  },
  needs: "member",
  run: async ({ args, app, caller, at }) =>
    ask(app, { caller, asked: at, target: args.service, count: args.count }, args),
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
      const target = serviceTarget(app.config, values.choice("service"));
      const count = countFrom(values.text("count"));
      const asked: Asked = { channelId: about.channel ?? null, channelName: null };
      const lasts = values.text("for");
      return ask(
        app,
        { caller, asked, target, count },
        { reason: values.text("reason") ?? undefined, for: lasts ?? undefined, yes: false },
      );
    },
  },
});

async function ask(
  app: App,
  { caller, asked, target, count }: Pick<OperationAsk, "caller" | "asked" | "target"> & { readonly count: number },
  options: {
    readonly reason?: string | undefined;
    readonly for?: string | undefined;
    readonly yes?: boolean;
    readonly change?: string | undefined;
    readonly breakGlass?: string | undefined;
  },
): Answered {
  return orRefused(app, { by: caller.userId, what: `scale to ${count}`, subject: targetName(target) }, async () => {
    const forSeconds = options.for === undefined ? undefined : leaseSeconds(options.for);
    if (forSeconds !== undefined) await refuseSecondLease(app, target);
    const operation = await requestOperation(app, {
      operation: anyOperation(scaleService),
      target,
      input: { count, ...(forSeconds === undefined ? {} : { forSeconds }) },
      reason: options.reason ?? null,
      change: options.change,
      breakGlass: options.breakGlass,
      caller,
      asked,
      skipConfirm: options.yes === true,
    });
    return where(app, operation, asked);
  });
}

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

function countFrom(text: string | null): number {
  const word = (text ?? "").trim();
  if (!/^-?\d+(?:[.,]\d+)?$/.test(word)) {
    throw new Refusal("bad_argument", "Write a number, such as 6.", null, "count");
  }
  return Number(word.replace(",", "."));
}
