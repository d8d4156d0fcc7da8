import { nextChange, oncallReferences } from "../domain/oncall/sync.ts";
import { approverGroups } from "../domain/operation/may-approve.ts";
import type { LookUpPeople } from "../domain/people/records.ts";
import type { App, Transact } from "../domain/ports.ts";
import type { JobHandler, JobLog } from "./handler.ts";

/** Has people and groups looked after at once, and from then on at each hand-over. */
export async function armOncall(app: App): Promise<void> {
  if (app.config.oncall.length + approverGroups(app.config).length > 0)
    await app.jobs.add("sync-oncall", {}, { key: "now" });
}

/** Looks up everybody on call, and brings the user groups in step; again at the next hand-over. */
export function syncOncall(needs: {
  readonly transact: Transact;
  readonly lookUp: LookUpPeople;
  readonly log: JobLog;
}): JobHandler<"sync-oncall"> {
  return {
    name: "sync-oncall",
    handle: async () => {
      const references = await needs.transact(oncallReferences);
      await needs.lookUp(references).catch((error: unknown) => {
        needs.log.warn({ err: error }, "Could not look up who is on call");
      });
      await needs.transact(async (app) => {
        for (const team of app.config.oncall) {
          if (team.group) await app.outbox.add({ kind: "group", team: team.name }, "normal");
        }
        await app.jobs.add("sync-oncall", {}, { key: "next", after: await nextChange(app) });
      });
    },
  };
}
