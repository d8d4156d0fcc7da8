import { describe, expect, test } from "vitest";
import type { Plan, Target } from "../../src/domain/operation/operation.ts";
import type { ServerSize } from "../../src/domain/platform/sizes.ts";
import type { InstanceState, Snapshot } from "../../src/domain/platform/snapshots.ts";
import { Refusal } from "../../src/errors.ts";
import { resizeDatabase } from "../../src/operations/resize-database.ts";

const asked = "2026-11-22T10:00:00.000Z";
const placement = { environment: "production", provider: "rds", at: { instance: "pg" } };
const target: Target = { kind: "database", name: "pg", environment: "production", production: true, placement };

const usual = {
  size: {
    class: "db.m6g.large",
    storage: 100,
    growsTo: null,
    pending: { class: null, storage: null, others: [] },
    window: "sun:02:30-sun:03:00",
  } as ServerSize,
  state: {
    ...{ name: "pg", status: "available", engine: "postgres 16.4", multiAz: true, zone: "a", standbyZone: "b" },
    ...{ cluster: null, endpoint: "pg:5432", storageGigabytes: 100, encrypted: true, madeBy: null },
    restorable: { from: null, to: new Date("2026-11-22T09:55:00Z") },
  } as InstanceState,
  told: [] as readonly { readonly at: Date; readonly text: string }[],
  snapshots: [] as readonly Snapshot[],
};
type World = typeof usual;

/** What is read of a server that is as the story wants it. */
function seeing({ size, state, told, snapshots }: World): Parameters<typeof resizeDatabase.plan>[2] {
  const classes = ["db.m6g.large", "db.m6g.xlarge", "db.t4g.small"];
  return {
    size: async () => size,
    classes: async (_at, wanted) =>
      classes
        .filter((one) => wanted === null || one === wanted)
        .map((one) => ({ class: one, storage: { least: 20, most: 1000 } })),
    instance: async () => state,
    list: async () => snapshots,
    events: async (_at, since) => told.filter(({ at }) => at >= since),
    reachable: async () => ({ reached: true, text: "a primary" }),
    restored: async () => null,
  };
}

const planned = (input: object, world: Partial<World> = {}): Promise<Plan> =>
  resizeDatabase.plan(
    resizeDatabase.parse({ class: null, storage: null, when: "window", asked, ...input }),
    target,
    seeing({ ...usual, ...world }),
  );
const refused = async (input: object, world: Partial<World> = {}): Promise<string> => {
  const error = await planned(input, world).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Refusal);
  return `${(error as Refusal).message} ${(error as Refusal).next ?? ""}`;
};
const waits = (pending: Partial<ServerSize["pending"]>) => ({
  size: { ...usual.size, pending: { ...usual.size.pending, ...pending } },
});

