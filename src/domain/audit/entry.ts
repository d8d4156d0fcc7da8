import type { Json } from "../operation/operation.ts";

/** One line of the audit log: who did what to what, when, and what was decided. Never updated, never deleted. */
export interface AuditEntry {
  readonly id: number;
  readonly at: Date;
  /** Slack user id, or `tocsin` for what the product does by itself. */
  readonly actor: string;
  /** Noun.verb in the past: incident.declared, operation.approved, access.refused. */
  readonly action: string;
  /** What it was done to: INC-42, op-7F3K, production/backend. */
  readonly subject: string;
  readonly details: Json;
}

export type NewAuditEntry = Omit<AuditEntry, "id" | "at">;
