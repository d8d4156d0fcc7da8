import type { ColumnType, Generated } from "kysely";
import type { AuditEntry } from "../domain/audit/entry.ts";
import type { Json } from "../domain/operation/operation.ts";
import type { App } from "../domain/ports.ts";
import { insertion, type RecordContext, write } from "./database.ts";

export type AuditTables = {
  readonly audit: {
    readonly id: Generated<number>;
    readonly at: Date;
    readonly actor: string;
    readonly action: string;
    readonly subject: string;
    readonly details: ColumnType<Json, string, never>;
  };
  readonly audit_seal: {
    readonly position: number;
    readonly entry_id: number;
    readonly hash: string;
    readonly sealed_at: Date;
  };
};

export const auditColumns = ["id", "at", "actor", "action", "subject", "details"] as const;

/** The audit log of one transaction: entries are written without a hash, which the sealer adds after the commit. */
export function auditRecords(context: RecordContext): App["audit"] {
  const { now } = context;
  const db = context.db.withTables<AuditTables>();
  return {
    add: async (entry) => {
      const row = {
        at: now,
        actor: storable(entry.actor),
        action: storable(entry.action),
        subject: storable(entry.subject),
        details: JSON.stringify(storableJson(entry.details)),
      };
      await write(context, insertion("audit", row));
    },
    recent: async (limit): Promise<readonly AuditEntry[]> =>
      db.selectFrom("audit").select(auditColumns).orderBy("id", "desc").limit(limit).execute(),
  };
}

/** PostgreSQL keeps neither the zero character nor halves of surrogate pairs; people do paste them. */
function storable(text: string): string {
  return text.replaceAll("\u0000", "\ufffd").toWellFormed();
}

function storableJson(value: Json): Json {
  if (typeof value === "string") return storable(value);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(storableJson);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [storable(key), storableJson(member)]));
}
