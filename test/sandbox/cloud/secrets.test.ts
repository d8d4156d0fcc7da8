import {
  CancelRotateSecretCommand,
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  type GetRandomPasswordCommandInput,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { expect, onTestFinished, test } from "vitest";
import type { CloudOptions } from "../../../src/sandbox/cloud/cloud.ts";
import { beginning, startBench } from "./cloud-bench.ts";

const of = { SecretId: "waooaw/prod/postgres" };
const plain = { SecretId: "waooaw/prod/jwt" };

async function startSecretsManager(options: Partial<CloudOptions> = {}) {
  const bench = await startBench(options);
  const { endpoint, region, credentials } = bench.cloud;
  const secrets = new SecretsManagerClient({ endpoint, region, credentials, maxAttempts: 1 });
  onTestFinished(() => secrets.destroy());
  const describe = (id = of) => secrets.send(new DescribeSecretCommand(id));
  const value = async (VersionStage?: string) =>
    JSON.parse((await secrets.send(new GetSecretValueCommand({ ...of, VersionStage }))).SecretString ?? "{}") as {
      readonly username: string;
      readonly password: string;
    };
  /** Labels of the versions, oldest version first. */
  const labels = async (id = of) => {
    const { Versions } = await secrets.send(new ListSecretVersionIdsCommand(id));
    return (Versions ?? []).map((version) => [...(version.VersionStages ?? [])].sort().join(" "));
  };
  return { ...bench, secrets, describe, value, labels };
}

test("secrets are listed and described without their values", async () => {
  const { secrets, describe } = await startSecretsManager();
  const { SecretList } = await secrets.send(new ListSecretsCommand({}));
  expect(SecretList?.map((one) => one.Name).sort()).toEqual([
    "waooaw/prod/jwt",
    "waooaw/prod/postgres",
    "waooaw/prod/redis",
  ]);
  const found = await describe();
  expect(found).toMatchObject({
    ARN: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:waooaw/prod/postgres-Ab3dEf",
    RotationEnabled: true,
    RotationLambdaARN: expect.stringContaining("waooaw-rotate-postgres"),
    RotationRules: { AutomaticallyAfterDays: 30 },
    LastRotatedDate: new Date(beginning - 20 * 86_400_000),
    NextRotationDate: new Date(beginning + 10 * 86_400_000),
  });
  expect(Object.values(found.VersionIdsToStages ?? {})).toEqual([["AWSCURRENT"]]);
  expect(JSON.stringify([SecretList, found])).not.toContain("planted");
  const filtered = await secrets.send(
    new ListSecretsCommand({ Filters: [{ Key: "name", Values: ["waooaw/prod/r"] }] }),
  );
  expect(filtered.SecretList).toHaveLength(1);
  const first = await secrets.send(new ListSecretsCommand({ MaxResults: 2 }));
  const rest = await secrets.send(new ListSecretsCommand({ MaxResults: 2, NextToken: first.NextToken }));
  expect([first.SecretList?.length, rest.SecretList?.length, rest.NextToken]).toEqual([2, 1, undefined]);
});

test("a rotation makes a pending version, then moves the labels, while the current value goes on answering", async () => {
  const { secrets, describe, value, labels, seconds } = await startSecretsManager();
  const before = await value();
  const { VersionId } = await secrets.send(new RotateSecretCommand(of));
  expect(VersionId).toMatch(/^[0-9a-f-]{36}$/);
  await expect(secrets.send(new RotateSecretCommand(of))).rejects.toMatchObject({
    name: "InvalidRequestException",
    message: "A previous rotation isn't complete. That rotation will be reattempted.",
  });
  await seconds(5);
  expect(await labels()).toEqual(["AWSCURRENT", "AWSPENDING"]);
  expect(await value()).toEqual(before);
  const pending = await value("AWSPENDING");
  await seconds(26);
  expect(await labels()).toEqual(["AWSPREVIOUS", "AWSCURRENT AWSPENDING"]);
  expect(await value()).toEqual(pending);
  expect(await value("AWSPREVIOUS")).toEqual(before);
  expect(pending).toMatchObject({ username: before.username });
  expect(pending.password).not.toBe(before.password);
  expect((await describe()).LastRotatedDate?.getTime()).toBeGreaterThan(beginning);
  await secrets.send(new RotateSecretCommand(of));
  await seconds(31);
  expect(await labels()).toEqual(["AWSPREVIOUS", "AWSCURRENT AWSPENDING"]);
});

test("stuck-rotation: the new version stays pending until the cause is gone, then the rotation ends by itself", async () => {
  const { cloud, secrets, describe, labels, seconds } = await startSecretsManager();
  cloud.faults.set("stuck-rotation", "waooaw/prod/postgres", true);
  await secrets.send(new RotateSecretCommand(of));
  await seconds(600);
  expect(await labels()).toEqual(["AWSCURRENT", "AWSPENDING"]);
  expect((await describe()).LastRotatedDate).toEqual(new Date(beginning - 20 * 86_400_000));
  cloud.faults.clear();
  await seconds(61);
  expect(await labels()).toEqual(["AWSPREVIOUS", "AWSCURRENT AWSPENDING"]);
});

test("a cancelled rotation leaves its pending version behind, and the next one is refused until it is removed", async () => {
  const { cloud, secrets, describe, labels, seconds } = await startSecretsManager();
  cloud.faults.set("stuck-rotation", "all", true);
  const { VersionId } = await secrets.send(new RotateSecretCommand(of));
  await seconds(60);
  await secrets.send(new CancelRotateSecretCommand(of));
  expect((await describe()).RotationEnabled).toBe(false);
  cloud.faults.clear();
  await seconds(300);
  expect(await labels()).toEqual(["AWSCURRENT", "AWSPENDING"]);
  await expect(secrets.send(new RotateSecretCommand(of))).rejects.toThrow(/previous rotation/);
  await secrets.send(
    new UpdateSecretVersionStageCommand({ ...of, VersionStage: "AWSPENDING", RemoveFromVersionId: VersionId }),
  );
  await secrets.send(new RotateSecretCommand(of));
  await seconds(31);
  expect(await labels()).toEqual(["AWSPREVIOUS", "AWSCURRENT AWSPENDING"]);
});

test("a secret without a Lambda is not rotated; a put value moves the labels, and they can be moved back", async () => {
  const { secrets, labels } = await startSecretsManager();
  await expect(secrets.send(new RotateSecretCommand(plain))).rejects.toMatchObject({
    name: "InvalidRequestException",
    message: "No Lambda rotation function ARN is associated with this secret.",
  });
  const current = async () => await secrets.send(new GetSecretValueCommand(plain));
  const before = await current();
  const ClientRequestToken = "11111111-1111-4111-8111-111111111111";
  const put = (SecretString: string) =>
    secrets.send(new PutSecretValueCommand({ ...plain, SecretString, ClientRequestToken }));
  await put("fresh");
  expect(await put("fresh")).toMatchObject({ VersionId: ClientRequestToken });
  await expect(put("another")).rejects.toMatchObject({ name: "ResourceExistsException" });
  expect(await labels(plain)).toEqual(["AWSPREVIOUS", "AWSCURRENT"]);
  expect((await current()).SecretString).toBe("fresh");
  const move = { ...plain, VersionStage: "AWSCURRENT", MoveToVersionId: before.VersionId };
  await expect(secrets.send(new UpdateSecretVersionStageCommand(move))).rejects.toMatchObject({
    name: "InvalidParameterException",
    message: expect.stringContaining(`currently attached to version ${ClientRequestToken}`),
  });
  await secrets.send(new UpdateSecretVersionStageCommand({ ...move, RemoveFromVersionId: ClientRequestToken }));
  expect((await current()).SecretString).toBe(before.SecretString);
  expect(await labels(plain)).toEqual(["AWSCURRENT", "AWSPREVIOUS"]);
});

test("what is not there is not found, and the page does not show values that were put", async () => {
  const { cloud, secrets, describe } = await startSecretsManager();
  await expect(describe({ SecretId: "nowhere" })).rejects.toMatchObject({
    name: "ResourceNotFoundException",
    message: "Secrets Manager can't find the specified secret.",
    $metadata: { httpStatusCode: 400 },
  });
  await expect(secrets.send(new GetSecretValueCommand({ ...of, VersionStage: "AWSPENDING" }))).rejects.toMatchObject({
    message: "Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
  });
  await secrets.send(new PutSecretValueCommand({ ...plain, SecretString: "must-not-show" }));
  await secrets.send(new TagResourceCommand({ ...plain, Tags: [{ Key: "team", Value: "platform" }] }));
  expect((await describe(plain)).Tags).toEqual([
    { Key: "environment", Value: "production" },
    { Key: "team", Value: "platform" },
  ]);
  expect(JSON.stringify(cloud.state())).not.toContain("must-not-show");
});

test("random passwords hold each kind that is not excluded", async () => {
  const { secrets } = await startSecretsManager();
  const draw = async (input: GetRandomPasswordCommandInput) =>
    (await secrets.send(new GetRandomPasswordCommand(input))).RandomPassword ?? "";
  const full = await draw({});
  expect(full).toHaveLength(32);
  for (const kind of [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/]) expect(full).toMatch(kind);
  expect(await draw({ PasswordLength: 40, ExcludePunctuation: true, ExcludeCharacters: "0O1lI" })).toMatch(
    /^[a-km-zA-HJ-NP-Z2-9]{40}$/,
  );
  await expect(draw({ PasswordLength: 2 })).rejects.toMatchObject({ name: "InvalidParameterException" });
});
