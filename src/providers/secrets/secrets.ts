import { randomBytes } from "node:crypto";
import type { DescribeSecretCommandOutput } from "@aws-sdk/client-secrets-manager";
import type { Placement } from "../../domain/configuration.ts";
import type { SecretState, SecretsRead, SecretsWrite } from "../../domain/platform/secrets.ts";
import type { CheckResult, Provider } from "../../domain/platform.ts";
import { ProviderError } from "../../errors.ts";
import { type AwsOptions, calling, clientSettings, forEachRegion } from "../aws.ts";
import { awsCheck } from "../aws-check.ts";

/** Secrets of AWS Secrets Manager: their dates, and rotating them. No value is ever read. */
export function secretsProvider(options: AwsOptions = {}): Provider {
  const clientIn = forEachRegion(async (region) => {
    const sdk = await import("@aws-sdk/client-secrets-manager");
    return { sdk, client: new sdk.SecretsManagerClient(clientSettings(options, region)) };
  });
  type Clients = typeof clientIn;
  const read = readHalf(clientIn);
  return {
    id: "secrets-manager",
    check: (placements) => Promise.all(placements.map((placement) => check(read, placement))),
    secrets: { read, write: writeHalf(clientIn) },
  };

  function readHalf(clients: Clients): SecretsRead {
    return {
      describe: async (at) => {
        const state = stateOf(await describe(clients, at));
        return state.pending === null ? state : { ...state, pendingSince: await madeAt(clients, at, state.pending) };
      },
    };
  }

  async function describe(clients: Clients, at: Placement): Promise<DescribeSecretCommandOutput> {
    const { sdk, client } = await clients(at.at.region);
    return calling("DescribeSecret", (call) =>
      client.send(new sdk.DescribeSecretCommand({ SecretId: idOf(at) }), call),
    );
  }

  /** Null also where the right to list versions is not given: it is worth no more than a date. */
  async function madeAt(clients: Clients, at: Placement, version: string): Promise<Date | null> {
    const { sdk, client } = await clients(at.at.region);
    try {
      const { Versions = [] } = await calling("ListSecretVersionIds", (call) =>
        client.send(new sdk.ListSecretVersionIdsCommand({ SecretId: idOf(at), MaxResults: 100 }), call),
      );
      return Versions.find(({ VersionId }) => VersionId === version)?.CreatedDate ?? null;
    } catch (error) {
      if (error instanceof ProviderError && error.fault === "denied") return null;
      throw error;
    }
  }

  function writeHalf(clients: Clients): SecretsWrite {
    return {
      rotate: async (at, version) => {
        if (stagesOf(await describe(clients, at), version) !== undefined) return;
        const { sdk, client } = await clients(at.at.region);
        try {
          await calling("RotateSecret", (call) =>
            client.send(new sdk.RotateSecretCommand({ SecretId: idOf(at), ClientRequestToken: version }), call),
          );
        } catch (error) {
          // The plan saw none under way: this is the one whose answer got lost, and whoever looks sees its version.
          if (error instanceof ProviderError && /previous rotation isn't complete/i.test(error.message)) return;
          throw error;
        }
      },
      store: async (at, version, characters) => {
        if (stagesOf(await describe(clients, at), version) !== undefined) return;
        const { sdk, client } = await clients(at.at.region);
        await calling("PutSecretValue", (call) =>
          client.send(
            new sdk.PutSecretValueCommand({
              SecretId: idOf(at),
              ClientRequestToken: version,
              SecretString: randomBytes(characters).toString("base64url").slice(0, characters),
              VersionStages: ["AWSPENDING"],
            }),
            call,
          ),
        ).catch((error: unknown) => {
          // An earlier call's value is there: it was lost on its way back only.
          if (error instanceof ProviderError && error.code === "ResourceExistsException") return;
          throw error;
        });
      },
      makeCurrent: async (at, { from, to }) => {
        const { current, pending } = stateOf(await describe(clients, at));
        if (current !== to && current !== from) {
          throw refusedHere("CurrentMoved", "Another version became current meanwhile, so it was left alone.");
        }
        if (current !== to) await move(clients, at, "AWSCURRENT", { from, to });
        if (pending === to) await move(clients, at, "AWSPENDING", { from: to, to: undefined });
      },
      cancelRotation: async (at) => {
        // A secret that nothing rotates has no rotation to cancel, which the call would refuse.
        if (!stateOf(await describe(clients, at)).rotation.on) return;
        const { sdk, client } = await clients(at.at.region);
        await calling("CancelRotateSecret", (call) =>
          client.send(new sdk.CancelRotateSecretCommand({ SecretId: idOf(at) }), call),
        );
      },
      revoke: async (at, version) => {
        const stages = stagesOf(await describe(clients, at), version) ?? [];
        if (stages.includes("AWSCURRENT")) {
          throw refusedHere("StillCurrent", "The version is the current one, so it was left alone.");
        }
        for (const stage of stages) await move(clients, at, stage, { from: version, to: undefined });
      },
    };
  }

  async function move(
    clients: Clients,
    at: Placement,
    stage: string,
    { from, to }: { readonly from: string; readonly to: string | undefined },
  ): Promise<void> {
    const { sdk, client } = await clients(at.at.region);
    await calling("UpdateSecretVersionStage", (call) =>
      client.send(
        new sdk.UpdateSecretVersionStageCommand({
          SecretId: idOf(at),
          VersionStage: stage,
          RemoveFromVersionId: from,
          ...(to === undefined ? {} : { MoveToVersionId: to }),
        }),
        call,
      ),
    );
  }
}

function idOf(at: Placement): string {
  const { id } = at.at;
  if (id) return id;
  throw new ProviderError({
    provider: "AWS",
    operation: "DescribeSecret",
    fault: "not_found",
    code: "NoCoordinates",
    message: "The configuration names no secret for it.",
  });
}

function refusedHere(code: string, message: string): ProviderError {
  return new ProviderError({ provider: "AWS", operation: "UpdateSecretVersionStage", fault: "refused", code, message });
}

function stagesOf(answer: DescribeSecretCommandOutput, version: string): readonly string[] | undefined {
  return answer.VersionIdsToStages?.[version];
}

function stateOf(answer: DescribeSecretCommandOutput): SecretState {
  const holder = (stage: string) =>
    Object.entries(answer.VersionIdsToStages ?? {}).find(([, stages]) => stages.includes(stage))?.[0] ?? null;
  const [current, pending] = [holder("AWSCURRENT"), holder("AWSPENDING")];
  return {
    createdAt: answer.CreatedDate ?? null,
    changedAt: answer.LastChangedDate ?? null,
    rotatedAt: answer.LastRotatedDate ?? null,
    rotation: {
      on: answer.RotationEnabled ?? false,
      by: answer.RotationLambdaARN?.split(":").at(-1) ?? null,
      everyDays: answer.RotationRules?.AutomaticallyAfterDays ?? null,
      nextAt: answer.NextRotationDate ?? null,
    },
    current,
    // A rotation that ended may leave the label on the version that is current now.
    pending: pending === current ? null : pending,
    pendingSince: null,
    previous: holder("AWSPREVIOUS"),
    deletedAt: answer.DeletedDate ?? null,
  };
}

function check(read: SecretsRead, placement: Placement): Promise<CheckResult> {
  const look = async () => {
    const { rotation } = await read.describe(placement);
    return rotation.on ? "rotated by the platform" : "no rotation of its own";
  };
  return awsCheck(`${placement.environment}: secret ${placement.at.id ?? "?"}`, look, {
    not_found: "Correct its id or the region in the configuration.",
  });
}
