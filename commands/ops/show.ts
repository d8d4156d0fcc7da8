import {
  approveOperation,
  cancelOperation,
  confirmOperation,
  operationById,
  rejectOperation,
  stopOperation,
} from "../../src/domain/operation/decision.ts";
import type { OperationRecord } from "../../src/domain/operation/operation.ts";
import { planAgain, undoOperation } from "../../src/domain/operation/undo.ts";
import type { App } from "../../src/domain/ports.ts";
import { Refusal } from "../../src/errors.ts";
import { operations } from "../../src/operations/index.ts";
import { type Answered, arg, type ButtonAsk, command, type FormAsk } from "../../src/slack/command.ts";
import { operationCard } from "../../templates/ops/operation-card.ts";
import { confirmForm } from "../../templates/ops/operation-forms.ts";
import { operationFacts } from "../../templates/ops/views.ts";
import { orRefused } from "./refused.ts";
import { where } from "./scale.ts";
import { visibleOperations } from "./visible.ts";

/** Shows one operation, and holds every button of an operation's card. */
export const show = command({
  name: "/ops show",
  synonyms: ["operation", "describe"],
  summary: "Show one operation with its buttons",
  examples: ["/ops show op-7F3K"],
  args: { operation: arg.text("<operation>") },
  needs: "member",
  run: async ({ args, app, caller }) => {
    const found = await app.operations.byCode(args.operation.trim().split(/\s/)[0] ?? "");
    const [visible] = found === null ? [] : await visibleOperations(app, [found], caller.userId);
    if (!visible) {
      throw new Refusal(
        "not_found",
        `There is no operation ${args.operation}.`,
        "See `/ops operations` for those there are.",
      );
    }
    return { text: operationCard(await operationFacts(app, visible)) };
  },
  fresh: ["ops.confirm", "ops.confirm.form", "ops.approve", "ops.reject", "ops.stop"],
  buttons: {
    "ops.confirm": async (ask) => {
      const operation = await operationById(ask.app, ask.about.id);
      const mustType = operation.state === "planned" && operation.ruling?.confirm === "type";
      if (mustType && operation.requesterId === ask.caller.userId) {
        return { modal: confirmForm(operation), push: ask.at.inForm };
      }
      return decided(ask, "confirm", () => confirmOperation(ask.app, operations, ask.about.id, ask.caller));
    },
    "ops.approve": (ask) => decided(ask, "approve", () => approveOperation(ask.app, ask.about.id, ask.caller)),
    "ops.reject": (ask) => decided(ask, "reject", () => rejectOperation(ask.app, ask.about.id, ask.caller)),
    "ops.cancel": (ask) => decided(ask, "cancel", () => cancelOperation(ask.app, operations, ask.about.id, ask.caller)),
    "ops.stop": (ask) => decided(ask, "stop", () => stopOperation(ask.app, operations, ask.about.id, ask.caller)),
    "ops.undo": (ask) => again(ask, "undo", undoOperation),
    "ops.plan-again": (ask) => again(ask, "plan again", planAgain),
  },
  forms: {
    "ops.confirm.form": (ask) =>
      decided(ask, "confirm", () =>
        confirmOperation(ask.app, operations, ask.about.id, ask.caller, ask.values.text("name") ?? ""),
      ),
  },
});

async function decided(ask: ButtonAsk | FormAsk, what: string, work: () => Promise<OperationRecord>): Answered {
  const subject = (await ask.app.operations.byId(ask.about.id))?.code ?? ask.about.id;
  return orRefused(ask.app, { by: ask.caller.userId, what, subject }, async () => {
    await work();
    return undefined;
  });
}

async function again(
  ask: ButtonAsk,
  what: string,
  request: (
    app: App,
    all: typeof operations,
    id: string,
    caller: ButtonAsk["caller"],
    asked: ButtonAsk["at"],
  ) => Promise<OperationRecord>,
): Answered {
  const { app, about, caller, at } = ask;
  const subject = (await app.operations.byId(about.id))?.code ?? about.id;
  return orRefused(app, { by: caller.userId, what, subject }, async () =>
    where(app, await request(app, operations, about.id, caller, at), at),
  );
}
