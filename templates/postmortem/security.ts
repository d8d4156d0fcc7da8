import type { PostmortemFacts } from "../../src/domain/postmortem/facts.ts";
import { securityStages, securitySteps } from "../../src/domain/security/checklist.ts";
import { literal } from "../markdown.ts";
import type { When } from "./when.ts";

/** What was done of the security checklist, by whom and when, and what was not; empty for other incidents. */
export function securityMarkdown({ security, names }: PostmortemFacts, { stamp }: When): string {
  if (!security) return "";
  const lines = securityStages.flatMap((stage) =>
    securitySteps
      .filter((step) => step.stage === stage)
      .map((step) => {
        const tick = security.find((one) => one.step === step.id);
        const done = tick ? `${stamp(tick.at)}, ${names.get(tick.userId) ?? tick.userId}` : "not done";
        return `- **${stage}**: ${literal(step.title)} (${literal(done)})`;
      }),
  );
  return `## Security checklist\n\n${lines.join("\n")}`;
}
