/** What each attempt of a row may record, on the real database: nothing once another attempt has taken over. */
import { afterAll, describe, expect, test } from "vitest";
import type { Intent } from "../../../src/domain/intent.ts";
import type { OutboxRow } from "../../../src/domain/outbox.ts";
import { openDatabase, openPool } from "../../../src/store/database.ts";
import { migrate } from "../../../src/store/migrate.ts";
import { outboxRecords } from "../../../src/store/outbox.ts";
import { testDatabase } from "../../support/postgres.ts";

const url = await testDatabase(async (template) => {
  const pool = openPool(template, { statementMilliseconds: 0 });
  await migrate(openDatabase(pool));
  await pool.end();
});
const pool = openPool(url);
afterAll(() => pool.end());
const start = Date.parse("2026-11-22T02:00:00Z");
let ids = 0;

/** The outbox at so many seconds after the start. */
const at = (seconds: number) =>
  outboxRecords({
    db: openDatabase(pool),
    now: new Date(start + seconds * 1000),
    newId: () => `id-${String(++ids).padStart(4, "0")}`,
  });

const home = (userId: string): Intent => ({ kind: "home", userId });

async function claimOne(seconds: number, userId: string): Promise<OutboxRow> {
  const rows = await at(seconds).claim(10);
  const row = rows.find(({ intent }) => intent.kind === "home" && intent.userId === userId);
  if (!row) throw new Error(`Nothing is due for ${userId}`);
  return row;
}

async function stateOf(row: OutboxRow): Promise<string> {
  const { rows } = await pool.query<{ state: string }>("select state from outbox where id = $1", [row.id]);
  return rows[0]?.state ?? "gone";
}

const later = { inDoubt: true, error: "no_answer", asked: true };

describe("an attempt that another process took for lost", () => {
  async function overtaken(userId: string) {
    await at(0).add(home(userId));
    const first = await claimOne(0, userId);
    await at(10).recover([first.id], new Date(start + 12_000));
    expect(await at(11).claim(10), "it was tried again before it could have arrived").toEqual([]);
    const second = await claimOne(12, userId);
    expect(second).toMatchObject({ id: first.id, inDoubt: true, attempts: 2 });
    expect(second.attemptedAt, "look-ups go back to the first attempt").toEqual(new Date(start));
    return { first, second };
  }

  test("does not record that it was sent, nor that it failed, nor that it is to be tried again", async () => {
    const { first, second } = await overtaken("U1");
    expect(await at(13).sent(first)).toBe("overtaken");
    expect(await at(13).failed(first, "restricted_action")).toBe(false);
    expect(await at(13).again(first, new Date(start), later)).toBe(false);
    expect(await stateOf(second)).toBe("sending");
    expect(await at(14).sent(second)).toBe("settled");
    expect(await stateOf(second)).toBe("sent");
  });

  test("still records that it was sent while nobody tries it again", async () => {
    await at(0).add(home("U2"));
    const first = await claimOne(0, "U2");
    await at(10).recover([first.id], new Date(start + 12_000));
    expect(await at(11).sent(first)).toBe("settled");
    expect(await at(20).claim(10)).toEqual([]);
  });

  test("is settled once only", async () => {
    await at(0).add(home("U3"));
    const row = await claimOne(0, "U3");
    expect(await at(1).sent(row)).toBe("settled");
    expect(await at(1).failed(row, "x")).toBe(false);
    expect(await stateOf(row)).toBe("sent");
  });
});

describe("rows being sent", () => {
  test("are named, and only those named are put in doubt", async () => {
    for (const userId of ["U4", "U5"]) await at(0).add(home(userId));
    const claimed = await at(0).claim(10);
    const [left, kept] = claimed;
    expect((await at(1).sending()).toSorted()).toEqual(claimed.map((row) => row.id).toSorted());
    await at(1).recover([left?.id ?? ""], new Date(start + 1000));
    expect(await at(1).sending()).toEqual([kept?.id]);
    await at(1).recover([], new Date(start + 1000));
    expect(await at(1).sending()).toEqual([kept?.id]);
    expect((await at(2).claim(10)).map((row) => [row.id, row.inDoubt])).toEqual([[left?.id, true]]);
    for (const row of [left, kept]) if (row) await at(3).sent({ id: row.id, attempts: row === left ? 2 : 1 });
  });

  test("that Slack was never asked for do not count as tried", async () => {
    await at(0).add(home("U6"));
    const row = await claimOne(0, "U6");
    await at(0).again(row, new Date(start + 1000), { inDoubt: false, error: "", asked: false });
    expect(await claimOne(1, "U6")).toMatchObject({ attempts: 1, inDoubt: false });
  });

  test("are drawn again when something changed meanwhile, once however often it changed", async () => {
    await at(0).add(home("U7"));
    const row = await claimOne(0, "U7");
    for (let change = 0; change < 20; change += 1) await at(1).add(home("U7"));
    expect(await at(1).claim(10), "two at once for one view").toEqual([]);
    await at(2).sent(row);
    const next = await claimOne(2, "U7");
    await at(3).sent(next);
    expect(await at(3).claim(10)).toEqual([]);
  });
});
