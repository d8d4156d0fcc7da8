import type { Person } from "./person.ts";
import { reading } from "./reading.ts";
import type { Scenario } from "./scenario.ts";

/** Lets time pass until the newest card of an operation reads like that; answers all that it read on the way. */
export async function watched(
  story: Scenario,
  person: Person,
  channel: string,
  end: RegExp,
  minutes = 20,
): Promise<readonly string[]> {
  const seen: string[] = [];
  for (let step = 0; step < minutes * 4; step += 1) {
    const now = reading(await person.sees(channel, /^op-\w+: /));
    if (now !== seen.at(-1)) seen.push(now);
    if (end.test(now)) return seen;
    await story.advance("15s");
  }
  throw new Error(`It came to ${seen.at(-1)}`);
}
