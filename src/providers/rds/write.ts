import type { Tag } from "@aws-sdk/client-rds";
import { beside } from "../../domain/platform/beside.ts";
import type { Labels, SnapshotsWrite } from "../../domain/platform/snapshots.ts";
import { ProviderError } from "../../errors.ts";
import { calling, refusedBy } from "../aws.ts";
import type { RdsClients } from "./clients.ts";
import { rdsPlace, tags } from "./place.ts";
import { describeInstance, events, type Inside, rawInstance, restoredInstance, tagOf } from "./read.ts";

/** The write half for servers on Amazon RDS; only the job that applies holds it. */
export function rdsWrite(clients: RdsClients, inside: Inside): SnapshotsWrite {
  return {
    create: async (at, name, labels) => {
      const { instance, region } = rdsPlace(at);
      const { client, sdk } = await clients(region);
      const input = { DBInstanceIdentifier: instance, DBSnapshotIdentifier: name, Tags: tagList(labels) };
      try {
        await calling("CreateDBSnapshot", (options) => client.send(new sdk.CreateDBSnapshotCommand(input), options));
      } catch (error) {
        if (!codeIs(error, /^DBSnapshotAlreadyExists/)) throw error;
        await mustBeOurs(clients, region, name, labels.operation);
      }
    },
    remove: async (at, name) => {
      const { region, instance } = rdsPlace(at);
      const { client, sdk } = await clients(region);
      const found = await snapshot(clients, region, name);
      if (found === null) return;
      const isOurs = tagOf(found.TagList, tags.operation) !== null && found.SnapshotType === "manual";
      if (!isOurs || found.DBInstanceIdentifier !== instance) throw notOurs("DeleteDBSnapshot", `snapshot ${name}`);
      if (found.Status === "deleting") return;
      await calling("DeleteDBSnapshot", (options) =>
        client.send(new sdk.DeleteDBSnapshotCommand({ DBSnapshotIdentifier: name }), options),
      );
    },
    restore: async (at, from, to, labels) => {
      const { instance, region } = rdsPlace(at);
      const { client, sdk } = await clients(region);
      const source = await rawInstance(clients, region, instance);
      // Left out, these come from the account's defaults. Source: docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html
      const like = {
        DBInstanceClass: source.DBInstanceClass,
        DBSubnetGroupName: source.DBSubnetGroup?.DBSubnetGroupName,
        VpcSecurityGroupIds: (source.VpcSecurityGroups ?? []).flatMap((group) => group.VpcSecurityGroupId ?? []),
        DBParameterGroupName: source.DBParameterGroups?.[0]?.DBParameterGroupName,
        PubliclyAccessible: source.PubliclyAccessible ?? false,
        MultiAZ: false,
        DeletionProtection: false,
        Tags: tagList(labels),
      };
      try {
        if ("snapshot" in from) {
          await calling("RestoreDBInstanceFromDBSnapshot", (options) =>
            client.send(
              new sdk.RestoreDBInstanceFromDBSnapshotCommand({
                ...like,
                DBInstanceIdentifier: to,
                DBSnapshotIdentifier: from.snapshot,
              }),
              options,
            ),
          );
        } else {
          await calling("RestoreDBInstanceToPointInTime", (options) =>
            client.send(
              new sdk.RestoreDBInstanceToPointInTimeCommand({
                ...like,
                SourceDBInstanceIdentifier: instance,
                TargetDBInstanceIdentifier: to,
                RestoreTime: from.moment,
              }),
              options,
            ),
          );
        }
      } catch (error) {
        if (!codeIs(error, /^DBInstanceAlreadyExists/)) throw error;
        const { madeBy } = await describeInstance(clients, region, to);
        if (madeBy !== labels.operation) throw error;
      }
    },
    failOver: async (at, from) => {
      const { instance, region } = rdsPlace(at);
      const { client, sdk } = await clients(region);
      const state = await describeInstance(clients, region, instance);
      if (state.cluster !== null) {
        const { name, writer, status } = state.cluster;
        if (writer !== from.active || status === "failing-over") return;
        await calling("FailoverDBCluster", (options) =>
          client.send(new sdk.FailoverDBClusterCommand({ DBClusterIdentifier: name }), options),
        );
        return;
      }
      if (state.zone !== from.active || state.status === "rebooting") return;
      // The zone may be told late after a failover, so the events are asked too; they are needed once it may have begun.
      const reading = events(clients, region, { type: "db-instance", name: instance }, from.since);
      const told = from.again ? await reading : ((await beside(reading)).found ?? []);
      if (told.some(({ text }) => /failover (started|completed)/i.test(text))) return;
      await calling("RebootDBInstance", (options) =>
        client.send(new sdk.RebootDBInstanceCommand({ DBInstanceIdentifier: instance, ForceFailover: true }), options),
      );
    },
    restored: (at, name, queries) => restoredInstance(clients, inside, at, name, queries),
    removeInstance: async (at, name, operationId) => {
      const { region, instance } = rdsPlace(at);
      const { client, sdk } = await clients(region);
      const there = await restoredInstance(clients, inside, at, name, []);
      if (there === null || there.instance.status === "deleting") return;
      if (there.instance.madeBy !== operationId || name === instance) {
        throw notOurs("DeleteDBInstance", `instance ${name}`);
      }
      await calling("DeleteDBInstance", (options) =>
        client.send(
          new sdk.DeleteDBInstanceCommand({
            DBInstanceIdentifier: name,
            SkipFinalSnapshot: true,
            DeleteAutomatedBackups: true,
          }),
          options,
        ),
      );
    },
  };
}

function tagList(labels: Labels): Tag[] {
  const all: readonly (readonly [string, string | null])[] = [
    [tags.operation, labels.operation],
    [tags.incident, labels.incident],
    [tags.requester, labels.requester],
  ];
  return all.flatMap(([Key, Value]) => (Value === null ? [] : [{ Key, Value }]));
}

async function snapshot(clients: RdsClients, region: string | undefined, name: string) {
  const { client, sdk } = await clients(region);
  try {
    const { DBSnapshots } = await calling("DescribeDBSnapshots", (options) =>
      client.send(new sdk.DescribeDBSnapshotsCommand({ DBSnapshotIdentifier: name }), options),
    );
    return DBSnapshots?.[0] ?? null;
  } catch (error) {
    if (error instanceof ProviderError && error.fault === "not_found") return null;
    throw error;
  }
}

async function mustBeOurs(
  clients: RdsClients,
  region: string | undefined,
  name: string,
  operation: string,
): Promise<void> {
  const found = await snapshot(clients, region, name);
  if (tagOf(found?.TagList, tags.operation) !== operation) throw notOurs("CreateDBSnapshot", `snapshot ${name}`);
}

function codeIs(error: unknown, pattern: RegExp): boolean {
  return error instanceof ProviderError && pattern.test(error.code);
}

function notOurs(operation: string, what: string): ProviderError {
  return refusedBy(operation, "NotOurs", `The ${what} was not made from here, so it was left alone.`);
}
