import { expect, test } from "vitest";
import { reading } from "../support/reading.ts";
import { startScenario } from "../support/scenario.ts";

test("[O17] the head of the audit chain is posted once a day", async () => {
  const story = await startScenario();
  const ana = story.person("U0ANA");
  await ana.types("#general", "/incident declare sev3 Disk is filling up");
  await ana.seesChannel(/^inc-1-disk/);
  await story.advance("24h");
  const posted = await ana.sees("#ops", /head of the day: \d+:[0-9a-f]{64}/);
  await story.advance("24h");
  const later = await ana.sees("#ops", /head of the day/);
  expect(later.ts > posted.ts).toBe(true);
  expect(ana.read("#ops").messages.filter((message) => /head of the day/.test(reading(message)))).toHaveLength(2);
});
