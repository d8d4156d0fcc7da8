import { verifiedSubject } from "../../templates/ops/audit.ts";
import type { AuditReport } from "../domain/audit/report.ts";
import type { Transact } from "../domain/ports.ts";
import { type JobHandler, jobHandler } from "./handler.ts";

/** Checks the whole audit chain for somebody and sends them what was found. */
export function verifyAuditJob(parts: {
  readonly transact: Transact;
  readonly verifyAudit: () => Promise<AuditReport>;
}): JobHandler {
  return jobHandler({
    name: "verify-audit",
    handle: async ({ userId, id }) => {
      const report = await parts.verifyAudit();
      await parts.transact((app) =>
        app.outbox.add(
          {
            kind: "message",
            view: "audit.verified",
            subject: verifiedSubject(report),
            place: { user: userId },
            once: `audit-verified:${id}`,
          },
          "answer",
        ),
      );
    },
  });
}
