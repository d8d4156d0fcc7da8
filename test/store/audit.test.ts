import pg from "pg";
import { afterAll, beforeEach, expect, test } from "vitest";
import { emptyChain } from "../../src/domain/audit/seal.ts";
import { startSealing } from "../../src/jobs/seal-audit.ts";
import { auditRecords } from "../../src/store/audit.ts";
import { sealAudit } from "../../src/store/audit-seal.ts";
import { verifyAudit } from "../../src/store/audit-verify.ts";
import { type Database, openDatabase, openPool } from "../../src/store/database.ts";
import { migrate } from "../../src/store/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";

async function migrateUrl(url: string): Promise<void> {
  const db = openDatabase(openPool(url));
  await migrate(db);
  await db.destroy();
}

const now = new Date("2026-03-01T10:00:00.000Z");
let database: TestDatabase;
let db: Database;
const opened: (() => Promise<unknown>)[] = [];

/** A connection of one's own, for transactions that stay open and for whoever tampers. */
async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  opened.push(() => client.end());
  return client;
}

function openAnother(): Database {
  const another = openDatabase(openPool(database.url));
  opened.push(() => another.destroy());
  return another;
}

async function close(): Promise<void> {
  for (const end of opened.splice(0)) await end();
  if (database) await database.drop();
}

beforeEach(async () => {
  await close();
  database = await createTestDatabase(migrateUrl);
  db = openAnother();
});
afterAll(close);

async function add(subject: string, on: Database = db): Promise<void> {
  await on.transaction().execute(async (trx) => {
    const audit = auditRecords({ db: trx, now, newId: () => "" });
    await audit.add({ actor: "U0ANA", action: "incident.declared", subject, details: { severity: "SEV2" } });
  });
}

