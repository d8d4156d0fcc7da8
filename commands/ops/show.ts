import { askFactor, decideByCode } from "../../src/domain/factor/decide.ts";
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
import { type Answer, type Answered, arg, type ButtonAsk, command, type FormAsk } from "../../src/slack/command.ts";
import { factorForm, linkGone } from "../../templates/factor/messages.ts";
import { operationCard } from "../../templates/ops/operation-card.ts";
import { confirmForm } from "../../templates/ops/operation-forms.ts";
import { mostWaysBack } from "../../templates/ops/sequence.ts";
import { operationFacts } from "../../templates/ops/views.ts";
import { refusalLine } from "../../templates/refusal.ts";
import { orRefused } from "./refused.ts";
import { where } from "./scale.ts";
import { visibleOperations } from "./visible.ts";

/** Shows one operation, and holds every button of an operation's card. */
export const show = command({
  name: "/ops show",
  synonyms: ["operation", "describe"],
  summary: "Show one operation with its buttons",
  examples: ["/ops show op-7F3K"],
  args: { operation: arg.name("<operation>") },
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
  fresh: [
    "ops.confirm",
    "ops.confirm.form",
    "ops.confirm.factor",
    "ops.approve",
    "ops.approve.factor",
    "ops.reject",
    "ops.cancel",
    "ops.stop",
  ],
  buttons: {
    "ops.confirm": (ask) =>
      decided(ask, "confirm", async () => {
        const form = await factorAsked(ask, "confirm");
        if (form) return form;
        const operation = await operationById(ask.app, ask.about.id);
        const mustType = operation.state === "planned" && operation.ruling?.confirm === "type";
        if (mustType && operation.requesterId === ask.caller.userId) {
          return { modal: confirmForm(operation), push: ask.at.inForm };
        }
        await confirmOperation(ask.app, operations, ask.about.id, ask.caller);
        return undefined;
      }),
    "ops.approve": (ask) =>
      decided(ask, "approve", async () => {
        const form = await factorAsked(ask, "approve");
        if (!form) await approveOperation(ask.app, ask.about.id, ask.caller);
        return form;
      }),
    "ops.reject": (ask) => decided(ask, "reject", () => rejectOperation(ask.app, ask.about.id, ask.caller)),
    "ops.cancel": (ask) => decided(ask, "cancel", () => cancelOperation(ask.app, operations, ask.about.id, ask.caller)),
    "ops.stop": (ask) => decided(ask, "stop", () => stopOperation(ask.app, operations, ask.about.id, ask.caller)),
    "ops.undo": (ask) => again(ask, "undo", undoOperation),
    // One for each place in the row of buttons.
    ...Object.fromEntries(
      Array.from({ length: mostWaysBack }, (_, place) => [
        `ops.take-back-${place}`,
        (ask: ButtonAsk) => again(ask, "undo", undoOperation),
      ]),
    ),
    "ops.plan-again": (ask) => again(ask, "plan again", planAgain),
  },
  forms: {
    "ops.confirm.factor": (ask) => byCode(ask, "confirm"),
    "ops.approve.factor": (ask) => byCode(ask, "approve"),
    "ops.confirm.form": (ask) =>
      decided(ask, "confirm", () =>
        confirmOperation(ask.app, operations, ask.about.id, ask.caller, ask.values.text("name") ?? ""),
      ),
  },
});

async function decided(
  ask: ButtonAsk | FormAsk,
  what: string,
  work: () => Promise<OperationRecord | Answer | undefined>,
): Answered {
  const subject = (await ask.app.operations.byId(ask.about.id))?.code ?? ask.about.id;
  return orRefused(ask.app, { by: ask.caller.userId, what, subject }, async () => {
    const answer = await work();
    return answer !== undefined && "request" in answer ? undefined : answer;
  });
}

/** The form for a second factor, where the policy asks for one; the link in it is for this person and is not kept. */
async function factorAsked(ask: ButtonAsk, verb: "confirm" | "approve"): Promise<Answer | undefined> {
  const asked = await askFactor(ask.app, operations, verb, ask.about.id, ask.caller);
  if (asked === null) return undefined;
  return { modal: factorForm(asked), push: ask.at.inForm, kept: linkGone("Press the button again.") };
}

/** A word given with a code. The code itself is read here, checked, and kept nowhere. */
async function byCode(ask: FormAsk, verb: "confirm" | "approve"): Answered {
  const [operationId = "", planHash = ""] = ask.about.id.split("#");
  const about = { ...ask.about, id: operationId };
  return decided({ ...ask, about }, verb, async () => {
    const given = { code: ask.values.text("code") ?? "", typed: ask.values.text("name") };
    const decision = { operationId, verb, planHash };
    const done = await decideByCode(ask.app, operations, decision, ask.caller, given);
    // Answered and not thrown: the wrong code has to be counted.
    return "refusal" in done ? { errors: { code: refusalLine(done.refusal) } } : undefined;
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
