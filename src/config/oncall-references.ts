import { nearest } from "./nearest.ts";
import type { Misfit } from "./references.ts";
import type { Written } from "./schema.ts";

/** What does not fit together in `oncall`. */
export function oncallMisfits(written: Written): readonly Misfit[] {
  return Object.entries(written.oncall ?? {}).flatMap(([name, team]) => {
    if (Array.isArray(team)) return [];
    const path = ["oncall", name];
    const levels = [
      ...new Set([...(team.layers ?? []).map(({ level }) => level), ...Object.keys(team.pagerduty?.schedules ?? {})]),
    ];
    const misfits: Misfit[] = [];
    if (levels.length === 0)
      misfits.push({ path, text: "has nobody on call; write layers, or schedules under pagerduty." });
    if (team.pagerduty && !written.integrations?.pagerduty)
      misfits.push({
        path: [...path, "pagerduty"],
        text: "needs PagerDuty; write integrations.pagerduty with its token.",
      });
    team.escalation?.forEach((step, index) => {
      step.page.forEach((word, position) => {
        if (levels.length === 0 || levels.includes(word) || isPerson(word)) return;
        const meant = nearest(word, levels);
        const way = meant ? `did you mean ${meant}?` : `write one of ${levels.join(", ")}, a person or a group.`;
        misfits.push({
          path: [...path, "escalation", index, "page", position],
          text: `is no level of this team; ${way}`,
        });
      });
    });
    return misfits;
  });
}

function isPerson(word: string): boolean {
  return /^([UW][A-Z0-9]{2,}|S[A-Z0-9]{2,}|@\S+|[^@\s]+@[^@\s]+\.[^@\s]+)$/.test(word);
}
