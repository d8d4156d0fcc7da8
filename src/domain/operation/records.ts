import type { OperationRecord } from "./operation.ts";

export interface OperationRecords {
  readonly insert: (operation: Omit<OperationRecord, "version">) => Promise<OperationRecord>;
  /** Writes the changed facts if the version still is the one read, else throws Refusal "stale". */
  readonly update: (
    operation: OperationRecord,
    changes: Partial<Omit<OperationRecord, "id" | "version">>,
  ) => Promise<OperationRecord>;
  readonly byId: (id: string) => Promise<OperationRecord | null>;
  /** By the code people say, in any case: op-7F3K. */
  readonly byCode: (code: string) => Promise<OperationRecord | null>;
  /** Those whose glass was broken and that nobody has reviewed, the oldest first; at most a hundred. */
  readonly unreviewed: () => Promise<readonly OperationRecord[]>;
  /** Newest first. */
  readonly list: (filter: {
    readonly incidentId?: string;
    readonly target?: { readonly environment: string; readonly name: string };
    readonly open?: boolean;
    /** False leaves out what is a step of another operation. */
    readonly steps?: false;
    readonly limit: number;
  }) => Promise<readonly OperationRecord[]>;
}

/** One holder for each target at a time, while its operation runs. */
export interface LockRecords {
  /** Takes the lock, or answers who holds it. */
  readonly take: (
    target: string,
    operationId: string,
  ) => Promise<{ readonly taken: true } | { readonly taken: false; readonly operationId: string }>;
  readonly release: (target: string, operationId: string) => Promise<void>;
  readonly holder: (target: string) => Promise<string | null>;
}
