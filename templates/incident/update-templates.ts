import { readFileSync } from "node:fs";
import { type Step, stepNamed } from "../../src/domain/incident/phases.ts";
import { fillTemplate, type TemplateFacts } from "../../src/domain/telling/template.ts";

const read = (name: string) => readFileSync(new URL(`../announcements/${name}.md`, import.meta.url), "utf8");

/** The wording that comes with the product, by status; the team's own goes before it. */
const ours: Readonly<Partial<Record<Step["name"], string>>> = {
  acknowledged: read("acknowledged"),
  investigating: read("investigating"),
  mitigating: read("mitigating"),
  mitigated: read("mitigated"),
  resolved: read("resolved"),
};

/** The message a status update begins with; empty where there is no template for the status. */
export function updateTemplate(facts: TemplateFacts): string {
  const template = facts.config.announcements[facts.step.name] ?? ours[facts.step.name];
  return template ? fillTemplate(template, facts) : "";
}

/** Whether a message is still what one of the templates makes, so that another may take its place. */
export function isUntouched(message: string, facts: TemplateFacts): boolean {
  const names = Object.keys({ ...ours, ...facts.config.announcements }) as Step["name"][];
  return names.some((name) => updateTemplate({ ...facts, step: stepNamed(name) }) === message.trim());
}
