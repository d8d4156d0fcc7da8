import { hypothesisName, inWords } from "../../src/domain/belief/belief.ts";
import type { Evidence, Hypothesis } from "../../src/domain/belief/records.ts";
import type { PostmortemFacts } from "../../src/domain/postmortem/facts.ts";
import { fromMrkdwn, literal } from "../markdown.ts";
import type { When } from "./when.ts";

/** What people believed and decided, and when; nothing, not even a heading, where nobody wrote any of it down. */
export function beliefsMarkdown({ beliefs, names }: PostmortemFacts, { stamp }: When): string {
  if (!beliefs || beliefs.hypotheses.length + beliefs.decisions.length === 0) return "";
  const name = (userId: string): string => literal(names.get(userId) ?? userId);
  const text = (mrkdwn: string): string => fromMrkdwn(mrkdwn, names).trim().replaceAll("\n", "\n  ");
  const hypothesis = (one: Hypothesis): string => {
    const end =
      one.decidedBy && one.decidedAt
        ? `${inWords(one.state)} ${stamp(one.decidedAt)} by ${name(one.decidedBy)}${one.reason ? `: ${text(one.reason)}` : ""}`
        : "left open";
    return `- **${hypothesisName(one)}** ${text(one.text)} (${stamp(one.at)}, ${name(one.byId)}) – ${end}${evidence(one.evidence)}`;
  };
  return [
    "## What we believed and decided",
    ...(beliefs.hypotheses.length > 0 ? [beliefs.hypotheses.map(hypothesis).join("\n")] : []),
    ...(beliefs.decisions.length > 0
      ? [
          beliefs.decisions
            .map((one) => `- **Decided** ${stamp(one.at)} by ${name(one.byId)}: ${text(one.text)}`)
            .join("\n"),
        ]
      : []),
  ].join("\n\n");
}

function evidence(list: readonly Evidence[]): string {
  if (list.length === 0) return "";
  const words = list.map((one) =>
    one.kind === "link" ? `[${literal(one.title)}](<${one.reference.replaceAll(">", "%3E")}>)` : literal(one.reference),
  );
  return `; evidence: ${words.join(", ")}`;
}
