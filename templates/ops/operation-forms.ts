import type { OperationRecord } from "../../src/domain/operation/operation.ts";
import { operationInWords } from "../../src/domain/operation/record.ts";
import { context, inert, input, type Modal, modal, option, section, select, textInput } from "../kit.ts";

/** The form in which the target's name is typed to confirm a plan that the policy holds for dangerous. */
export function confirmForm(operation: OperationRecord): Modal {
  const risks = operation.plan?.risks ?? [];
  return modal(
    {
      callback: "ops.confirm.form",
      title: "Confirm",
      submit: "Confirm",
      about: { id: operation.id, version: operation.version },
    },
    [
      section(`*${inert(operationInWords(operation))}*`),
      ...(risks.length > 0 ? [context(risks.map((risk) => `:warning: ${inert(risk)}`).join("\n"))] : []),
      input(
        { name: "name", label: `Type ${operation.target.name} to confirm` },
        textInput({ max: 200, placeholder: operation.target.name, focus: true }),
      ),
    ],
  );
}

/** What can be picked in the form for scaling. */
export interface ScaleChoice {
  /** production/backend */
  readonly value: string;
  readonly text: string;
}

/** The form for scaling: the same ask as `/ops scale`, by button. */
export function scaleForm(facts: {
  readonly choices: readonly ScaleChoice[];
  readonly chosen: string | null;
  /** The channel it was opened from: the plan is shown there. */
  readonly channelId: string | null;
}): Modal {
  return modal(
    {
      callback: "ops.scale.form",
      title: "Scale a service",
      submit: "Show the plan",
      about: { id: "scale", ...(facts.channelId === null ? {} : { channel: facts.channelId }) },
    },
    [
      input(
        { name: "service", label: "Service" },
        select(
          facts.choices.map((choice) => option(choice.text, choice.value)),
          facts.chosen ?? undefined,
          "Pick a service",
        ),
      ),
      input(
        { name: "count", label: "Count", hint: "How many copies are to run. Nothing changes before you confirm." },
        textInput({ max: 6, placeholder: "6" }),
      ),
      input(
        { name: "for", label: "For how long", optional: true, hint: "5m to 24h; then what was before comes back." },
        textInput({ max: 20, placeholder: "2h" }),
      ),
      input({ name: "reason", label: "Reason", optional: true }, textInput({ max: 300 })),
    ],
  );
}
