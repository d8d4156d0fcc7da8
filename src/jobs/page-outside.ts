import { addMinutes } from "date-fns/addMinutes";
import {
  type OutsideNeeds,
  readSchedules,
  readsSchedules,
  refreshMinutes,
  syncPage,
} from "../domain/oncall/pagerduty.ts";
import type { App } from "../domain/ports.ts";
import type { JobHandler } from "./handler.ts";

/** Tells PagerDuty how a page stands, and hears from it when somebody answered there. */
export function pageOutside(needs: OutsideNeeds): JobHandler<"page-outside"> {
  return { name: "page-outside", handle: ({ pageId }) => syncPage(needs, pageId) };
}

/** Has PagerDuty's schedules read at once, and from then on every few minutes; nothing where no team has any. */
export async function armSchedules(app: App): Promise<void> {
  if (readsSchedules(app)) await app.jobs.add("read-schedules", {}, { key: "now" });
}

/** Reads the schedules PagerDuty keeps; where it is away, what was read last counts. */
export function readSchedulesJob(needs: OutsideNeeds): JobHandler<"read-schedules"> {
  return {
    name: "read-schedules",
    handle: async () => {
      await readSchedules(needs).catch((error: unknown) => {
        needs.log.warn({ err: error }, "PagerDuty's schedules could not be read; the last ones count");
      });
      await needs.transact(async (app) => {
        await app.jobs.add("sync-oncall", {}, { key: "now" });
        await app.jobs.add("read-schedules", {}, { key: "next", after: addMinutes(app.now, refreshMinutes) });
      });
    },
  };
}
