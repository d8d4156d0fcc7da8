import type { Transact } from "../domain/ports.ts";
import type { MessageReader } from "../domain/slack-side.ts";
import { captureTarget, recordMessage } from "../domain/timeline/capture.ts";
import type { JobHandler } from "./handler.ts";

/** Reads a marked message outside any transaction and writes it on its incident's timeline. */
export function captureMessage(needs: {
  readonly transact: Transact;
  readonly messages: MessageReader;
}): JobHandler<"capture-message"> {
  return {
    name: "capture-message",
    handle: async (job) => {
      const wanted = await needs.transact((app) => captureTarget(app, job));
      if (!wanted) return;
      const message = await needs.messages.read(job.channelId, job.ts);
      if (message) await needs.transact((app) => recordMessage(app, job, message));
    },
  };
}
