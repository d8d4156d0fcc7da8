import { readFileSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Placement } from "../../src/domain/configuration.ts";
import type { AccessRoles, Tier } from "../../src/domain/platform/identity.ts";
import type { Provider } from "../../src/domain/platform.ts";
import { ProviderError } from "../../src/errors.ts";
import { actAs } from "../../src/providers/aws-sessions.ts";
import { checkRoles, providers } from "../../src/providers/index.ts";
import { startClock } from "../../src/sandbox/clock.ts";
import { startCloud } from "../../src/sandbox/cloud/cloud.ts";

/** The real SDK against the sandbox's STS: which role each call is made as, whose name it bears, and how long it lasts. */

const at = (provider: string, coordinates: Record<string, string>, environment = "production"): Placement => ({
  environment,
  provider,
  at: coordinates,
});
const backend = at("ecs", { cluster: "waooaw-production", service: "waooaw-backend" });
const database = at("rds", { instance: "waooaw-postgres-production" });
const cache = at("elasticache", { replication_group: "waooaw-redis-production" });
const labels = { operation: "op-1", incident: null, requester: "U0ANA" };
const ana = { operation: "scale-service", person: "U0ANA" };
const arn = (name: string) => `arn:aws:iam::123456789012:role/tocsin-${name}`;
const all: AccessRoles = {
  roles: { read: arn("read"), operate: arn("operate"), destructive: arn("destructive") },
  externalId: null,
  sessionSeconds: 3600,
};

/** What a tier's role may call: its own policy and those of the tiers below, as docs/providers/aws-access.md says. */
function policyOf(...tiers: readonly Tier[]): readonly string[] {
  return tiers.flatMap((tier) => {
    const text = readFileSync(new URL(`../../docs/iam/${tier}.json`, import.meta.url), "utf8");
    const { Statement } = JSON.parse(text) as { Statement: { Effect: string; Action: string[] }[] };
    return Statement.filter(({ Effect }) => Effect === "Allow").flatMap(({ Action }) => Action);
  });
}

