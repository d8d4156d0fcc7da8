import { createHash } from "node:crypto";
import type { BackupSettings, StorePlace } from "../../domain/backup/settings.ts";
import type { DumpKeeping, DumpStore } from "../../domain/platform/dump-keeping.ts";
import { directoryStore } from "./directory.ts";
import { dumpError } from "./dump-error.ts";
import { createPrograms } from "./programs.ts";
import { createRuns } from "./runs.ts";

/** What providers of dumps work with; `bucket` makes the store of one. */
export function dumpKeeping(
  settings: BackupSettings,
  bucket: (place: Extract<StorePlace, { kind: "s3" }>) => DumpStore,
): DumpKeeping {
  const stores = new Map<StorePlace, DumpStore>();
  return {
    ...createPrograms(settings.programs),
    ...createRuns(),
    store: (at) => {
      const name = at.at.connection?.split("/").at(-1) ?? "";
      const place = (settings.databases.get(name) ?? settings.otherwise).store ?? settings.store;
      if (place === null) {
        throw dumpError(
          "find the place of dumps",
          "not_found",
          "NoPlace",
          "The configuration does not say where dumps are put: write `backups` with `directory` or `s3`.",
        );
      }
      const store = stores.get(place) ?? (place.kind === "s3" ? bucket(place) : directoryStore(place.path));
      stores.set(place, store);
      return store;
    },
    intact: async (store, file, run) => {
      const sum = createHash("sha256");
      let bytes = 0;
      for await (const chunk of await store.read(file.name)) {
        run.signal.throwIfAborted();
        sum.update(chunk);
        bytes += chunk.length;
        run.say(`checking the file: ${Math.floor((100 * bytes) / Math.max(1, file.bytes))} %`);
      }
      if (sum.digest("hex") === file.sha256) return;
      throw dumpError(
        "check the dump",
        "refused",
        "Damaged",
        `${file.name} is not what was written: its checksum differs. It is not restored from; take another one.`,
      );
    },
  };
}
