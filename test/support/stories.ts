import type { Person } from "./person.ts";
import type { Scenario } from "./scenario.ts";

/** Declares an incident in one line from #general and waits until its channel stands; answers the channel's name. */
export async function declared(story: Scenario, by: Person, line = "sev2 API returns 500s"): Promise<string> {
  const before = new Set(by.state().channels.map((channel) => channel.name));
  await by.types("#general", `/incident declare ${line}`);
  await story.settled();
  const made = by.state().channels.find((channel) => channel.name.startsWith("inc-") && !before.has(channel.name));
  if (!made) throw new Error(`No channel was made: ${by.told("#general").at(-1)}`);
  return made.name;
}
