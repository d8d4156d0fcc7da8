import { largestCopy } from "../domain/capture/capture.ts";
import type { FileReader } from "../domain/capture/reader.ts";
import type { Transact } from "../domain/ports.ts";
import type { JobHandler } from "./handler.ts";

/** Fetches a file that somebody shared in an incident's channel, outside any transaction, and keeps its bytes. */
export function copyFile(needs: { readonly transact: Transact; readonly files: FileReader }): JobHandler<"copy-file"> {
  return {
    name: "copy-file",
    handle: async (job) => {
      const { channelId, ts, fileId } = job;
      const file = await needs.transact((app) => app.capturedFiles.byId(channelId, ts, fileId));
      if (file?.state !== "waiting" || file.url === null) return;
      const reading = await needs.files.fetch(file.url, largestCopy);
      await needs.transact((app) => {
        const { capturedFiles } = app;
        if ("read" in reading) return capturedFiles.keep(channelId, ts, fileId, reading.read);
        if ("tooBig" in reading) return capturedFiles.settle(channelId, ts, fileId, "too-big");
        if ("gone" in reading) return capturedFiles.settle(channelId, ts, fileId, "unavailable");
        const after = new Date(app.now.getTime() + reading.laterSeconds * 1000);
        return app.jobs.add("copy-file", job, { key: `${channelId}:${ts}:${fileId}`, after });
      });
    },
  };
}
