import type { KnownBlock } from "@slack/types";
import type { BackupRow, BackupsSight } from "../../src/domain/backup/sight.ts";
import type { StoreLook } from "../../src/domain/operation/store-look.ts";
import { button, context, cut, inert, moment, section } from "../kit.ts";
import { age, bytes } from "./figures.ts";
import type { StoreDrawn } from "./store.ts";

const rowsShown = 8;
const restoresShown = 3;

/** A database's backups: the newest good one first, held against the RPO, then the others and the last restores. */
export function backupsDrawn(look: Pick<StoreLook, "id" | "target" | "found">, sight: BackupsSight): StoreDrawn {
  const now = look.found?.at ?? new Date(0);
  const newest = sight.rows.find((row) => row.good) ?? null;
  const blocks: KnownBlock[] = sight.unseen.map((one) => section(`:grey_question: ${cut(inert(one), 1000)}`));
  if (sight.rows.length > 0) {
    const lines = sight.rows.slice(0, rowsShown).map((row) => line(row, row === newest, now));
    for (let start = 0; start < lines.length; start += 4)
      blocks.push(section(lines.slice(start, start + 4).join("\n")));
  }
  const restores = sight.restores.slice(0, restoresShown).map((one) => {
    const mark = one.good ? ":white_check_mark:" : ":warning:";
    return `${mark} ${one.how === "drill" ? "Drill" : "Restore"} ${moment(new Date(one.endedAt))}: ${inert(cut(one.detail, 300))}`;
  });
  if (restores.length > 0) blocks.push(section(`*Last restores*\n${restores.join("\n")}`));
  const about = { id: look.id };
  return {
    summary: summary(sight, newest, now),
    blocks: [
      ...blocks,
      context(
        `Own backups are kept ${sight.keepDays} d; the newest good one always is.`,
        restores.length === 0
          ? "None was restored from here yet: `/ops drill restore` tries it."
          : "Try one out with `/ops drill restore`.",
      ),
    ],
    rest: sight.rows.length > rowsShown ? sight.rows.map(text).join("\n") : null,
    buttons: [
      button({ action: "ops.backup.now", text: "Back up now", about }),
      ...(newest === null ? [] : [button({ action: "ops.drill.now", text: "Restore drill", about })]),
    ],
  };
}

function summary(sight: BackupsSight, newest: BackupRow | null, now: Date): string {
  const restorable =
    sight.restorable === null
      ? null
      : `It can be restored to any moment${sight.restorable.from === null ? "" : ` from ${moment(new Date(sight.restorable.from))}`} to ${moment(new Date(sight.restorable.to))}.`;
  if (newest === null) {
    const seen =
      sight.unseen.length > 0
        ? ":grey_question: Whether there is a good backup is unknown: not all could be read."
        : ":red_circle: *There is no good backup.*";
    return [seen, restorable].filter((part) => part !== null).join(" ");
  }
  const seconds = (now.getTime() - Date.parse(newest.at)) / 1000;
  const rpo =
    sight.rpoSeconds === null
      ? "no RPO is configured"
      : seconds <= sight.rpoSeconds
        ? `within the RPO of ${age(sight.rpoSeconds)}`
        : `*older than the RPO of ${age(sight.rpoSeconds)}*`;
  const mark = sight.rpoSeconds !== null && seconds > sight.rpoSeconds ? ":red_circle:" : ":floppy_disk:";
  return [`${mark} The newest good backup is ${age(seconds)} old: ${rpo}.`, restorable]
    .filter((part) => part !== null)
    .join(" ");
}

function line(row: BackupRow, isNewest: boolean, now: Date): string {
  const parts = [
    `${age((now.getTime() - Date.parse(row.at)) / 1000)} old`,
    row.format === null ? row.kind : `${row.kind}, ${row.format}`,
    row.bytes === null ? null : bytes(row.bytes),
    row.good ? null : `:warning: ${inert(row.status)}`,
    row.requesterId === null ? (row.own ? "taken from here" : null) : `by <@${row.requesterId}>`,
    row.provedAt === null ? "never restored" : `restored ${moment(new Date(row.provedAt))}`,
  ];
  return `• \`${inert(row.name)}\`${isNewest ? " *newest good*" : ""}\n   ${parts.filter((part) => part !== null).join(" · ")}`;
}

function text(row: BackupRow): string {
  return [row.at, row.name, row.kind, row.status, row.format ?? "", row.bytes ?? "", row.place, row.proof ?? ""].join(
    "\t",
  );
}
