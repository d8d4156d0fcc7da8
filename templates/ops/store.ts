import type { KnownBlock } from "@slack/types";
import type { StoreLook } from "../../src/domain/operation/store-look.ts";
import { actions, button, context, cut, type DrawnFile, inert, moment, type Reply, reply, section } from "../kit.ts";
import { backupsDrawn } from "./backups.ts";
import { cacheDrawn } from "./cache.ts";
import { databaseDrawn } from "./database.ts";
import { queueDrawn } from "./queue.ts";
import { slowLogDrawn } from "./slow-log.ts";

/** What one look at a store comes to: a line that says it all, blocks with the worst first, and every row as text. */
export interface StoreDrawn {
  readonly summary: string;
  readonly blocks: readonly KnownBlock[];
  /** All rows, for a file; null where the message shows everything. */
  readonly rest: string | null;
  readonly buttons: Parameters<typeof actions>[0];
}

/** What goes on inside a data store, or that it is being looked at. */
export function storeCard(look: StoreLook): Reply {
  const name = inert(`${look.target.name} in ${look.target.environment}`);
  const view = viewOf(look);
  if (look.found === null) return reply(`Looking into ${name}…`, [section(`:mag: Looking into ${name} (${view})…`)]);
  const { at, trouble } = look.found;
  const seen = drawnOf(look);
  const again = button({ action: "ops.store.again", text: "Look again", about: { id: look.id } });
  const footer = context(`Seen ${moment(at, "{time_secs}")} for <@${look.askedBy}>`);
  if (seen === null) {
    const why = cut(inert(trouble ?? "it was not seen"), 1000);
    return reply(`${name} could not be seen: ${why}`, [
      section(`:grey_question: *${name}* could not be seen (${view})\n${why}`),
      footer,
      actions([again], "store"),
    ]);
  }
  const file = button({ action: "ops.store.file", text: "All as a file", about: { id: look.id } });
  return reply(`${name}: ${seen.summary}`, [
    section(`*${name}* · ${view}\n${seen.summary}`),
    ...seen.blocks,
    footer,
    actions([...seen.buttons, again, ...(seen.rest === null ? [] : [file])], "store"),
  ]);
}

/** Everything a look saw, as text. */
export function storeFile(look: StoreLook): { readonly files: readonly DrawnFile[]; readonly comment: string } | null {
  const rest = drawnOf(look)?.rest ?? null;
  if (rest === null || look.found === null) return null;
  const name = `${look.target.name}-${viewOf(look)}`;
  return {
    files: [{ name: `${name}.txt`, title: `${look.target.name}: ${viewOf(look)}`, content: `${rest}\n` }],
    comment: `${inert(look.target.name)} in ${inert(look.target.environment)}: ${viewOf(look)}, seen ${moment(look.found.at, "{time_secs}")}`,
  };
}

function viewOf(look: StoreLook): string {
  return look.question.view;
}

function drawnOf(look: StoreLook): StoreDrawn | null {
  const seen = look.found?.seen ?? null;
  if (seen === null) return null;
  if (seen.kind === "database") return databaseDrawn(look, seen.sight);
  if (seen.kind === "backups") return backupsDrawn(look, seen.sight);
  if (seen.kind === "slowlog") return slowLogDrawn(seen.sight);
  if (seen.kind === "cache") return cacheDrawn(seen.sight);
  return queueDrawn(look, seen.sight);
}
