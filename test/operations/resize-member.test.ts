import { describe, expect, test } from "vitest";
import type { Placement } from "../../src/domain/configuration.ts";
import type { Plan, Target } from "../../src/domain/operation/operation.ts";
import type { InstanceState } from "../../src/domain/platform/snapshots.ts";
import { resizeDatabase } from "../../src/operations/resize-database.ts";

const asked = "2026-11-22T10:00:00.000Z";
const placement: Placement = { environment: "production", provider: "rds", at: { instance: "a-1" } };
const target: Target = { kind: "database", name: "a", environment: "production", production: true, placement };

/** A cluster whose members have these classes; the first of them writes, unless another one is named. */
function cluster(classes: Readonly<Record<string, string>>, writer = "a-1") {
  const names = Object.keys(classes);
  const world = { writer, classes: { ...classes }, reached: true };
  const nameOf = (at: Placement) => at.at.instance ?? "";
  const see: Parameters<typeof resizeDatabase.plan>[2] = {
    size: async (at) => ({
      ...{ class: world.classes[nameOf(at)] ?? "", storage: 1, growsTo: null, window: "sun:02:30-sun:03:00" },
      pending: { class: null, storage: null, others: [] },
    }),
    classes: async (_at, wanted) => (wanted === null ? [] : [{ class: wanted, storage: null }]),
    instance: async (at) =>
      ({
        ...{
          name: nameOf(at),
          status: "available",
          engine: "aurora-postgresql 16.4",
          multiAz: false,
          restorable: null,
        },
        cluster: {
          ...{ name: "a", status: "available", writer: world.writer },
          readers: names.filter((name) => name !== world.writer),
        },
      }) as unknown as InstanceState,
    list: async () => [],
    events: async () => [],
    reachable: async () => ({ reached: world.reached, text: world.reached ? "a primary" : "a replica" }),
    restored: async () => null,
  };
  return { world, see };
}

const plan = (see: ReturnType<typeof cluster>["see"], input: object): Promise<Plan> =>
  resizeDatabase.plan(
    resizeDatabase.parse({ class: "db.r6g.xlarge", storage: null, when: "now", asked, ...input }),
    target,
    see,
  );

describe("another class for a member of a cluster", () => {
  test("says of the writer that Aurora fails over or nothing is written, and which readers come first", async () => {
    const { see } = cluster({ "a-1": "db.r6g.large", "a-2": "db.r6g.large", "a-3": "db.r6g.2xlarge" });
    const { risks, observed, expects } = await plan(see, {});
    expect(risks).toEqual([
      "a-1 is the writer: connections and transactions are cut. Aurora fails over to a reader meanwhile where it can; else nothing is written for several minutes.",
      "Change the readers first, so that no smaller one takes over: a-2 is db.r6g.large (`/ops resize a --class db.r6g.xlarge --member a-2`).",
    ]);
    expect(observed.join()).toContain("aurora-postgresql 16.4, the writer of the cluster a, available.");
    expect(expects).toMatchObject({ writer: "a-1" });
    const alone = cluster({ "a-1": "db.r6g.large" });
    expect((await plan(alone.see, {})).risks).toEqual([
      "a-1 is the writer and has no reader: nothing can connect while it changes, for several minutes.",
    ]);
  });

  test("changes the member that was named and no other, and so does the way back", async () => {
    const { see } = cluster({ "a-1": "db.r6g.large", "a-2": "db.r6g.large", "a-3": "db.r6g.large" });
    const made = await plan(see, { member: "a-2" });
    expect(made.summary).toBe("Resize a-2 of a in production to db.r6g.xlarge at once");
    expect(made.risks).toEqual(["a-2 is a reader: connections to it are cut, and it is away for several minutes."]);
    expect(made.undo?.input).toMatchObject({ member: "a-2", class: "db.r6g.large" });
    const sent: (string | undefined)[] = [];
    await resizeDatabase.apply(
      made,
      target,
      { resize: async (at: Placement) => void sent.push(at.at.instance) } as unknown as Parameters<
        typeof resizeDatabase.apply
      >[2],
      { operationId: "op-1", step: async (_name, work) => work(), slices: async () => {} },
    );
    expect(sent).toEqual(["a-2"]);
  });

  test("is verified by the member, though the address leads to a reader once Aurora has failed over", async () => {
    const { see, world } = cluster({ "a-1": "db.r6g.large", "a-2": "db.r6g.xlarge" });
    const made = await plan(see, {});
    world.classes["a-1"] = "db.r6g.xlarge";
    world.reached = false;
    expect((await resizeDatabase.look(made, target, see, new Date())).verdict).toBe("on-the-way");
    world.writer = "a-2";
    expect(await resizeDatabase.look(made, target, see, new Date())).toMatchObject({
      verdict: "as-asked",
      progress: "available, db.r6g.xlarge; a reader of the cluster a",
    });
  });
});
