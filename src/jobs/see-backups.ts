import type { Backup } from "../domain/backup/backup.ts";
import { backupsOf } from "../domain/backup/settings.ts";
import type { BackupRow, BackupsSight } from "../domain/backup/sight.ts";
import { type Target, targetName } from "../domain/operation/operation.ts";
import { providerTroubleInWords } from "../domain/operation/trouble.ts";
import type { KeptDump } from "../domain/platform/dumps.ts";
import type { Snapshot } from "../domain/platform/snapshots.ts";
import { ProviderError, Refusal } from "../errors.ts";
import { type OperationContext, portOn } from "./operation-context.ts";

/** All backups of a database, wherever they lie, with what is known of them from here. A place that cannot be read is named. */
export async function seeBackups(context: OperationContext, target: Target): Promise<BackupsSight> {
  const place = { environment: target.environment, name: target.name };
  const known = await context.transact(async (app) => ({
    backups: await app.backups.list(place),
    restores: await app.backups.restores(place),
    settings: backupsOf(app.config, target.name),
    hasStore: (backupsOf(app.config, target.name).store ?? app.config.backups?.store) != null,
  }));
  const unseen: string[] = [];
  const [snapshots, dumps] = await Promise.all([
    part(unseen, "Snapshots", async () => {
      const { port, placement } = portOn(context.providers, "snapshots", target);
      const [state, list] = await Promise.all([port.read.instance(placement), port.read.list(placement)]);
      return { state, list };
    }),
    known.hasStore
      ? part(unseen, "Dumps", async () => {
          const { port, placement } = portOn(context.providers, "dumps", target);
          return port.read.list(placement);
        })
      : null,
  ]);
  if (snapshots === "none" && (dumps === "none" || dumps === null)) {
    throw new Refusal(
      "not_possible",
      `Backups of ${targetName(target)} are not handled from here.`,
      "Place it on RDS, or configure its address and `backups`; see docs/configuration.md.",
    );
  }
  const isSeen = snapshots !== "none" && snapshots !== null;
  const rows = [
    ...(isSeen ? snapshots.list.map((one) => snapshotRow(one, known.backups)) : []),
    ...(dumps !== "none" && dumps !== null ? dumps.map((one) => dumpRow(one, known.backups)) : []),
  ];
  const restorable = isSeen ? snapshots.state.restorable : null;
  return {
    rows: rows.toSorted((one, other) => (one.at < other.at ? 1 : -1)),
    restorable:
      restorable === null ? null : { from: restorable.from?.toISOString() ?? null, to: restorable.to.toISOString() },
    unseen,
    restores: known.restores.map(({ how, from, endedAt, good, detail }) => ({
      how,
      from,
      endedAt: endedAt.toISOString(),
      good,
      detail,
    })),
    rpoSeconds: known.settings.rpoSeconds,
    keepDays: known.settings.keepDays,
  };
}

/** What a place says; null where it could not be read, "none" where there is no such place for this database. */
async function part<T>(unseen: string[], what: string, work: () => Promise<T>): Promise<T | null | "none"> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal) return "none";
    if (!(error instanceof ProviderError)) throw error;
    unseen.push(`${what} could not be read: ${providerTroubleInWords(error)}`);
    return null;
  }
}

function snapshotRow(one: Snapshot, known: readonly Backup[]): BackupRow {
  const kept = known.find((backup) => backup.name === one.name);
  return {
    name: one.name,
    at: one.at.toISOString(),
    kind: one.kind === "manual" ? "snapshot" : "automated snapshot",
    status: one.status,
    good: one.status === "available",
    own: one.madeBy !== null,
    bytes: null,
    place: "RDS",
    format: null,
    ...provenOf(kept),
  };
}

function dumpRow(one: KeptDump, known: readonly Backup[]): BackupRow {
  const kept = known.find((backup) => backup.name === one.name);
  return {
    name: one.name,
    at: one.at,
    kind: "dump",
    status: one.fault ?? "available",
    good: one.fault === null && one.format !== "schema",
    own: true,
    bytes: one.bytes,
    place: kept?.place ?? "where dumps are put",
    format: one.format,
    ...provenOf(kept),
  };
}

function provenOf(kept: Backup | undefined) {
  return {
    requesterId: kept?.requesterId ?? null,
    provedAt: kept?.provedAt?.toISOString() ?? null,
    proof: kept?.proof ?? null,
  };
}
