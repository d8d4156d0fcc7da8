import type { Cloud, CloudApi } from "../api.ts";
import { CloudError } from "../cloud-error.ts";
import { flag, type Input, integer, list, page, record, text } from "../input.ts";
import { mergedTags, type Tag } from "../query-input.ts";
import { passwordFrom } from "./random-password.ts";
import { isHalfRotated, type SecretRecord, type SecretVersion, stageOf } from "./secrets.ts";

const invalid = (message: string) => new CloudError("InvalidParameterException", message);
const refused = (message: string) => new CloudError("InvalidRequestException", message);
const notFound = (message = "Secrets Manager can't find the specified secret.") =>
  new CloudError("ResourceNotFoundException", message);
const day = 24 * 60 * 60 * 1000;
const epoch = (at: number | null) => (at === null ? undefined : at / 1000);

export function secretsManager({ world, secrets }: Cloud): CloudApi {
  const { time } = world;

  function need(input: Input): SecretRecord {
    const id = text(input, "SecretId");
    if (!id) throw invalid("You must provide a value for the SecretId parameter.");
    const found = secrets.find(id);
    if (!found) throw notFound();
    return found;
  }

  function token(input: Input): string {
    const given = text(input, "ClientRequestToken");
    if (given === undefined || given.length < 32 || given.length > 64) {
      throw invalid("You must provide a ClientRequestToken value of 32 to 64 characters.");
    }
    return given;
  }

  function wanted(secret: SecretRecord, input: Input): SecretVersion {
    const id = text(input, "VersionId");
    const stage = text(input, "VersionStage");
    if (id !== undefined) {
      const version = secret.versions.find((one) => one.id === id);
      if (!version) throw notFound(`Secrets Manager can't find the specified secret value for VersionId: ${id}`);
      if (stage !== undefined && !version.stages.includes(stage)) {
        throw refused("You provided a VersionStage that is not associated to the provided VersionId.");
      }
      return version;
    }
    const version = stageOf(secret, stage ?? "AWSCURRENT");
    if (version) return version;
    throw notFound(`Secrets Manager can't find the specified secret value for staging label: ${stage ?? "AWSCURRENT"}`);
  }

  function describe(secret: SecretRecord) {
    const { rotationEnabled, rotationDays } = secret;
    const rules = rotationDays === null ? undefined : { AutomaticallyAfterDays: rotationDays };
    const last = secret.rotatedAt ?? secret.createdAt;
    return {
      ARN: secret.arn,
      Name: secret.name,
      Description: secret.description,
      RotationEnabled: rotationEnabled,
      RotationLambdaARN: secret.rotationLambda ?? undefined,
      RotationRules: rules,
      LastRotatedDate: epoch(secret.rotatedAt),
      LastChangedDate: epoch(secret.changedAt),
      LastAccessedDate: epoch(secret.accessedAt),
      NextRotationDate: rotationEnabled && rotationDays !== null ? epoch(last + rotationDays * day) : undefined,
      Tags: secret.tags,
      CreatedDate: epoch(secret.createdAt),
    };
  }

  const stages = (secret: SecretRecord) =>
    Object.fromEntries(secret.versions.filter((one) => one.stages.length > 0).map((one) => [one.id, one.stages]));

  return {
    service: "secretsmanager",
    protocol: "json-1.1",
    marker: "secretsmanager",
    buckets: [],
    operations: {
      ListSecrets: (input) => {
        const size = integer(input, "MaxResults", { low: 1, high: 100 }, invalid) ?? 100;
        const filters = (input.Filters ?? []) as readonly Input[];
        const matches = (secret: SecretRecord) =>
          filters.every((filter) => {
            const values = list(filter, "Values") ?? [];
            const key = text(filter, "Key") ?? "";
            const of: Readonly<Record<string, readonly string[]>> = {
              name: [secret.name],
              description: [secret.description],
              "tag-key": secret.tags.map((tag) => tag.Key),
              "tag-value": secret.tags.map((tag) => tag.Value),
              all: [secret.name, secret.description, ...secret.tags.flatMap((tag) => [tag.Key, tag.Value])],
            };
            if (!Object.hasOwn(of, key)) throw invalid(`Invalid filter key: ${key}`);
            return values.some((value) => of[key]?.some((one) => one.startsWith(value)));
          });
        const newest = [...secrets.state.secrets].sort((one, other) => other.createdAt - one.createdAt);
        const ordered = text(input, "SortOrder") === "asc" ? newest.reverse() : newest;
        const { items, nextToken } = page(
          ordered.filter(matches),
          size,
          text(input, "NextToken"),
          (sentence) => new CloudError("InvalidNextTokenException", sentence),
        );
        return {
          SecretList: items.map((one) => ({ ...describe(one), SecretVersionsToStages: stages(one) })),
          NextToken: nextToken,
        };
      },

      DescribeSecret: (input) => {
        const secret = need(input);
        return { ...describe(secret), VersionIdsToStages: stages(secret) };
      },

      ListSecretVersionIds: (input) => {
        const secret = need(input);
        const old = flag(input, "IncludeDeprecated") ?? false;
        const versions = secret.versions.filter((one) => old || one.stages.length > 0);
        return {
          ARN: secret.arn,
          Name: secret.name,
          Versions: versions.map((one) => ({
            VersionId: one.id,
            VersionStages: one.stages,
            CreatedDate: epoch(one.createdAt),
          })),
        };
      },

      GetSecretValue: (input) => {
        const secret = need(input);
        const version = wanted(secret, input);
        // AWS keeps the day of an access, not its time.
        secret.accessedAt = time.now() - (time.now() % day);
        return {
          ARN: secret.arn,
          Name: secret.name,
          VersionId: version.id,
          SecretString: version.text ?? undefined,
          SecretBinary: version.binary ?? undefined,
          VersionStages: version.stages,
          CreatedDate: epoch(version.createdAt),
        };
      },

      PutSecretValue: (input) => {
        const secret = need(input);
        const id = token(input);
        const value = { text: text(input, "SecretString") ?? null, binary: text(input, "SecretBinary") ?? null };
        if ((value.text === null) === (value.binary === null)) {
          throw invalid("You must provide either SecretString or SecretBinary.");
        }
        if ((value.text ?? value.binary ?? "").length > 65_536) {
          throw invalid("The secret value must not be longer than 65536 bytes.");
        }
        const asked = list(input, "VersionStages") ?? ["AWSCURRENT"];
        if (asked.length === 0 || asked.length > 20) throw invalid("VersionStages must hold 1 to 20 labels.");
        const known = secret.versions.find((one) => one.id === id);
        if (known && (known.text !== value.text || known.binary !== value.binary)) {
          throw new CloudError(
            "ResourceExistsException",
            `You can't use ClientRequestToken ${id} because that value is already in use for a version of secret ${secret.arn}.`,
          );
        }
        const version = known ?? { id, createdAt: time.now(), stages: [], ...value };
        if (!known) {
          secret.versions.push(version);
          for (const stage of asked) secrets.moveStage(secret, stage, version);
          secret.changedAt = time.now();
        }
        return { ARN: secret.arn, Name: secret.name, VersionId: version.id, VersionStages: version.stages };
      },

      UpdateSecretVersionStage: (input) => {
        const secret = need(input);
        const stage = text(input, "VersionStage") ?? "";
        const from = text(input, "RemoveFromVersionId");
        const to = text(input, "MoveToVersionId");
        if (stage === "") throw invalid("You must provide a value for the VersionStage parameter.");
        const holder = stageOf(secret, stage);
        for (const id of [from, to]) {
          if (id !== undefined && !secret.versions.some((one) => one.id === id)) {
            throw notFound(`Secrets Manager can't find the specified secret version: ${id}`);
          }
        }
        if (holder && to !== undefined && to !== holder.id && from !== holder.id) {
          throw invalid(
            `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${holder.id}, so you must explicitly reference that version in RemoveFromVersionId.`,
          );
        }
        if (from !== undefined && holder?.id !== from) {
          throw invalid(`Staging label ${stage} is not currently attached to version ${from}.`);
        }
        if (to === undefined && stage === "AWSCURRENT") {
          throw invalid(
            "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.",
          );
        }
        const target = secret.versions.find((one) => one.id === to);
        if (target) secrets.moveStage(secret, stage, target);
        else if (holder) holder.stages = holder.stages.filter((one) => one !== stage);
        secret.changedAt = time.now();
        return { ARN: secret.arn, Name: secret.name };
      },

      RotateSecret: (input) => {
        const secret = need(input);
        const version = token(input);
        const lambda = text(input, "RotationLambdaARN") ?? secret.rotationLambda;
        const days = record(input, "RotationRules");
        if (!lambda) throw refused("No Lambda rotation function ARN is associated with this secret.");
        if (secret.rotating !== null || isHalfRotated(secret)) {
          throw refused("A previous rotation isn't complete. That rotation will be reattempted.");
        }
        secret.rotationLambda = lambda;
        secret.rotationEnabled = true;
        if (days) {
          secret.rotationDays = integer(days, "AutomaticallyAfterDays", { low: 1, high: 1000 }, invalid) ?? null;
        }
        if (flag(input, "RotateImmediately") ?? true) secrets.rotate(secret, version);
        return { ARN: secret.arn, Name: secret.name, VersionId: version };
      },

      CancelRotateSecret: (input) => {
        const secret = need(input);
        const version = secret.rotating ?? undefined;
        secret.rotationEnabled = false;
        // What was made so far stays behind under AWSPENDING.
        secret.rotating = null;
        return { ARN: secret.arn, Name: secret.name, VersionId: version };
      },

      GetRandomPassword: (input) => ({ RandomPassword: passwordFrom(input, secrets.password, invalid) }),

      TagResource: (input) => {
        const secret = need(input);
        const merged = mergedTags(secret.tags, (input.Tags ?? []) as readonly Tag[]);
        if (merged.length > 50) throw invalid("A secret cannot have more than 50 tags.");
        secret.tags = merged;
        return {};
      },

      UntagResource: (input) => {
        const secret = need(input);
        const keys = list(input, "TagKeys") ?? [];
        secret.tags = secret.tags.filter((tag) => !keys.includes(tag.Key));
        return {};
      },
    },
  };
}
