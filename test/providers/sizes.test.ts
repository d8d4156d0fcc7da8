import { describe, expect, onTestFinished, test } from "vitest";
import type { Placement } from "../../src/domain/configuration.ts";
import { ProviderError } from "../../src/errors.ts";
import { elasticacheProvider } from "../../src/providers/elasticache/elasticache.ts";
import { rdsProvider } from "../../src/providers/rds/rds.ts";
import { startClock } from "../../src/sandbox/clock.ts";
import { startCloud } from "../../src/sandbox/cloud/cloud.ts";

const server: Placement = {
  environment: "production",
  provider: "rds",
  at: { instance: "waooaw-postgres-production" },
};
const cache: Placement = {
  environment: "production",
  provider: "elasticache",
  at: { replication_group: "waooaw-redis-production" },
};
const from = { class: "db.m6g.large", storage: 100 };

async function start() {
  const beginning = Date.parse("2026-11-22T10:00:00Z");
  const clock = startClock(() => beginning);
  const cloud = await startCloud({ clock });
  onTestFinished(() => cloud.stop());
  const options = { region: cloud.region, endpoint: cloud.endpoint, credentials: cloud.credentials };
  const { sizes } = rdsProvider(options, { reachable: async () => null, check: async () => [] });
  const elasticache = elasticacheProvider(options);
  const { nodes } = elasticache;
  if (!sizes || !nodes) throw new Error("a port is missing");
  const did = (operation: string) => cloud.calls().filter((call) => call.operation === operation);
  const minutes = (count: number) => clock.advance(count * 60_000);
  return { cloud, sizes, nodes, elasticache, did, minutes };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ProviderError);
  return (error as ProviderError).code;
}

describe("the size of a server on RDS", () => {
  test("is told with what waits and when, and what it can be made", async () => {
    const { cloud, sizes } = await start();
    cloud.world.changeInstance("waooaw-postgres-production", { pending: { engineVersion: "17.2", multiAz: false } });
    expect(await sizes.read.size(server)).toEqual({
      ...from,
      growsTo: 500,
      pending: { class: null, storage: null, others: ["Multi AZ false", "Engine Version 17.2"] },
      window: "sun:02:30-sun:03:00",
    });
    expect(await sizes.read.classes(server, "db.r6g.large")).toEqual([
      { class: "db.r6g.large", storage: { least: 20, most: 65_536 } },
    ]);
    expect(await sizes.read.classes(server, "db.r6g.lrge")).toEqual([]);
    expect((await sizes.read.classes(server, null)).map((one) => one.class)).toContain("db.t4g.micro");
  });

  test("is changed at once, and asking again changes nothing, before and after it is done", async () => {
    const { sizes, did, minutes } = await start();
    const to = { class: "db.r6g.large", storage: null };
    await sizes.write.resize(server, to, from, "now");
    await sizes.write.resize(server, to, from, "now");
    await minutes(5);
    await sizes.write.resize(server, to, from, "now");
    expect(did("ModifyDBInstance")).toHaveLength(1);
    expect(await sizes.read.size(server)).toMatchObject({ class: "db.r6g.large", pending: { class: null } });
  });

  test("waits for the window, can be made at once all the same, and is taken back by asking for what is there", async () => {
    const { sizes, did } = await start();
    const to = { class: "db.r6g.large", storage: 200 };
    await sizes.write.resize(server, to, from, "window");
    await sizes.write.resize(server, to, from, "window");
    expect(did("ModifyDBInstance")).toHaveLength(1);
    expect(await sizes.read.size(server)).toMatchObject({ ...from, pending: { class: "db.r6g.large", storage: 200 } });
    await sizes.write.resize(server, from, from, "window");
    expect(await sizes.read.size(server)).toMatchObject({ ...from, pending: { class: null, storage: null } });
    await sizes.write.resize(server, to, from, "window");
    await sizes.write.resize(server, to, from, "now");
    expect(did("ModifyDBInstance")).toHaveLength(4);
  });

  test("is left alone where somebody changed it meanwhile", async () => {
    const { cloud, sizes, did } = await start();
    cloud.world.changeInstance("waooaw-postgres-production", { instanceClass: "db.m6g.4xlarge" });
    const work = sizes.write.resize(server, { class: "db.r6g.large", storage: null }, from, "now");
    expect(await codeOf(work)).toBe("SizeMoved");
    expect(did("ModifyDBInstance")).toHaveLength(0);
  });
});

describe("the node type of a group on ElastiCache", () => {
  test("is told, with the types it may have; doctor finds the group, or says what to correct", async () => {
    const { nodes, elasticache } = await start();
    expect(await nodes.read.group(cache)).toEqual({
      name: "waooaw-redis-production",
      status: "available",
      type: "cache.m6g.large",
      pending: null,
      nodes: 2,
      failsOver: true,
      window: "sun:04:00-sun:05:00",
    });
    const types = await nodes.read.types(cache);
    expect(types.larger).toContain("cache.r6g.large");
    expect(types.smaller).toContain("cache.t4g.small");
    const nowhere = { ...cache, at: { replication_group: "nowhere" } };
    expect(await elasticache.check([cache, nowhere])).toEqual([
      expect.objectContaining({ ok: true, found: "2 nodes of cache.m6g.large, available, fails over by itself" }),
      expect.objectContaining({
        ok: false,
        fix: "Correct the replication group or the region in the configuration.",
      }),
    ]);
  });

  test("is changed once however often it is asked for, waits and is taken back, and is left alone where it moved", async () => {
    const { nodes, did, minutes } = await start();
    const { setType } = nodes.write;
    await setType(cache, "cache.r6g.large", "cache.m6g.large", "window");
    await setType(cache, "cache.r6g.large", "cache.m6g.large", "window");
    expect(await nodes.read.group(cache)).toMatchObject({ type: "cache.m6g.large", pending: "cache.r6g.large" });
    await setType(cache, "cache.m6g.large", "cache.m6g.large", "now");
    expect(await nodes.read.group(cache)).toMatchObject({ type: "cache.m6g.large", pending: null });
    expect(did("ModifyReplicationGroup")).toHaveLength(2);
    await setType(cache, "cache.r6g.large", "cache.m6g.large", "now");
    await setType(cache, "cache.r6g.large", "cache.m6g.large", "now");
    expect(did("ModifyReplicationGroup")).toHaveLength(3);
    await minutes(5);
    expect(await nodes.read.group(cache)).toMatchObject({ status: "available", type: "cache.r6g.large" });
    expect(await codeOf(setType(cache, "cache.t4g.small", "cache.m6g.large", "now"))).toBe("SizeMoved");
  });
});
