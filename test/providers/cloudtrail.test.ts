import { expect, onTestFinished, test } from "vitest";
import type { TrailQuestion } from "../../src/domain/platform/trail.ts";
import { cloudtrailProvider } from "../../src/providers/cloudtrail/cloudtrail.ts";
import { startClock } from "../../src/sandbox/clock.ts";
import { startCloud } from "../../src/sandbox/cloud/cloud.ts";

const beginning = Date.parse("2026-11-02T09:00:00Z");

async function stage() {
  const clock = startClock(() => beginning);
  const cloud = await startCloud({ clock });
  onTestFinished(() => cloud.stop());
  const { endpoint, region, credentials } = cloud;
  const { trail } = cloudtrailProvider({ endpoint, region, credentials });
  const at = { environment: "production", region: null };
  const read = (what: TrailQuestion) =>
    trail?.read(at, { what, from: new Date(beginning - 3_600_000), until: new Date(clock.now()) });
  // Its limit is by the sandbox's clock, which stands still here.
  cloud.setThrottling(false);
  return { clock, cloud, read, region };
}

test("[I12] reads every page of both regions: changes, sign-ins, and what was refused", async () => {
  const { clock, cloud, read, region } = await stage();
  for (let index = 0; index < 55; index += 1)
    cloud.world.happened({ user: "ci", source: "ecs.amazonaws.com", name: "UpdateService" });
  const signIn = { user: "mallory", source: "signin.amazonaws.com", name: "ConsoleLogin", region: "us-east-1" };
  cloud.world.happened({ ...signIn, answer: { ConsoleLogin: "Failure" } });
  cloud.world.happened({ ...signIn, answer: { ConsoleLogin: "Success" } });
  cloud.world.happened({
    user: "mallory",
    source: "secretsmanager.amazonaws.com",
    name: "GetSecretValue",
    readOnly: true,
    error: { code: "AccessDenied", message: "no" },
    request: { secretId: "waooaw/prod/postgres" },
  });
  cloud.world.happened({ user: "ci", source: "ecs.amazonaws.com", name: "DescribeServices", readOnly: true });
  await clock.advance(301_000);
  const changes = await read("changes");
  expect(changes?.events).toHaveLength(55);
  expect(changes?.gaps).toEqual([]);
  expect(changes?.own).toBe("arn:aws:iam::123456789012:user/tocsin");
  expect(changes?.events[0]).toMatchObject({
    what: "ecs:UpdateService",
    who: "arn:aws:iam::123456789012:user/ci",
    address: "198.51.100.7",
    region,
    error: null,
    byPlatform: false,
  });
  expect((await read("sign-ins"))?.events.map(({ error }) => error).toSorted()).toEqual([
    "Failed authentication",
    null,
  ]);
  expect((await read("denied"))?.events).toMatchObject([
    { what: "secretsmanager:GetSecretValue", error: "AccessDenied", about: "secretId waooaw/prod/postgres" },
  ]);
});

test("[I12] a trail that may not be read is no empty one", async () => {
  const { cloud, read } = await stage();
  cloud.faults.set("deny", "cloudtrail", true);
  await expect(read("changes")).rejects.toMatchObject({ fault: "denied" });
});

test("[I12] doctor says whether it can be read, and which right is missing", async () => {
  const { cloud, region } = await stage();
  const { endpoint, credentials } = cloud;
  const placement = { environment: "production", provider: "cloudtrail", at: {} };
  expect(await cloudtrailProvider({ endpoint, region, credentials }).check([placement])).toMatchObject([
    { what: "production: CloudTrail", ok: true },
  ]);
  const wrong = { accessKeyId: "AKIANOBODY", secretAccessKey: "x" };
  const [result] = await cloudtrailProvider({ endpoint, region, credentials: wrong }).check([placement]);
  expect(result?.ok).toBe(false);
  expect(result?.fix).toMatch(/LookupEvents|credentials/);
});
