import { addHours } from "date-fns/addHours";
import type { PersonReference } from "../configuration.ts";
import { approverGroups } from "../operation/may-approve.ts";
import type { App } from "../ports.ts";
import { referencesOf, teamOnCall } from "./now.ts";

/** People come and go between hand-overs, too: everybody is looked up at least this often. */
const longestHours = 12;

/** Everybody the schedules of all teams name, and the groups that may approve. */
export async function oncallReferences(app: App): Promise<readonly PersonReference[]> {
  const outside = await Promise.all(app.config.oncall.map((team) => app.outsideShifts.of(team.name)));
  return [
    ...new Set([
      ...app.config.oncall.flatMap(referencesOf),
      ...outside.flat().map(({ reference }) => reference),
      ...approverGroups(app.config),
    ]),
  ];
}

/** When somebody's turn ends next, of any team; at most half a day from now. */
export async function nextChange(app: App): Promise<Date> {
  const limit = addHours(app.now, longestHours);
  const ends: Date[] = [];
  for (const team of app.config.oncall) {
    for (const { now } of (await teamOnCall(app, team)).levels) if (now.end < limit) ends.push(now.end);
  }
  return ends.reduce((first, end) => (end < first ? end : first), limit);
}

/** Who a team's user group should hold: the first level. */
export async function groupMembers(app: App, teamName: string): Promise<readonly string[]> {
  const team = app.config.oncall.find(({ name }) => name === teamName);
  if (!team) return [];
  return (await teamOnCall(app, team)).levels[0]?.now.userIds ?? [];
}
