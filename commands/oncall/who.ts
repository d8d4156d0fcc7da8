import type { Configuration } from "../../src/domain/configuration.ts";
import { comingOverrides } from "../../src/domain/oncall/changes.ts";
import { requireTeam, teamOnCall } from "../../src/domain/oncall/now.ts";
import type { App } from "../../src/domain/ports.ts";
import { arg, command } from "../../src/slack/command.ts";
import { onCallTeam, onCallTeams } from "../../templates/oncall/team.ts";

/** Says who is on call, now and next. */
export const who = command({
  name: "/oncall who",
  synonyms: ["show", "list", "now", "schedule"],
  bare: true,
  summary: "Who is on call now and next: every team, or one",
  examples: ["/oncall", "/oncall who platform", "/oncall platform"],
  args: { team: arg.optional(arg.choice("<team>", teamWords)) },
  needs: "member",
  run: async ({ app, args }) => ({ text: await shown(app, args.team) }),
});

/** What a person reads of one team, or of all. */
export async function shown(app: App, name: string | undefined) {
  if (name) {
    const team = requireTeam(app, name);
    return onCallTeam(await teamOnCall(app, team), await comingOverrides(app, team));
  }
  const teams = [];
  for (const team of app.config.oncall) teams.push(await teamOnCall(app, team));
  return onCallTeams(teams);
}

export function teamWords(config: Configuration): readonly string[] {
  return config.oncall.map(({ name }) => name);
}
