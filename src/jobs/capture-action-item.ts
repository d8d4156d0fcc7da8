import { actionItemWanted, recordActionItem } from "../domain/action-item/action-item.ts";
import type { Transact } from "../domain/ports.ts";
import type { MessageReader } from "../domain/slack-side.ts";
import type { JobHandler } from "./handler.ts";

/** Reads a marked message outside any transaction and makes an action item of it. */
export function captureActionItem(needs: {
  readonly transact: Transact;
  readonly messages: MessageReader;
}): JobHandler<"capture-action-item"> {
  return {
    name: "capture-action-item",
    handle: async (job) => {
      const wanted = await needs.transact((app) => actionItemWanted(app, job));
      if (!wanted) return;
      const message = await needs.messages.read(job.channelId, job.ts);
      if (message) await needs.transact((app) => recordActionItem(app, job, message));
    },
  };
}
