import { diagnosed } from "../../src/domain/health/diagnosis.ts";
import { lockName, type OperationRecord } from "../../src/domain/operation/operation.ts";
import { undoOf } from "../../src/domain/operation/undo.ts";
import type { App } from "../../src/domain/ports.ts";
import type { View } from "../views.ts";
import { auditHead } from "./audit-head.ts";
import { diagnosisCard } from "./diagnosis.ts";
import { type OperationFacts, operationCard } from "./operation-card.ts";
import { statusCard } from "./status.ts";
import { storeCard, storeFile } from "./store.ts";

/** The views of operations; the subject is the operation's, or the look's, id. */
export const operationViews = {
  "ops.operation": async (app, subject) => {
    const operation = await app.operations.byId(subject);
    return operation === null ? null : { reply: operationCard(await operationFacts(app, operation)) };
  },
  "audit.head": async (_app, subject) => ({ reply: auditHead(subject) }),
  "ops.status": async (app, subject) => {
    const look = await app.looks.byId(subject);
    return look === null ? null : { reply: statusCard(look) };
  },
  "ops.diagnosis": async (app, subject) => {
    const diagnosis = await app.diagnoses.byId(subject);
    if (diagnosis === null) return null;
    return { reply: diagnosisCard(diagnosis, diagnosed(app.config, diagnosis.service)?.service ?? null) };
  },
  "ops.store": async (app, subject) => {
    const look = await app.storeLooks.byId(subject);
    return look === null ? null : { reply: storeCard(look) };
  },
  "ops.store.file": async (app, subject) => {
    const look = await app.storeLooks.byId(subject);
    return look === null ? null : storeFile(look);
  },
} satisfies Readonly<Record<string, View>>;

/** What the card of an operation says beside the record itself. */
export async function operationFacts(app: App, operation: OperationRecord): Promise<OperationFacts> {
  const holderId = await app.locks.holder(lockName(operation));
  const holder = holderId === null || holderId === operation.id ? null : await app.operations.byId(holderId);
  const takesBack = operation.undoOf === null ? null : await app.operations.byId(operation.undoOf);
  return {
    operation,
    now: app.now,
    undo: await undoOf(app, operation),
    takenBy: holder?.code ?? null,
    takesBack: takesBack?.code ?? null,
  };
}
