import { readFileSync } from "node:fs";
import { type Milestone, stepOf } from "../../src/domain/incident/phases.ts";
import { fillTemplate, type TemplateFacts } from "../../src/domain/telling/template.ts";

const read = (name: string) => readFileSync(new URL(`../announcements/${name}.md`, import.meta.url), "utf8");

/** The wording that comes with the product, by status; the team's own goes before it. */
const ours: Readonly<Partial<Record<Milestone, string>>> = {
  acknowledged: read("acknowledged"),
  investigating: read("investigating"),
  mitigating: read("mitigating"),
  mitigated: read("mitigated"),
  resolved: read("resolved"),
};

/** The message a status update begins with; empty where there is no template for the status. */
export function updateTemplate(facts: TemplateFacts): string {
  const template = facts.config.announcements[facts.step.milestone] ?? ours[facts.step.milestone];
  return template ? fillTemplate(template, facts) : "";
}

/** Whether a message is still what one of the templates makes, so that another may take its place. */
export function isUntouched(message: string, facts: TemplateFacts): boolean {
  const names = Object.keys({ ...ours, ...facts.config.announcements }) as Milestone[];
  const { phases } = facts.config;
  const steps = names.flatMap((one) => [stepOf(phases, one), ...phases.filter(({ milestone }) => milestone === one)]);
  return steps.some((step) => updateTemplate({ ...facts, step }) === message.trim());
}