/** Seals until nothing is left; open transactions of other suites on the same server are waited for. */
async function sealAll(): Promise<number> {
  let sealed = 0;
  let calm = 0;
  for (let rounds = 0; rounds < 2000; rounds++) {
    const round = await sealAudit(db, now);
    sealed += round.sealed;
    // Transactions of other tests on this server hold entries back; one that ended in the middle of a round leaves
    // them to the next.
    calm = round.more ? 0 : calm + 1;
    if (calm === 2) return sealed;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error("There is always more to seal.");
}

const insert = "insert into audit (at, actor, action, subject, details) values ($1, 'U0BEN', 'a.b', $2, '{}')";

async function sealedSubjects(): Promise<readonly string[]> {
  const client = await connect();
  const { rows } = await client.query<{ subject: string }>(
    "select a.subject from audit_seal s join audit a on a.id = s.entry_id order by s.position",
  );
  return rows.map(({ subject }) => subject);
}

/** Does what only somebody with all rights can: changes the log behind the triggers' back. */
async function tamper(...statements: readonly string[]): Promise<void> {
  const client = await connect();
  await client.query("alter table audit disable trigger all");
  await client.query("alter table audit_seal disable trigger all");
  for (const statement of statements) await client.query(statement);
  await client.query("alter table audit enable trigger all");
  await client.query("alter table audit_seal enable trigger all");
}

async function fiveSealed(): Promise<void> {
  for (const subject of ["one", "two", "three", "four", "five"]) await add(subject);
  expect(await sealAll()).toBe(5);
}

test("entries are read back newest first, as they were written", async () => {
  await add("one");
  await db.transaction().execute(async (trx) => {
    const audit = auditRecords({ db: trx, now, newId: () => "" });
    await audit.add({
      actor: "a\u0000b",
      action: "x.y",
      subject: "half \ud83d",
      details: { "k\u0000": ["\udc00", 1.5] },
    });
  });
  const { recent } = auditRecords({ db, now, newId: () => "" });
  expect(await recent(1)).toEqual([
    {
      id: 2,
      at: now,
      actor: "a\ufffdb",
      action: "x.y",
      subject: "half \ufffd",
      details: { "k\ufffd": ["\ufffd", 1.5] },
    },
  ]);
  expect((await recent(9)).map(({ subject }) => subject)).toEqual(["half \ufffd", "one"]);
});

test("an entry whose transaction is rolled back leaves nothing", async () => {
  await expect(
    db.transaction().execute(async (trx) => {
      await auditRecords({ db: trx, now, newId: () => "" }).add({
        actor: "a",
        action: "b.c",
        subject: "d",
        details: null,
      });
      throw new Error("rolled back");
    }),
  ).rejects.toThrow("rolled back");
  expect(await sealAll()).toBe(0);
});

test.each(["audit", "audit_seal"])("the database itself refuses to change, remove or empty %s", async (table) => {
  await fiveSealed();
  const client = await connect();
  const column = table === "audit" ? "actor" : "hash";
  for (const statement of [`update ${table} set ${column} = 'x'`, `delete from ${table}`, `truncate ${table}`])
    await expect(client.query(statement)).rejects.toThrow("audit entries are never changed or removed");
});

test("a log as it was sealed is intact, and what waits for its seal is told", async () => {
  expect(await verifyAudit(db)).toEqual({
    verified: 0,
    head: null,
    unsealed: { count: 0, oldest: null },
    bad: null,
    knownHead: null,
  });
  await fiveSealed();
  await add("six");
  expect(await verifyAudit(db)).toMatchObject({
    verified: 5,
    head: { position: 5, entryId: 5 },
    unsealed: { count: 1, oldest: now },
    bad: null,
  });
});

test("details survive the way through the database, so that their hash still fits", async () => {
  await db.transaction().execute(async (trx) => {
    const audit = auditRecords({ db: trx, now: new Date("2026-03-01T10:00:00.123Z"), newId: () => "" });
    const details = { z: 1, a: [0.1, 1e21, -0, 1e-7, "é\n\u2028", { "": null, "10": 1, "9": 2 }], ü: "\u0001" };
    await audit.add({ actor: "U0ANA", action: "a.b", subject: "s", details });
  });
  await sealAll();
  expect((await verifyAudit(db)).bad).toBeNull();
});

test.each([
  ["an entry's actor", "update audit set actor = 'U0BEN' where id = 3", { position: 3, entryId: 3, kind: "changed" }],
  [
    "an entry's moment by a millisecond",
    "update audit set at = at + interval '1 ms' where id = 2",
    { position: 2, entryId: 2, kind: "changed" },
  ],
  [
    "a word inside the details",
    `update audit set details = '{"severity":"SEV3"}' where id = 5`,
    { position: 5, entryId: 5, kind: "changed" },
  ],
  [
    "a seal",
    "update audit_seal set hash = repeat('0', 64) where position = 4",
    { position: 4, entryId: 4, kind: "changed" },
  ],
  ["an entry, removed", "delete from audit where id = 2", { position: 2, entryId: 2, kind: "removed" }],
  ["the newest entry, removed", "delete from audit where id = 5", { position: 5, entryId: 5, kind: "removed" }],
  [
    "a seal, removed, so that its entry looks unsealed",
    "delete from audit_seal where position = 4",
    { position: 4, entryId: null, kind: "removed" },
  ],
])("tampering with %s is found", async (_, statement, bad) => {
  await fiveSealed();
  await tamper(statement);
  expect((await verifyAudit(db)).bad).toEqual(bad);
  await sealAll();
  expect((await verifyAudit(db)).bad, "and stays found when the sealer has run again").toEqual(bad);
});

test("entries that changed places are found", async () => {
  await fiveSealed();
  await tamper(
    "update audit_seal set entry_id = -2 where position = 2",
    "update audit_seal set entry_id = 2 where position = 4",
    "update audit_seal set entry_id = 4 where position = 2",
  );
  expect((await verifyAudit(db)).bad).toEqual({ position: 2, entryId: 4, kind: "reordered" });
});

test("an entry put in between, without a seal or with a made-up one, is found", async () => {
  await fiveSealed();
  await tamper(
    "insert into audit (at, actor, action, subject, details, transaction) select at, actor, action, 'forged', details, transaction from audit where id = 2",
  );
  const withoutSeal = { position: 3, entryId: 6, kind: "inserted" };
  expect((await verifyAudit(db)).bad).toEqual(withoutSeal);
  await add("seven");
  await sealAll();
  expect((await verifyAudit(db)).bad, "the sealer does not seal it over").toEqual(withoutSeal);

  await tamper(
    "update audit_seal set position = -position where position >= 3",
    "update audit_seal set position = 1 - position where position < 0",
    "insert into audit_seal (position, entry_id, hash, sealed_at) values (3, 6, repeat('a', 64), now())",
  );
  expect((await verifyAudit(db)).bad).toEqual({ position: 3, entryId: 6, kind: "inserted" });
});

test("a log whose newest entries were cut off with their seals is found by a head written down before", async () => {
  await fiveSealed();
  const { head } = await verifyAudit(db);
  if (!head) throw new Error("five are sealed");
  expect((await verifyAudit(db, { knownHead: head })).knownHead).toBe("found");
  await tamper("delete from audit where id > 3", "delete from audit_seal where position > 3");
  expect((await verifyAudit(db)).bad).toBeNull();
  expect((await verifyAudit(db, { knownHead: head })).knownHead).toBe("missing");
  await add("four again");
  await add("five again");
  await sealAll();
  expect((await verifyAudit(db, { knownHead: head })).knownHead).toBe("differs");
  expect((await verifyAudit(db, { knownHead: emptyChain })).knownHead).toBe("missing");
});

test("what an older open transaction may still write is waited for, and sealed in its place", async () => {
  const slow = await connect();
  await slow.query("begin");
  await slow.query(insert, [now, "slow one"]);
  await add("quick");
  expect(await sealAudit(db, now)).toEqual({ sealed: 0, more: "soon" });
  await slow.query(insert, [now, "slow two"]);
  await slow.query("commit");
  expect(await sealAll()).toBe(3);
  expect(await sealedSubjects()).toEqual(["slow one", "slow two", "quick"]);
  expect((await verifyAudit(db)).bad).toBeNull();
});

test("a transaction that took its number early and writes its entry late is not passed by", async () => {
  const early = await connect();
  await early.query("begin");
  await early.query("select pg_current_xact_id()");
  await add("committed first");
  expect(await sealAudit(db, now)).toEqual({ sealed: 0, more: "soon" });
  await early.query(insert, [now, "numbered first"]);
  await early.query("commit");
  await sealAll();
  expect(await sealedSubjects()).toEqual(["numbered first", "committed first"]);
});

test("entries of a restored dump, whose transactions have numbers from another server, are sealed too", async () => {
  const client = await connect();
  const { rows } = await client.query<{ next: string }>("select pg_current_xact_id()::text as next");
  const next = Number(rows[0]?.next);
  const restore = (subject: string, transaction: number) =>
    `insert into audit (at, actor, action, subject, details, transaction) values ('${now.toISOString()}', 'a', 'b.c', '${subject}', '{}', '${transaction}')`;
  // The dump holds what lies below, among and above the numbers that this server is about to hand out.
  const numbers = Array.from({ length: 60 }, (_, index) => next + index);
  await tamper(restore("old", 5), ...numbers.map((number) => restore("old", number)), restore("old", next + 100_000));
  await sealAll();
  await tamper(restore("restored without a seal", next + 100_001));
  expect(await sealAll()).toBe(1);
  const written: string[] = [];
  for (let i = 0; i < 40; i++) {
    await add(`new ${i}`);
    written.push(`new ${i}`);
    if (i % 3 === 0) await sealAll();
  }
  await sealAll();
  expect((await sealedSubjects()).filter((subject) => subject !== "old")).toEqual([
    "restored without a seal",
    ...written,
  ]);
  expect(await verifyAudit(db)).toMatchObject({ verified: 103, bad: null, unsealed: { count: 0 } });
});

test("eight writers and three sealers at once leave one chain without a gap, every entry in it once", async () => {
  const sealers = [db, openAnother(), openAnother()];
  let writing = true;
  const sealing = sealers.map(async (sealer) => {
    let rounds = 0;
    while (writing || (await sealAudit(sealer, now)).more) {
      await sealAudit(sealer, now);
      rounds++;
    }
    return rounds;
  });
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    const client = await connect();
    for (let i = 0; i < 40; i++) {
      await client.query("begin");
      await client.query(insert, [now, `${writer}/${i}a`]);
      if (i % 3 === 0) await client.query("select pg_sleep(0.002)");
      await client.query(insert, [now, `${writer}/${i}b`]);
      await client.query(i % 7 === 0 ? "rollback" : "commit");
    }
  });
  await Promise.all(writers);
  writing = false;
  await Promise.all(sealing);
  await sealAll();
  const written = 8 * 34 * 2;
  const subjects = await sealedSubjects();
  expect(new Set(subjects).size).toBe(written);
  expect(await verifyAudit(db)).toMatchObject({ verified: written, bad: null, unsealed: { count: 0 } });
  for (let i = 0; i + 1 < written; i++) {
    const own = subjects[i] ?? "";
    if (own.endsWith("a")) expect(subjects[i + 1]).toBe(own.replace(/a$/, "b"));
  }
});

