import type { Backup, BackupRecords, RestoreFigures } from "../domain/backup/backup.ts";
import type { RecordContext } from "./database.ts";

interface BackupsTable {
  id: string;
  environment: string;
  target_name: string;
  kind: string;
  name: string;
  place: string;
  format: string | null;
  bytes: number | null;
  sha256: string | null;
  taken_at: Date;
  requester_id: string;
  incident_id: string | null;
  proved_at: Date | null;
  proof: string | null;
}

interface RestoresTable {
  id: string;
  environment: string;
  target_name: string;
  how: string;
  restored_from: string;
  restored_to: string;
  ended_at: Date;
  seconds: number;
  data_age_seconds: number | null;
  good: boolean;
  detail: string;
}

export function backupRecords(context: RecordContext): BackupRecords {
  const db = context.db.withTables<{ backups: BackupsTable; restores: RestoresTable }>();
  return {
    keep: async (backup) => {
      const { id, ...row } = rowOf(backup);
      await db
        .insertInto("backups")
        .values({ id, ...row })
        .onConflict((conflict) => conflict.column("id").doUpdateSet(row))
        .execute();
    },
    list: async (target) => {
      const rows = await db
        .selectFrom("backups")
        .selectAll()
        .where("environment", "=", target.environment)
        .where("target_name", "=", target.name)
        .orderBy("taken_at", "desc")
        .limit(500)
        .execute();
      return rows.map((row) => ({
        id: row.id,
        target: { environment: row.environment, name: row.target_name },
        kind: row.kind as Backup["kind"],
        name: row.name,
        place: row.place,
        format: row.format,
        bytes: row.bytes,
        sha256: row.sha256,
        takenAt: row.taken_at,
        requesterId: row.requester_id,
        incidentId: row.incident_id,
        provedAt: row.proved_at,
        proof: row.proof,
      }));
    },
    proved: async (target, name, at, proof) => {
      await db
        .updateTable("backups")
        .set({ proved_at: at, proof })
        .where("environment", "=", target.environment)
        .where("target_name", "=", target.name)
        .where("name", "=", name)
        .execute();
    },
    keepRestore: async (figures) => {
      const { id, ...row } = restoreRow(figures);
      await db
        .insertInto("restores")
        .values({ id, ...row })
        .onConflict((conflict) => conflict.column("id").doUpdateSet(row))
        .execute();
    },
    restores: async (target) => {
      const rows = await db
        .selectFrom("restores")
        .selectAll()
        .where("environment", "=", target.environment)
        .where("target_name", "=", target.name)
        .orderBy("ended_at", "desc")
        .limit(20)
        .execute();
      return rows.map((row) => ({
        id: row.id,
        target: { environment: row.environment, name: row.target_name },
        how: row.how as RestoreFigures["how"],
        from: row.restored_from,
        to: row.restored_to,
        endedAt: row.ended_at,
        seconds: row.seconds,
        dataAgeSeconds: row.data_age_seconds,
        good: row.good,
        detail: row.detail,
      }));
    },
  };
}

function rowOf(backup: Backup): BackupsTable {
  return {
    id: backup.id,
    environment: backup.target.environment,
    target_name: backup.target.name,
    kind: backup.kind,
    name: backup.name,
    place: backup.place,
    format: backup.format,
    bytes: backup.bytes,
    sha256: backup.sha256,
    taken_at: backup.takenAt,
    requester_id: backup.requesterId,
    incident_id: backup.incidentId,
    proved_at: backup.provedAt,
    proof: backup.proof,
  };
}

function restoreRow(figures: RestoreFigures): RestoresTable {
  return {
    id: figures.id,
    environment: figures.target.environment,
    target_name: figures.target.name,
    how: figures.how,
    restored_from: figures.from,
    restored_to: figures.to,
    ended_at: figures.endedAt,
    seconds: figures.seconds,
    data_age_seconds: figures.dataAgeSeconds,
    good: figures.good,
    detail: figures.detail,
  };
}
