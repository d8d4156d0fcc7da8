import { afterAll, expect, test } from "vitest";
import type { Factor, FactorLink } from "../../src/domain/factor/factor.ts";
import { openDatabase, openPool } from "../../src/store/database.ts";
import { factorRecords } from "../../src/store/factors.ts";
import { migrate } from "../../src/store/migrate.ts";
import { testDatabase } from "../support/postgres.ts";

const url = await testDatabase(async (template) => {
  const pool = openPool(template, { statementMilliseconds: 0 });
  await migrate(openDatabase(pool));
  await pool.end();
});
const pool = openPool(url, { statementMilliseconds: 0 });
afterAll(() => pool.end());

const now = new Date("2026-11-22T10:00:00.123Z");
const db = openDatabase(pool);
const factors = factorRecords({ db, now, newId: () => crypto.randomUUID() });

function factor(more: Partial<Factor>): Factor {
  return {
    id: crypto.randomUUID(),
    userId: "U0ANA",
    kind: "code",
    addedAt: now,
    usedAt: null,
    sealed: "v1.sealed",
    passkey: null,
    removedAt: null,
    removedBy: null,
    removedWhy: null,
    ...more,
  };
}

function link(more: Partial<FactorLink> = {}): FactorLink {
  return {
    id: crypto.randomUUID(),
    userId: "U0ANA",
    decision: { operationId: "op", verb: "approve", planHash: "hash" },
    expiresAt: new Date(now.getTime() + 60_000),
    openedAt: null,
    provedAt: null,
    challenge: null,
    sealed: null,
    endedAt: null,
    ...more,
  };
}

test("a step is taken once and none before it, also by two at once", async () => {
  const { id } = factor({ userId: "U1" });
  await factors.insert(factor({ id, userId: "U1" }));
  const both = await Promise.all([factors.takeStep(id, 100, now), factors.takeStep(id, 100, now)]);
  expect(both.toSorted()).toEqual([false, true]);
  expect(await factors.takeStep(id, 99, now)).toBe(false);
  expect(await factors.takeStep(id, 101, now)).toBe(true);
  expect((await factors.byId(id))?.usedAt).toEqual(now);
});

test("a passkey is one person's, its count is taken once, and removed it is worth nothing and may come back", async () => {
  const passkey = { credentialId: "cred", publicKey: "key", counter: 3, transports: ["usb", "nfc"] };
  const one = factor({ userId: "U2", kind: "passkey", sealed: null, passkey });
  expect(await factors.insert(one)).toEqual(one);
  expect(await factors.insert({ ...one, id: "other", userId: "U3" })).toBeNull();
  expect(await factors.takeCounter(one.id, 2, 4, now)).toBe(false);
  expect(await factors.takeCounter(one.id, 3, 4, now)).toBe(true);
  const two = factor({ userId: "U2" });
  await factors.insert(two);
  await factors.remove([one.id, two.id], { at: now, by: "U0EVA", why: "lost" });
  expect(await factors.of("U2")).toEqual([]);
  expect(await factors.takeCounter(one.id, 4, 5, now)).toBe(false);
  expect(await factors.takeStep(two.id, 1, now)).toBe(false);
  const removed = await factors.byId(two.id);
  expect(removed).toMatchObject({ removedAt: now, removedBy: "U0EVA", removedWhy: "lost", sealed: null });
  expect((await factors.removedWith(removed as Factor)).map(({ id }) => id)).toEqual([one.id]);
  expect(await factors.insert({ ...one, id: "again", userId: "U3" })).not.toBeNull();
});

test("a link is opened once, found by its session, ended with all others of its person, and forgotten after a day", async () => {
  const one = link();
  await factors.addLink(one, "token");
  expect(await factors.linkByToken("token")).toEqual(one);
  expect(await factors.linkByToken("other")).toBeNull();
  const both = await Promise.all(["a", "b"].map((session) => factors.openLink(one.id, session, { openedAt: now })));
  expect(both.filter((found) => found !== null)).toHaveLength(1);
  const session = both[0] === null ? "b" : "a";
  await factors.updateLink(one.id, { challenge: "c", provedAt: now });
  expect(await factors.linkBySession(session)).toEqual({ ...one, openedAt: now, challenge: "c", provedAt: now });
  const manage = link({ decision: null });
  await factors.addLink(manage, "token 2");
  await factors.addLink(link({ userId: "U0BEN" }), "token 3");
  await factors.endLinks("U0ANA", now);
  expect((await factors.linkByToken("token 2"))?.endedAt).toEqual(now);
  expect((await factors.linkByToken("token 3"))?.endedAt).toBeNull();
  const later = factorRecords({ db, now: new Date(now.getTime() + 25 * 3_600_000), newId: () => crypto.randomUUID() });
  await later.addLink(link({ expiresAt: new Date(now.getTime() + 26 * 3_600_000) }), "token 4");
  expect(await factors.linkByToken("token 3")).toBeNull();
});

test("wrong codes are counted one after the other, whoever counts at the same time", async () => {
  await factors.tries("U4");
  const count = () =>
    db.transaction().execute(async (open) => {
      const own = factorRecords({ db: open, now, newId: () => crypto.randomUUID() });
      const { wrong } = await own.tries("U4");
      await own.setTries("U4", { wrong: wrong + 1, lockedUntil: null });
    });
  await Promise.all(Array.from({ length: 6 }, count));
  expect(await factors.tries("U4")).toEqual({ wrong: 6, lockedUntil: null });
});
