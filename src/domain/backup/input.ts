import type { Json } from "../operation/operation.ts";
import type { App } from "../ports.ts";
import { backupsOf } from "./settings.ts";

/** What the configuration says of a database's backups and restores, as operations on it are given it when they are asked for. */
export function databaseInput(app: Pick<App, "config" | "now">, database: string): Readonly<Record<string, Json>> {
  const { keepDays, validate, rtoSeconds, rpoSeconds } = backupsOf(app.config, database);
  return {
    expireBefore: new Date(app.now.getTime() - keepDays * 86_400_000).toISOString(),
    stamp: app.now.toISOString().slice(0, 16).replaceAll(/\D/g, ""),
    asked: app.now.toISOString(),
    validate: validate.map((query) => ({ ...query })),
    rtoSeconds,
    rpoSeconds,
    backup: null,
  };
}
