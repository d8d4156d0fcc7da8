import type { Transact } from "../domain/ports.ts";
import type { MessageReader } from "../domain/slack-side.ts";
import { captureTarget, messageAsCaptured, recordMessage } from "../domain/timeline/capture.ts";
import type { JobHandler } from "./handler.ts";

/** Writes a marked message on its incident's timeline: as it was captured, else read from Slack outside any transaction. */
export function captureMessage(needs: {
  readonly transact: Transact;
  readonly messages: MessageReader;
}): JobHandler<"capture-message"> {
  return {
    name: "capture-message",
    handle: async (job) => {
      const isDone = await needs.transact(async (app) => {
        if (!(await captureTarget(app, job))) return true;
        const captured = await messageAsCaptured(app, job);
        if (captured) await recordMessage(app, job, captured);
        return captured !== null;
      });
      if (isDone) return;
      const message = await needs.messages.read(job.channelId, job.ts);
      if (message) await needs.transact((app) => recordMessage(app, job, message));
    },
  };
}
