import type { FactorAsk } from "../../src/domain/factor/decide.ts";
import type { Factor } from "../../src/domain/factor/factor.ts";
import { operationInWords } from "../../src/domain/operation/record.ts";
import {
  actions,
  context,
  cut,
  inert,
  input,
  linkButton,
  type Modal,
  modal,
  moment,
  person,
  type Reply,
  reply,
  section,
  textInput,
} from "../kit.ts";
import { factorLine, kindWords } from "./words.ts";

/** A person's own second factors, with the link to the page where they are changed; the link is theirs alone. */
export function factorList(factors: readonly Factor[], link: string): Reply {
  const head =
    factors.length === 0
      ? "You have no second factor yet. What the policy marks asks for one from who confirms and who approves."
      : `*Your second factors*\n${factors.map((factor) => `• ${factorLine(factor)}`).join("\n")}`;
  return reply(factors.length === 0 ? "You have no second factor yet." : "Your second factors", [
    section(head),
    actions([
      linkButton({ action: "ops.factor.open", text: factors.length === 0 ? "Set one up" : "Change them", url: link }),
    ]),
    context(
      "The link is for you alone, opens once and lasts ten minutes; do not pass it on.",
      "Lost all of them? A workspace admin takes them away with `/ops factor remove`.",
    ),
  ]);
}

/** What stands in place of a link when a request comes twice: it is not kept. */
export function linkGone(again: string): Reply {
  return reply(`The link was given once and is not kept. ${again}`);
}

/** The form in which a second factor is given for one's word on exactly one plan. */
export function factorForm({ record, ruling, decision, byCode, passkeyLink }: FactorAsk): Modal {
  const mustType = decision.verb === "confirm" && ruling.confirm === "type";
  const verb = decision.verb === "confirm" ? "Confirm" : "Approve";
  const risks = record.plan?.risks ?? [];
  const words = { confirm: "Confirm with passkey", approve: "Approve with passkey" };
  return modal(
    {
      callback: `ops.${decision.verb}.factor`,
      title: verb,
      ...(byCode ? { submit: verb } : {}),
      about: { id: `${record.id}#${decision.planHash}` },
    },
    [
      section(`*${inert(operationInWords(record))}*`),
      ...(risks.length > 0 ? [context(risks.map((risk) => `:warning: ${inert(risk)}`).join("\n"))] : []),
      ...(passkeyLink === null
        ? []
        : [actions([linkButton({ action: "ops.factor.open", text: words[decision.verb], url: passkeyLink })])]),
      ...(byCode && mustType
        ? [
            input(
              { name: "name", label: `Type ${record.target.name} to confirm` },
              textInput({ max: 200, placeholder: record.target.name }),
            ),
          ]
        : []),
      ...(byCode
        ? [
            input(
              { name: "code", label: "Code", hint: "The six digits your authenticator app shows now." },
              textInput({ max: 20, placeholder: "123456", focus: true }),
            ),
          ]
        : []),
      context(
        `“${inert(ruling.rule)}” asks for a second factor. It counts for this plan only (${decision.planHash.slice(0, 8)}).`,
        ...(passkeyLink === null ? [] : ["The passkey is asked for in the browser, within five minutes."]),
      ),
    ],
  );
}

/** What a person is told of their second factors, wherever it was done from. */
export function factorNotice(facts: { readonly factor: Factor; readonly others: readonly Factor[] }): Reply {
  const { factor } = facts;
  if (factor.removedAt !== null) {
    const what = [factor, ...facts.others].map(({ kind }) => kindWords[kind].toLowerCase()).join(", ");
    const why = factor.removedWhy === null ? "" : `: ${inert(cut(factor.removedWhy, 300))}`;
    const text =
      factor.removedBy === factor.userId
        ? `You took away a second factor (${what}).`
        : `Your second factors (${what}) were taken away by ${person(factor.removedBy)}${why}.`;
    return reply(`${text} ${notYou}`);
  }
  return reply(
    `A second factor was set up for you: ${kindWords[factor.kind].toLowerCase()}, ${moment(factor.addedAt)}. ${notYou}`,
  );
}

/** Told when codes are locked. */
export function lockedNotice(until: Date): Reply {
  return reply(
    `Five wrong codes were typed for you, so that none is taken until ${moment(until, "{time}")}. ${notYou}`,
  );
}

const notYou = "If that was not you, tell a workspace admin at once: somebody uses your Slack account.";

/** What the operators' channel is told when an admin takes away somebody's factors. */
export function factorsRemoved(factor: Factor): Reply {
  const why = inert(cut(factor.removedWhy ?? "", 300));
  return reply(
    `:warning: ${person(factor.removedBy)} took away the second factors of ${person(factor.userId)}: ${why}. Until new ones are set up, ${person(factor.userId)} can neither confirm nor approve what asks for one.`,
  );
}