async function start(roles: AccessRoles = all) {
  const beginning = Date.parse("2026-11-22T10:00:00Z");
  const clock = startClock(() => beginning);
  const cloud = await startCloud({ clock });
  onTestFinished(() => cloud.stop());
  const access = {
    aws: { region: cloud.region, endpoint: cloud.endpoint, credentials: cloud.credentials },
    connections: new Map(),
    prometheus: null,
    roles: new Map([["production", { ...roles, region: "eu-west-1" }]]),
    now: () => new Date(clock.now()),
  };
  const known = providers(access);
  const port = <N extends keyof Provider>(id: string, name: N): NonNullable<Provider[N]> => {
    const found = known.find((one) => one.id === id)?.[name];
    if (!found) throw new Error(`${id} offers ${name}`);
    return found as NonNullable<Provider[N]>;
  };
  cloud.world.setRole({ name: "tocsin-read", actions: policyOf("read") });
  cloud.world.setRole({ name: "tocsin-operate", actions: policyOf("read", "operate") });
  cloud.world.setRole({ name: "tocsin-destructive", actions: policyOf("read", "operate", "destructive") });
  return {
    cloud,
    access,
    port,
    services: port("ecs", "services"),
    now: access.now,
    advance: (seconds: number) => clock.advance(seconds * 1000),
    /** Calls of one operation as CloudTrail would show them: role, session, for whom. */
    seen: (operation: string) =>
      cloud
        .calls()
        .filter((call) => call.operation === operation)
        .map(({ caller }) => [caller?.arn.replace(/^.*?(assumed-role|user)\//, ""), caller?.sourceIdentity]),
  };
}

async function troubleOf(work: Promise<unknown>): Promise<ProviderError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ProviderError);
  return error as ProviderError;
}

describe("calls to AWS where the environment names roles", () => {
  test("read as the reading role and write as the one that each write needs, in the person's name", async () => {
    const { services, port, seen, now, advance } = await start();
    await actAs(ana, () => services.read.describe(backend));
    await actAs(ana, () => services.write.setCount(backend, 6));
    expect(seen("DescribeServices")).toEqual([["tocsin-read/tocsin-scale-service-U0ANA", "U0ANA"]]);
    expect(seen("UpdateService")).toEqual([["tocsin-operate/tocsin-scale-service-U0ANA", "U0ANA"]]);
    expect(seen("AssumeRole").every(([who]) => who === "tocsin")).toBe(true);

    const snapshots = port("rds", "snapshots");
    await actAs({ operation: "snapshot-database", person: "U0DEV" }, () =>
      snapshots.write.create(database, "tocsin-1", labels),
    );
    expect(seen("CreateDBSnapshot")).toEqual([["tocsin-operate/tocsin-snapshot-database-U0DEV", "U0DEV"]]);
    await advance(110);
    await actAs({ operation: "snapshot-database", person: "U0DEV" }, () =>
      snapshots.write.remove(database, "tocsin-1"),
    );
    expect(seen("DeleteDBSnapshot")).toEqual([["tocsin-destructive/tocsin-snapshot-database-U0DEV", "U0DEV"]]);
    const { zone } = await snapshots.read.instance(database);
    await snapshots.write.failOver(database, { active: zone, since: now(), again: false });
    expect(seen("RebootDBInstance")).toEqual([["tocsin-destructive/tocsin-destructive", "tocsin"]]);
  });

  test("never need more than the policy shipped for the role", async () => {
    const { cloud, services, port, seen, now, advance, access } = await start();
    await services.read.autoscaling(backend);
    await services.read.balancer(backend);
    await services.read.events(backend, new Date(0));
    await services.write.setBounds(backend, { min: 1, max: 12 });
    await services.write.setCount(backend, 6, { from: 4 });
    const traffic = port("ecs", "traffic");
    const [route] = (await traffic.read.traffic(backend))?.routes ?? [];
    if (route) for (const percent of [0, 100]) await traffic.write.letThrough(backend, route, percent, "op-0");
    expect(seen("CreateRule")).toEqual([["tocsin-destructive/tocsin-destructive", "tocsin"]]);
    const releases = port("ecs", "releases");
    await releases.read.versions(backend);
    await releases.read.rollouts(backend, 5);
    const { revision } = await services.read.describe(backend);
    const copy = await releases.write.copy(backend, revision, { cpu: 512 }, "op-1");
    await releases.write.runTask(backend, { revision, container: "backend", command: ["true"] }, "op-2");
    await releases.write.release(backend, { from: revision, to: copy });
    await advance(10);
    const [rollout] = await releases.read.rollouts(backend, 1);
    await releases.write.stopRollout(backend, rollout?.id ?? "");
    const measures = port("cloudwatch", "measures");
    for (const place of [backend, database, cache]) {
      for (const group of measures.groups[place.provider] ?? []) await group.read(place, now());
      await measures.alarms(place, []);
    }
    const logs = at("cloudwatch", { group: "/ecs/waooaw-backend-production" });
    const from = new Date(now().getTime() - 60_000);
    await port("cloudwatch", "logs").read(logs, { from, until: now(), holds: null, errors: false });
    const snapshots = port("rds", "snapshots");
    await snapshots.read.list(database);
    await snapshots.write.create(database, "tocsin-1", labels);
    await advance(110);
    await snapshots.write.restore(database, { snapshot: "tocsin-1" }, "copy", labels);
    await advance(600);
    await snapshots.write.removeInstance(database, "copy", labels.operation);
    const secrets = port("secrets-manager", "secrets");
    const secret = at("secrets-manager", { id: "waooaw/prod/jwt" });
    const { current } = await secrets.read.describe(secret);
    const version = "9d1b2a54-7a2c-4a0e-9f6e-1a2b3c4d5e6f";
    await secrets.write.store(secret, version, 48);
    await secrets.write.makeCurrent(secret, { from: current ?? "", to: version });
    await secrets.write.revoke(secret, current ?? "");
    expect(cloud.calls().filter((call) => call.error !== null && call.error !== "DBInstanceNotFound")).toEqual([]);
    expect(new Set(cloud.calls().flatMap(({ caller }) => caller?.arn.split("/")[1] ?? []))).toEqual(
      new Set(["tocsin", "tocsin-read", "tocsin-operate", "tocsin-destructive"]),
    );
    expect(await checkRoles(access)).toMatchObject([{ ok: true }, { ok: true }, { ok: true }, { ok: true }]);
  });

  test("keep credentials until shortly before they expire, however many come at once", async () => {
    const { services, seen, advance } = await start();
    const look = () => services.read.describe(backend);
    await Promise.all([look(), look(), look()]);
    expect(seen("AssumeRole")).toHaveLength(1);
    await advance(54 * 60);
    await look();
    expect(seen("AssumeRole")).toHaveLength(1);
    await advance(2 * 60);
    await Promise.all([look(), look()]);
    expect(seen("AssumeRole")).toHaveLength(2);
  });

  test("are made again with new credentials where AWS says in the middle that they have expired", async () => {
    const { services, cloud, seen } = await start();
    await services.read.describe(backend);
    cloud.world.endSessions("tocsin-read");
    expect((await services.read.describe(backend)).desired).toBe(4);
    expect(seen("AssumeRole")).toHaveLength(2);
  });

  test("name each environment's own roles; one without is reached as the bot itself", async () => {
    const { services, port, seen } = await start();
    await services.read.describe({ ...backend, environment: "staging" });
    const source = {
      provider: "cloudwatch",
      namespace: "AWS/ECS",
      metric: "CPUUtilization",
      dimensions: { ClusterName: "waooaw-production", ServiceName: "waooaw-backend" },
      statistic: "Average",
      region: null,
    } as const;
    await port("cloudwatch", "metric")(source, new Date(), "production");
    expect(seen("DescribeServices")).toEqual([["tocsin", null]]);
    expect(seen("GetMetricData")[0]).toEqual(["tocsin-read/tocsin-read", "tocsin"]);
  });

  test("bear a session's name that AWS takes, whatever people and operations are called", async () => {
    const { services, seen } = await start();
    await actAs({ operation: "a-very-long-operation-".repeat(4), person: "Ana Ruiz/ü" }, () =>
      services.read.describe(backend),
    );
    const [[named, source] = []] = seen("DescribeServices");
    const session = String(named);
    expect(session.split("/")[1]).toMatch(/^tocsin-a-very-long-operation-.*-Ana-Ruiz--$/);
    expect(session.split("/")[1]).toHaveLength(64);
    expect(source).toBe("Ana-Ruiz--");
  });
});

describe("a role that cannot be taken", () => {
  test("is told with its name and what to do, and doctor says so", async () => {
    const { cloud, services, access, port } = await start();
    cloud.world.setRole({ name: "tocsin-operate", trusted: false });
    const denied = await troubleOf(services.write.setCount(backend, 6));
    expect(denied).toMatchObject({ fault: "denied", operation: "AssumeRole", code: "AccessDenied" });
    expect(denied.message).toMatch(/role\/tocsin-operate allow the bot sts:AssumeRole and sts:SetSourceIdentity/);
    expect(denied.message).toContain("environments.production.aws.roles.operate");
    expect(denied.requestId).not.toBeNull();
    expect((await services.read.describe(backend)).desired).toBe(4);
    const results = await checkRoles(access);
    expect(results.map(({ ok }) => ok)).toEqual([true, true, false, true]);
    expect(results[2]?.found).toContain("AssumeRole: AccessDenied");

    cloud.world.setRole({ name: "tocsin-read", trusted: false });
    const fresh = await start({ ...all, roles: { ...all.roles, read: arn("missing") } });
    const check = fresh.port("ecs", "check");
    expect(await check([backend])).toMatchObject([{ ok: false, what: "production: the role for reading" }]);
    expect(port("ecs", "id")).toBe("ecs");
  });

  test("asks for its external id, and for a length of session that it allows", async () => {
    const { cloud, services } = await start();
    cloud.world.setRole({ name: "tocsin-read", externalId: "tocsin-7" });
    expect(await troubleOf(services.read.describe(backend))).toMatchObject({ fault: "denied" });
    const knowing = await start({ ...all, externalId: "tocsin-7" });
    knowing.cloud.world.setRole({ name: "tocsin-read", externalId: "tocsin-7" });
    expect((await knowing.services.read.describe(backend)).desired).toBe(4);
    const long = await start({ ...all, sessionSeconds: 43_200 });
    long.cloud.world.setRole({ name: "tocsin-read", maxSeconds: 3600 });
    const refused = await troubleOf(long.services.read.describe(backend));
    expect(refused).toMatchObject({ fault: "refused", code: "ValidationError" });
    expect(refused.message).toMatch(/MaxSessionDuration[\s\S]*session_duration/);
  });

  test("is missed only by what needs it", async () => {
    const { services, port } = await start({ ...all, roles: { ...all.roles, operate: null, destructive: null } });
    expect((await services.read.describe(backend)).desired).toBe(4);
    const none = await troubleOf(services.write.setCount(backend, 6));
    expect(none).toMatchObject({ fault: "denied", code: "NoRole" });
    expect(none.message).toContain("add environments.production.aws.roles.operate");
    const gone = await troubleOf(port("rds", "snapshots").write.remove(database, "tocsin-1"));
    expect(gone.message).toContain("add environments.production.aws.roles.destructive");
  });

  test("is told apart from credentials of the bot's own that have expired", async () => {
    const { cloud, services } = await start();
    cloud.faults.set("credentials-expired", "sts", true);
    const expired = await troubleOf(services.read.describe(backend));
    expect(expired).toMatchObject({ fault: "expired", operation: "AssumeRole" });
    expect(expired.message).toContain("Renew the bot's own credentials");
    cloud.faults.clear();
    cloud.faults.set("deny", "ecs", true);
    expect(await troubleOf(services.read.describe(backend))).toMatchObject({ fault: "denied" });
    cloud.faults.clear();
    cloud.faults.set("credentials-expired", "ecs", true);
    expect(await troubleOf(services.read.describe(backend))).toMatchObject({ fault: "expired" });
  });
});
