import { afterAll, expect, test } from "vitest";
import { openDatabase, openPool } from "../../src/store/database.ts";
import { incidentRecords } from "../../src/store/incidents.ts";
import { migrate } from "../../src/store/migrate.ts";
import { outboxRecords } from "../../src/store/outbox.ts";
import { testDatabase } from "../support/postgres.ts";
import { sampleIncident } from "../templates/incident/facts.ts";

const url = await testDatabase(async (template) => {
  const pool = openPool(template, { statementMilliseconds: 0 });
  await migrate(openDatabase(pool));
  await pool.end();
});
const pool = openPool(url);
afterAll(() => pool.end());
let ids = 0;
const context = { db: openDatabase(pool), now: new Date("2026-11-22T02:00:00Z"), newId: () => `id-${++ids}` };

test("a channel is archived only when everything said before has been said", async () => {
  const outbox = outboxRecords(context);
  const { number: _number, version: _version, ...facts } = sampleIncident();
  const incident = await incidentRecords(context).insert(facts);
  const about = { incident: incident.id };
  await outbox.add({ kind: "message", view: "incident.notice", subject: "e", place: about, once: "e" });
  await outbox.add({ kind: "topic", ...about }, "cosmetic");
  await outbox.add({ kind: "archive", ...about }, "page");
  const first = await outbox.claim(10);
  expect(first.map((row) => row.intent.kind).toSorted()).toEqual(["message", "topic"]);
  const [said, shown] = first;
  await outbox.sent(said ?? { id: "", attempts: 0 });
  expect(await outbox.claim(10)).toEqual([]);
  await outbox.failed(shown ?? { id: "", attempts: 0 }, "is_archived");
  expect((await outbox.claim(10)).map((row) => row.intent.kind)).toEqual(["archive"]);
});
