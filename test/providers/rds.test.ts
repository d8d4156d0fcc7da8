import { describe, expect, onTestFinished, test } from "vitest";
import type { Placement } from "../../src/domain/configuration.ts";
import { ProviderError } from "../../src/errors.ts";
import { rdsClients } from "../../src/providers/rds/clients.ts";
import { rdsProvider } from "../../src/providers/rds/rds.ts";
import { rdsSlowLog } from "../../src/providers/rds/slow-log.ts";
import { startClock } from "../../src/sandbox/clock.ts";
import { startCloud } from "../../src/sandbox/cloud/cloud.ts";

const place = (instance: string): Placement => ({ environment: "production", provider: "rds", at: { instance } });
const main = place("waooaw-postgres-production");
const analytics = place("waooaw-analytics-production-1");
const labels = { operation: "op-1", incident: "INC-7", requester: "U0ANA" };

async function startRds() {
  const beginning = Date.parse("2026-11-22T10:00:00Z");
  const clock = startClock(() => beginning);
  const cloud = await startCloud({ clock });
  onTestFinished(() => cloud.stop());
  const options = { region: cloud.region, endpoint: cloud.endpoint, credentials: cloud.credentials };
  const checked: string[] = [];
  const provider = rdsProvider(options, {
    reachable: async () => ({ reached: true, text: "a primary" }),
    check: async (_at, endpoint, queries) => {
      checked.push(endpoint);
      return queries.map(({ name }) => ({ name, result: "1", why: null }));
    },
  });
  if (!provider.snapshots) throw new Error("RDS offers snapshots");
  return {
    cloud,
    provider,
    checked,
    ...provider.snapshots,
    now: () => new Date(clock.now()),
    advance: (seconds: number) => clock.advance(seconds * 1000),
  };
}

async function faultOf(work: Promise<unknown>): Promise<ProviderError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ProviderError);
  return error as ProviderError;
}

describe("reading a server of RDS", () => {
  test("tells how it stands, what it can be restored to, and its snapshots newest first", async () => {
    const { read, now } = await startRds();
    const state = await read.instance(main);
    expect(state).toMatchObject({ status: "available", engine: "postgres 16.4", multiAz: true, cluster: null });
    expect(state.restorable?.to).toEqual(new Date(now().getTime() - 300_000));
    const all = await read.list(main);
    expect(all).toHaveLength(8);
    expect(all[0]).toMatchObject({ kind: "automated", status: "available", madeBy: null });
    expect(all.map((one) => one.at.getTime())).toEqual(all.map((one) => one.at.getTime()).toSorted((a, b) => b - a));
  });

  test("tells the writer and the readers of a cluster, and that there is no such server", async () => {
    const { read } = await startRds();
    expect((await read.instance(analytics)).cluster).toEqual({
      name: "waooaw-analytics-production",
      status: "available",
      writer: "waooaw-analytics-production-1",
      readers: ["waooaw-analytics-production-2"],
    });
    expect(await faultOf(read.instance(place("nope")))).toMatchObject({ fault: "not_found" });
    expect(await read.restored(main, "nope", [])).toBeNull();
  });
});

describe("snapshots", () => {
  test("are taken once however often they are asked for, with labels, and become available", async () => {
    const { read, write, advance } = await startRds();
    await write.create(main, "tocsin-1", labels);
    await write.create(main, "tocsin-1", labels);
    expect((await read.list(main))[0]).toMatchObject({ name: "tocsin-1", status: "creating", madeBy: "op-1" });
    await advance(110);
    expect((await read.list(main))[0]).toMatchObject({ status: "available", percent: 100 });
    expect(await faultOf(write.create(main, "tocsin-1", { ...labels, operation: "op-2" }))).toMatchObject({
      code: "NotOurs",
    });
  });

  test("are deleted only where they were taken from here", async () => {
    const { read, write, advance } = await startRds();
    const before = await read.list(main);
    for (const one of before) {
      expect(await faultOf(write.remove(main, one.name))).toMatchObject({ fault: "refused", code: "NotOurs" });
    }
    await write.create(main, "tocsin-1", labels);
    await advance(110);
    await write.remove(main, "tocsin-1");
    await write.remove(main, "tocsin-1");
    await advance(20);
    expect((await read.list(main)).map((one) => one.name)).toEqual(before.map((one) => one.name));
    await write.remove(main, "tocsin-1");
  });

  test("a denied call keeps the code and the request's id", async () => {
    const { write, cloud } = await startRds();
    cloud.faults.set("deny", "rds:CreateDBSnapshot", true);
    const error = await faultOf(write.create(main, "tocsin-1", labels));
    expect(error.fault).toBe("denied");
    expect(error.requestId).not.toBeNull();
  });
});

