import { addDays } from "date-fns/addDays";
import type { App, Transact } from "../domain/ports.ts";
import { type JobHandler, jobHandler } from "./handler.ts";

/** Minutes after midnight UTC, so that the day before is sealed. */
const minutesPastMidnight = 5;

/** Has the next day's head posted; asked at each start, and by the handler for the day after. */
export async function armAuditHead(app: App): Promise<void> {
  const next = addDays(app.now, 1);
  next.setUTCHours(0, minutesPastMidnight, 0, 0);
  await app.jobs.add("post-audit-head", {}, { key: "daily", after: next });
}

/**
 * Posts the audit chain's head once a day where many see it: who cuts off the newest entries later can be shown to
 * have done so, with npm run audit:verify and that head.
 */
export function postAuditHead(parts: {
  readonly transact: Transact;
  readonly auditHead: () => Promise<string | null>;
}): JobHandler {
  return jobHandler({
    name: "post-audit-head",
    handle: async () => {
      const head = await parts.auditHead();
      await parts.transact(async (app) => {
        await armAuditHead(app);
        if (head === null) return;
        const place = { configured: app.config.channels.operations ? "operations" : "incidents" } as const;
        const once = `audit-head:${app.now.toISOString().slice(0, 10)}`;
        await app.outbox.add({ kind: "message", view: "audit.head", subject: head, place, once }, "cosmetic");
      });
    },
  });
}