test("with the sealing at work an entry is sealed soon after its commit, told of it or not", async () => {
  const sealing = startSealing({
    seal: () => sealAudit(db, now),
    onError: (error) => {
      throw error;
    },
  });
  const client = await connect();
  try {
    for (const subject of ["told", "not told"]) {
      await add(subject);
      const committed = performance.now();
      if (subject === "told") sealing.wake();
      const sealed = `select 1 from audit_seal s join audit a on a.id = s.entry_id where a.subject = '${subject}'`;
      while ((await client.query(sealed)).rowCount === 0) {
        expect(performance.now() - committed, subject).toBeLessThan(5000);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  } finally {
    await sealing.stop();
  }
});

test("more entries than one round takes are sealed and verified run by run", async () => {
  const client = await connect();
  await client.query(
    "insert into audit (at, actor, action, subject, details) select $1::timestamptz, 'a', 'b.c', n::text, '{}' from generate_series(1, 2300) n",
    [now],
  );
  expect(await sealAll()).toBe(2300);
  expect(await verifyAudit(db)).toMatchObject({ verified: 2300, bad: null });
  await tamper("update audit set subject = 'x' where id = 1500");
  expect((await verifyAudit(db)).bad).toEqual({ position: 1500, entryId: 1500, kind: "changed" });
});