describe("restoring", () => {
  test("makes one new instance in the same network, also when asked again, and only its maker deletes it", async () => {
    const { read, write, cloud, advance, checked } = await startRds();
    const newest = (await read.list(main))[0]?.name ?? "";
    await write.restore(main, { snapshot: newest }, "waooaw-copy", labels);
    await write.restore(main, { snapshot: newest }, "waooaw-copy", labels);
    const other = { ...labels, operation: "op-2" };
    expect(await faultOf(write.restore(main, { snapshot: newest }, "waooaw-copy", other))).toMatchObject({
      code: "DBInstanceAlreadyExists",
    });
    const asked = cloud.calls().find((call) => call.operation === "RestoreDBInstanceFromDBSnapshot");
    expect(asked?.input).toMatchObject({ DBSubnetGroupName: "waooaw-production", DBInstanceClass: "db.m6g.large" });
    const query = [{ name: "orders", sql: "select 1" }];
    expect(await read.restored(main, "waooaw-copy", query)).toMatchObject({ checks: [] });
    await advance(300);
    const there = await read.restored(main, "waooaw-copy", query);
    expect(there).toMatchObject({ instance: { status: "available", madeBy: "op-1" }, checks: [{ result: "1" }] });
    expect(checked).toEqual([there?.instance.endpoint]);
    expect(await faultOf(write.removeInstance(main, "waooaw-copy", "op-2"))).toMatchObject({ code: "NotOurs" });
    expect(await faultOf(write.removeInstance(main, main.at.instance ?? "", "op-1"))).toMatchObject({
      code: "NotOurs",
    });
    await write.removeInstance(main, "waooaw-copy", "op-1");
    await advance(200);
    expect(await read.restored(main, "waooaw-copy", [])).toBeNull();
  });

  test("a moment that cannot be restored to is refused by the platform", async () => {
    const { write, now } = await startRds();
    const error = await faultOf(write.restore(main, { moment: now() }, "waooaw-copy", labels));
    expect(error).toMatchObject({ fault: "refused", code: "InvalidParameterValue" });
  });
});

describe("failing over", () => {
  test("changes the zone once, also when the call is repeated while it runs and after", async () => {
    const { read, write, cloud, now, advance } = await startRds();
    const { zone, standbyZone } = await read.instance(main);
    const from = { active: zone, since: now(), again: false };
    await write.failOver(main, from);
    await write.failOver(main, from);
    await advance(120);
    await write.failOver(main, { ...from, again: true });
    expect(await read.instance(main)).toMatchObject({ zone: standbyZone, standbyZone: zone, status: "available" });
    expect(cloud.calls().filter((call) => call.operation === "RebootDBInstance")).toHaveLength(1);
    expect((await read.events(main, from.since)).map((event) => event.text)).toContain(
      "Multi-AZ instance failover completed",
    );
  });

  test("goes without the instance's events the first time, and never a second time", async () => {
    const { read, write, cloud, now } = await startRds();
    const { zone } = await read.instance(main);
    const from = { active: zone, since: now() };
    cloud.faults.set("deny", "rds:DescribeEvents", true);
    expect(await faultOf(write.failOver(main, { ...from, again: true }))).toMatchObject({ fault: "denied" });
    await write.failOver(main, { ...from, again: false });
    expect(cloud.calls().filter((call) => call.operation === "RebootDBInstance")).toHaveLength(1);
  });

  test("changes the writer of a cluster", async () => {
    const { read, write, now, advance } = await startRds();
    await write.failOver(analytics, { active: "waooaw-analytics-production-1", since: now(), again: false });
    await advance(60);
    expect((await read.instance(analytics)).cluster?.writer).toBe("waooaw-analytics-production-2");
  });
});

describe("the check for doctor", () => {
  test("says how it stands, and what to do about what is refused", async () => {
    const { provider, cloud } = await startRds();
    expect(await provider.check([main])).toMatchObject([{ ok: true, found: expect.stringContaining("Multi-AZ") }]);
    cloud.faults.set("deny", "rds:DescribeDBSnapshots", true);
    const [denied] = await provider.check([main]);
    expect(denied).toMatchObject({ ok: false, fix: expect.stringContaining("docs/iam/read.json") });
  });
});

describe("the slow log", () => {
  test("is read newest first in portions of whole lines, from as many files as the time asked for takes", async () => {
    const { cloud, provider, now, advance } = await startRds();
    cloud.faults.set("slow-query", "waooaw-postgres-production", true);
    await advance(3 * 3600 + 100);
    const from = new Date(now().getTime() - 2 * 3600 * 1000);
    const log = await provider.slowLog?.read(main, { from, until: now() });
    expect(log).toMatchObject({ engine: "postgres 16.4", whole: true, from: from.toISOString() });
    // One line every five seconds.
    expect(log?.shapes[0]?.calls).toBe(1440);
    expect(log?.shapes[0]?.statement).toBe(
      "SELECT id, total FROM orders WHERE customer_email = ? AND total > ? ORDER BY created_at",
    );
    const calls = cloud.calls().filter((call) => call.operation === "DownloadDBLogFilePortion");
    expect(calls.length).toBeGreaterThanOrEqual(3);
  });

  test("of a file that is larger than what is read at once the end is read, and where that begins is said", async () => {
    const { cloud, now, advance } = await startRds();
    cloud.faults.set("slow-query", "waooaw-postgres-production", true);
    await advance(2 * 3600);
    const options = { region: cloud.region, endpoint: cloud.endpoint, credentials: cloud.credentials };
    const within = { from: new Date(now().getTime() - 2 * 3600 * 1000), until: now() };
    const log = await rdsSlowLog(rdsClients(options), 100_000).read(main, within);
    // The newest file is just begun, the one before is too large, and what is older is not looked at.
    expect(log).toMatchObject({ whole: false, statements: 720 });
    expect(log.from).toBe(new Date(now().getTime() - 3600 * 1000).toISOString());
    const wanted = cloud.calls().filter((call) => call.operation === "DownloadDBLogFilePortion");
    expect(wanted.map((call) => JSON.stringify(call.input)).join()).not.toMatch(/2026-11-22-10/);
  });
});