describe("the plan for another size of a server", () => {
  test("says what is interrupted, with a standby and without, and what a smaller class means", async () => {
    const { risks } = await planned(
      { class: "db.t4g.small", when: "now" },
      { state: { ...usual.state, multiAz: false } },
    );
    expect(risks).toEqual([
      "It has no standby: nothing can connect while it changes, for several minutes.",
      "db.t4g.small is smaller: it has less memory, and as a rule allows fewer connections.",
    ]);
    expect((await planned({ class: "db.m6g.xlarge" })).risks).toEqual([
      "It changes over to its standby on the way: connections and transactions are cut, for 1 to 2 minutes.",
    ]);
  });

  test("warns at once of everything else that RDS would do with it, and not where it waits for the window", async () => {
    const pending = waits({ others: ["Engine Version 17.2"] });
    const now = await planned({ storage: 200, when: "now" }, pending);
    expect(now.risks.at(-1)).toBe("RDS then also makes at once what waits for its window: Engine Version 17.2.");
    expect(now.expects["waiting change"]).toBe("Engine Version 17.2");
    expect(now.confirm).toBeUndefined();
    expect((await planned({ storage: 200 }, pending)).risks).toHaveLength(1);
  });

  test("warns where there is neither a fresh backup nor a moment to restore to", async () => {
    const at = new Date("2026-11-20T10:00:00Z");
    const snapshot = { name: "s", at, status: "available", percent: 100, kind: "manual", madeBy: null } as const;
    const old = { ...snapshot, engine: "postgres 16.4", encrypted: true };
    const state = { ...usual.state, restorable: null };
    const fresh = { ...old, at: new Date("2026-11-22T02:00:00Z") };
    expect((await planned({ storage: 200 }, { state, snapshots: [old] })).risks.at(-1)).toBe(
      "Its newest backup is of 2026-11-20 10:00 UTC: `/ops backup pg` takes one before.",
    );
    expect((await planned({ storage: 200 }, { state })).risks.at(-1)).toMatch(/^It has no backup/);
    expect((await planned({ storage: 200 }, { state, snapshots: [fresh] })).risks).toHaveLength(1);
  });

  test("takes what is scheduled as there, what is asked at once not, and replaces another one that waits", async () => {
    const pending = waits({ class: "db.m6g.xlarge" });
    expect((await planned({ class: "db.m6g.xlarge" }, pending)).nothingToDo).toMatch(/is scheduled already/);
    expect((await planned({ class: "db.m6g.xlarge", when: "now" }, pending)).nothingToDo).toBeNull();
    expect((await planned({ class: "db.m6g.large" })).nothingToDo).toBe("pg in production has db.m6g.large already.");
    expect((await planned({ class: "db.t4g.small" }, pending)).changes).toEqual([
      { label: "Class", from: "db.m6g.large (db.m6g.xlarge scheduled)", to: "db.t4g.small" },
    ]);
  });

  test("takes back what waits, but not while more waits than that, and of storage only what is not there yet", async () => {
    const both = waits({ class: "db.m6g.xlarge", storage: 200 });
    expect((await planned({ class: "db.m6g.large", storage: 100 }, both)).summary).toBe(
      "Take back the change of pg in production to db.m6g.xlarge and 200 GiB",
    );
    expect(await refused({ class: "db.m6g.large" }, both)).toMatch(
      /takes a change back only at once[\s\S]*200 GiB waits too/,
    );
    const grown = { size: { ...usual.size, class: "db.m6g.xlarge", storage: 200 } };
    const back = await planned({ class: "db.m6g.large", storage: 100, back: true }, grown);
    expect(back.changes).toEqual([{ label: "Class", from: "db.m6g.xlarge", to: "db.m6g.large" }]);
    expect(await refused({ storage: 100, back: true }, grown)).toMatch(
      /has 200 GiB by now, and RDS never makes storage smaller/,
    );
  });

  test.each([
    [
      "a member of a Multi-AZ cluster",
      { cluster: { name: "c", status: "available", writer: "pg", readers: [] } },
      /member of the Multi-AZ cluster c, whose members are all of one class/,
    ],
    ["one that is stopped", { status: "stopped" }, /is stopped; RDS changes only[\s\S]*Start it first/],
    ["one that is being backed up", { status: "backing-up" }, /is backing-up[\s\S]*Ask again/],
  ])("is refused for %s", async (_what, state, said) => {
    expect(await refused({ storage: 200 }, { state: { ...usual.state, ...state } as InstanceState })).toMatch(said);
  });

  test("adds storage to a server that has none left, and while it is optimized changes its class alone", async () => {
    const full = { state: { ...usual.state, status: "storage-full" } };
    expect((await planned({ storage: 200, when: "now" }, full)).nothingToDo).toBeNull();
    expect(await refused({ class: "db.m6g.xlarge" }, full)).toMatch(/is storage-full/);
    const optimizing = { state: { ...usual.state, status: "storage-optimization" } };
    expect((await planned({ class: "db.m6g.xlarge" }, optimizing)).nothingToDo).toBeNull();
    expect(await refused({ storage: 200 }, optimizing)).toMatch(/was changed lately/);
    const at = new Date("2026-11-22T05:00:00Z");
    const lately = { told: [{ at, text: "Finished applying modification to allocated storage" }] };
    expect(await refused({ storage: 200 }, lately)).toMatch(/Ask again after 11:00 UTC/);
  });
});

describe("a look at a server that was resized", () => {
  const look = async (input: object, world: Partial<World>) =>
    resizeDatabase.look(await planned(input), target, seeing({ ...usual, ...world }), new Date(asked));

  test("is done only when it serves and a connection gets in; a change on its way may take its time", async () => {
    const size = { ...usual.size, class: "db.m6g.xlarge" };
    const done = await look({ class: "db.m6g.xlarge", when: "now" }, { size });
    expect(done).toMatchObject({ verdict: "as-asked", final: true });
    expect(done.progress).toMatch(/a fresh connection gets in: a primary/);
    const state = { ...usual.state, status: "modifying" };
    expect(await look({ class: "db.m6g.xlarge", when: "now" }, { size, state })).toMatchObject({
      verdict: "on-the-way",
      working: true,
    });
  });

  test("tells the moment after the window where it waits, a change that was taken away, and one that broke", async () => {
    expect(await look({ class: "db.m6g.xlarge" }, waits({ class: "db.m6g.xlarge" }))).toMatchObject({
      verdict: "as-asked",
      againAt: "2026-11-29T03:00:00.000Z",
    });
    const told = [{ at: new Date("2026-11-22T10:01:00Z"), text: "Unable to modify the class: insufficient capacity" }];
    expect(await look({ class: "db.m6g.xlarge", when: "now" }, { told })).toMatchObject({
      verdict: "reverted",
      reason: "Unable to modify the class: insufficient capacity",
    });
    const state = { ...usual.state, status: "incompatible-parameters" };
    expect(
      await look({ class: "db.m6g.xlarge", when: "now" }, { state, ...waits({ class: "db.m6g.xlarge" }) }),
    ).toMatchObject({
      verdict: "failed",
    });
  });

  test("counts storage that RDS added by itself since as asked", async () => {
    const size = { ...usual.size, storage: 220 };
    expect(await look({ storage: 200, when: "now" }, { size })).toMatchObject({ verdict: "as-asked" });
  });
});
