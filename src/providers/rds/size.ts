import type { DBInstance, PendingModifiedValues } from "@aws-sdk/client-rds";
import type { OrderableClass, ServerSize, SizesRead, SizesWrite } from "../../domain/platform/sizes.ts";
import { calling, refusedBy } from "../aws.ts";
import type { RdsClients } from "./clients.ts";
import { rdsPlace } from "./place.ts";
import { rawInstance } from "./read.ts";

const mostPages = 3;

/** What servers of RDS are made of, and could be. */
export function rdsSizesRead(clients: RdsClients): SizesRead {
  return {
    size: async (at) => {
      const { instance, region } = rdsPlace(at);
      return sizeOf(await rawInstance(clients, region, instance));
    },
    classes: async (at, wanted) => {
      const { instance, region } = rdsPlace(at);
      const own = await rawInstance(clients, region, instance);
      const { client, sdk } = await clients(region);
      const found = new Map<string, OrderableClass>();
      let Marker: string | undefined;
      for (let page = 0; page < mostPages; page += 1) {
        const input = {
          Engine: own.Engine,
          EngineVersion: own.EngineVersion,
          Vpc: true,
          MaxRecords: 1000,
          ...(wanted === null ? {} : { DBInstanceClass: wanted }),
          ...(Marker === undefined ? {} : { Marker }),
        };
        const answer = await calling("DescribeOrderableDBInstanceOptions", (options) =>
          client.send(new sdk.DescribeOrderableDBInstanceOptionsCommand(input), options),
        );
        for (const option of answer.OrderableDBInstanceOptions ?? []) {
          const zones = option.AvailabilityZones?.map(({ Name }) => Name) ?? [];
          const fits =
            option.StorageType === own.StorageType &&
            (own.MultiAZ !== true || option.MultiAZCapable === true) &&
            (own.AvailabilityZone === undefined || zones.length === 0 || zones.includes(own.AvailabilityZone));
          if (!fits || option.DBInstanceClass === undefined) continue;
          const { MinStorageSize: least, MaxStorageSize: most } = option;
          const storage = least === undefined || most === undefined ? null : { least, most };
          found.set(option.DBInstanceClass, { class: option.DBInstanceClass, storage });
        }
        Marker = answer.Marker;
        if (!Marker) break;
      }
      return [...found.values()];
    },
  };
}

/** Under these a change that was asked for at once has not begun. */
const idle = ["available", "storage-optimization", "storage-full"];

/** Changes of class and storage; only the job that applies holds it. */
export function rdsSizesWrite(clients: RdsClients): SizesWrite {
  return {
    resize: async (at, to, from, when) => {
      const { instance, region } = rdsPlace(at);
      const source = await rawInstance(clients, region, instance);
      const { pending, ...now } = sizeOf(source);
      const isThere = (to.class ?? now.class) === now.class && (to.storage ?? now.storage) === now.storage;
      const waits =
        (to.class === null || to.class === (pending.class ?? now.class)) &&
        (to.storage === null || to.storage === (pending.storage ?? now.storage));
      const isUnderWay = !idle.includes(source.DBInstanceStatus ?? "");
      if (waits && (isThere || when === "window" || isUnderWay)) return;
      if (now.class !== from.class || now.storage !== from.storage) {
        const words = `It is ${now.class} with ${now.storage} GiB now, so it was left alone.`;
        throw refusedBy("ModifyDBInstance", "SizeMoved", words);
      }
      const { client, sdk } = await clients(region);
      const input = {
        DBInstanceIdentifier: instance,
        ...(to.class === null ? {} : { DBInstanceClass: to.class }),
        ...(to.storage === null ? {} : { AllocatedStorage: to.storage, ...throughput(source) }),
        // RDS takes back what waits only at once. Source: docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ModifyInstance.ApplyImmediately.html
        ApplyImmediately: when === "now" || isThere,
      };
      await calling("ModifyDBInstance", (options) => client.send(new sdk.ModifyDBInstanceCommand(input), options));
    },
  };
}

/** From this size on gp3 has IOPS of its own, which more storage has to be asked for with. Source: docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html */
const striped = 400;

/** Storage with provisioned IOPS grows only where those are named again. Source: API reference, ModifyDBInstance, AllocatedStorage. */
function throughput({ StorageType = "", AllocatedStorage = 0, Iops }: DBInstance): { readonly Iops?: number } {
  const isProvisioned = StorageType.startsWith("io") || (StorageType === "gp3" && AllocatedStorage >= striped);
  return isProvisioned && Iops !== undefined ? { Iops } : {};
}

function sizeOf(found: DBInstance): ServerSize {
  const waiting = found.PendingModifiedValues ?? {};
  return {
    class: found.DBInstanceClass ?? "unknown",
    storage: found.AllocatedStorage ?? null,
    growsTo: found.MaxAllocatedStorage ?? null,
    pending: {
      class: waiting.DBInstanceClass ?? null,
      storage: waiting.AllocatedStorage ?? null,
      others: othersOf(waiting),
    },
    window: found.PreferredMaintenanceWindow ?? null,
  };
}

/** What else waits, named as RDS names it; a password that waits is only named. */
function othersOf(waiting: PendingModifiedValues): readonly string[] {
  const { DBInstanceClass: _class, AllocatedStorage: _storage, ...others } = waiting;
  return Object.entries(others)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      const words = name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ");
      const isPlain =
        (typeof value === "string" || typeof value === "number" || typeof value === "boolean") &&
        !/password/i.test(name);
      return isPlain ? `${words} ${value}` : words;
    });
}
