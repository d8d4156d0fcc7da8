import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { until } from "../support/person.ts";
import { testRedis } from "../support/redis.ts";
import { startScenario } from "../support/scenario.ts";

const ops = "#ops";
const url = await testRedis();
const example = readFileSync(new URL("../../examples/waooaw/tocsin.yaml", import.meta.url), "utf8");
/** The reference platform with a database (that is away) and a cache that can be looked into, queues, and a policy that lets everything be asked. */
const configuration = example
  .replace(
    "rds: { instance: waooaw-postgres-production }",
    'rds: { instance: waooaw-postgres-production }\n        postgres: { url: "postgres://bot@127.0.0.1:1/x" }',
  )
  .replace(
    /\n( *)elasticache: .*\n/,
    (line, indent: string) => `${line}${indent}redis: { url: "${url ?? "redis://127.0.0.1:1"}" }\n`,
  )
  .replace(
    "\nsecrets:",
    `\nqueues:\n  jobs:\n    environments:\n      production:\n        bullmq: { redis: redis, queues: [emails, reports] }\n\nsecrets:`,
  )
  .replace("\npolicy:\n", '\npolicy:\n  - { name: Everything, actions: ["*"], allow: [members], confirm: click }\n');

/** What is typed, and what the answer, to the person alone or on the card, must say. */
const lines: readonly (readonly [line: string, says: RegExp])[] = [
  // Targets that are not there, are of another kind, or are several.
  ["/ops restart bakend", /I know no service called `bakend`\.\s+Did you mean `backend`/],
  ["/ops restart postgres", /postgres/],
  ["/ops restart", /<service> is missing|&lt;service&gt; is missing/],
  ["/ops backup redis", /redis/],
  ["/ops failover backend", /backend/],
  ["/ops flush postgres", /postgres/],
  ["/ops rotate backend", /backend/],
  ["/ops rotate nothing-such", /I know no secret called `nothing-such`/],
  ["/ops restart backend --env staging", /There is no environment `staging`/],
  ["/ops pause jobs nothing", /jobs has no queue nothing\.\s+There are these: emails, reports\./],
  ["/ops retry jobs", /jobs has several queues\.\s+Say which: emails, reports\./],
  ["/ops retry jobs --queue emails", /Its Redis holds no queue emails/],
  // Versions that never were, or are no more.
  ["/ops rollback backend 9999", /9999/],
  ["/ops rollback backend not-a-version", /not-a-version/],
  ["/ops rollback backend waooaw-backend:7", /waooaw-backend:7/],
  // Counts beyond every bound.
  ["/ops scale backend 5001", /too large[\s\S]*0 to 5000/],
  ["/ops scale backend -1", /below zero/],
  ["/ops scale backend 1e9", /not a whole number/],
  ["/ops scale backend +2", /is a change, not a count/],
  ["/ops scale backend ٣", /`٣` is not a whole number/],
  ["/ops logs backend --lines 0", /lines/],
  ["/ops logs backend --lines 1000000", /lines/],
  ["/ops retry jobs --queue emails --most 0", /most|whole number/],
  ["/ops retry jobs --queue emails --most 100000", /1000/],
  // Times that are none.
  ["/ops scale backend 5 --for -5m", /-5m/],
  ["/ops scale backend 5 --for 1y", /1y/],
  ["/ops scale backend 5 --for 0s", /0s/],
  ["/ops freeze production --reason x --for forever", /forever/],
  ["/ops freeze production --reason x --for 1y", /1y/],
  ["/ops lock backend --reason x --for -5m", /-5m/],
  ["/ops clean jobs --queue emails --older -5m", /-5m|age must be/],
  ["/ops clean jobs --queue emails --older 1y", /1y|age must be/],
  ["/ops clean jobs --queue emails --older 10s", /age must be from 1 minute to 366 days/],
  ["/ops clean jobs --queue emails --older 24h --state burning", /burning|one of completed, failed, delayed, wait/],
  ["/ops terminate postgres --older 1y", /1y|at most 31d/],
  ["/ops terminate postgres --older -5m", /-5m|at least 1m/],
  ["/ops terminate postgres 12ab", /12ab|by its number/],
  ["/ops terminate postgres", /by its number/],
  ["/ops restore postgres --at yesterday-ish", /yesterday-ish/],
  ["/ops restore postgres --backup nothing-such", /There is no option.*`--backup`/],
  ["/ops restore postgres nothing-such", /nothing-such/],
  // Patterns that match everything.
  ["/ops delete-keys redis *", /may match everything/],
  ["/ops delete-keys redis ??*", /may match everything/],
  ["/ops delete-keys redis", /pattern|missing/],
  // Relations and keys that are none.
  ["/ops reindex postgres orders;drop", /platform could not be reached|no table/],
  ["/ops db postgres lokcs", /locks/],
  ["/ops show op-XXXX", /There is no operation op-XXXX/],
  ["/ops policy explain @nobody-such restart backend", /nobody-such/],
  ["/ops unlock backend", /not locked|no lock|Nobody/i],
  ["/ops start backend", /nothing|not stopped|remembered/i],
];

describe.skipIf(url === null)("bad input to operations", { timeout: 240_000 }, () => {
  test("is answered plainly, each with what is wrong or how it is written, and nothing is begun", async () => {
    const story = await startScenario({ configuration });
    const ana = story.person("U0ANA");
    const flaws: string[] = [];
    for (const [line, says] of lines) {
      const before = { told: ana.told(ops).length, screen: ana.screen(ops).length };
      await ana.types(ops, line);
      const answer = (): string =>
        [...ana.told(ops).slice(before.told), ana.screen(ops).slice(before.screen)].join("\n");
      const isOver = () => !/being planned/.test(answer()) && says.test(answer());
      const ok = await until(line, isOver, 8).catch(() => false);
      if (!ok) flaws.push(`${line} → ${answer().slice(-300)}`);
      if (/undefined|\bnull\b|NaN|TypeError|reference [A-Z0-9]{6}|something broke/i.test(answer())) {
        flaws.push(`${line} reads oddly: ${answer().slice(-300)}`);
      }
      if (ana.state().views.length > 0) await ana.closes(true);
    }
    expect(flaws).toEqual([]);
    const writes = story.cloud
      .calls()
      .filter(({ operation }) => /^(Update|Create|Delete|Reboot|Restore|Rotate|Put|Modify|Register)/.test(operation));
    expect(writes.map(({ operation }) => operation)).toEqual([]);
  });
});
