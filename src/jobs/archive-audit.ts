import {
  type AuditArchive,
  archiveFault,
  armArchive,
  nextRange,
  recordArchived,
  recordArchiveTrouble,
} from "../domain/audit/archive.ts";
import type { Transact } from "../domain/ports.ts";
import { ProviderError } from "../errors.ts";
import { type JobHandler, jobHandler } from "./handler.ts";

/**
 * Writes the next run of the sealed audit log to the archive and looks at what is there then. A run is written down
 * before, so that one that was interrupted is finished and none is written twice.
 */
export function archiveAuditJob(parts: {
  readonly transact: Transact;
  readonly archive: AuditArchive | null;
  readonly now: () => Date;
}): JobHandler {
  return jobHandler({
    name: "archive-audit",
    handle: async () => {
      const { transact, archive } = parts;
      if (archive === null) return;
      const next = await transact(async (app) => {
        const settings = app.config.audit.archive;
        if (settings === null) return null;
        const found = await nextRange(app, settings);
        if (found === null) await armArchive(app, new Date(app.now.getTime() + settings.everyMinutes * 60_000));
        return found && { ...found, settings };
      });
      if (next === null) return;
      const { range, object, more, settings } = next;
      try {
        await archive.check();
        const found = await archive.write(object);
        const fault = archiveFault(object, found);
        await transact((app) =>
          fault === null
            ? recordArchived(app, settings, range, { version: found.version, more })
            : recordArchiveTrouble(app, range, fault),
        );
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        await transact((app) => recordArchiveTrouble(app, range, error));
      }
    },
  });
}
