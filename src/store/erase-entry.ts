import { sql } from "kysely";
import type { RecordContext } from "./database.ts";

/** What stands where the words of a deleted message stood. */
const erased = "(deleted in Slack)";

/**
 * Takes away the words of an entry, all it had before, and where they were merged into others; entries that were merged
 * into it stand for themselves again.
 */
export async function eraseEntry({ db }: RecordContext, id: string): Promise<void> {
  const { rows: words } = await sql<{ text: string }>`
    select text from timeline_entries where id = ${id}
    union select text from timeline_revisions where entry_id = ${id}`.execute(db);
  // Everything it was ever merged with: an undone merge is still in what an entry said before.
  const { rows: kin } = await sql<{ id: string }>`
    with recursive kin as (
      select ${id}::text as id
      union select other.entry_id from kin
      join timeline_revisions mine on mine.entry_id = kin.id
      join timeline_acts act on act.id = mine.act and act.kind = 'merge'
      join timeline_revisions other on other.act = act.id
    ) select id from kin where id <> ${id}`.execute(db);
  const ids = kin.map((entry) => entry.id);
  // The longest first: what a text was edited from is often a part of it.
  const longestFirst = words.map(({ text }) => text).sort((one, other) => other.length - one.length);
  const clean = (text: string): string => longestFirst.reduce(withoutPart, text);
  if (ids.length > 0) await cleanHolders(db, ids, clean);
  await sql`update timeline_entries set hidden = false, merged_into = null, version = version + 1
    where merged_into = ${id} and not is_erased`.execute(db);
  await sql`update timeline_revisions set text = ${erased} where entry_id = ${id}`.execute(db);
  await sql`update timeline_entries set text = ${erased}, hidden = true, is_erased = true, merged_into = null,
    version = version + 1 where id = ${id}`.execute(db);
}

async function cleanHolders(db: RecordContext["db"], ids: readonly string[], clean: (text: string) => string) {
  const { rows: entries } = await sql<{ id: string; text: string }>`
    select id, text from timeline_entries where id = any(${[...ids]}) for no key update`.execute(db);
  for (const { id, text } of entries) {
    if (clean(text) === text) continue;
    await sql`update timeline_entries set text = ${clean(text)}, version = version + 1 where id = ${id}`.execute(db);
  }
  const { rows: revisions } = await sql<{ seq: number; text: string }>`
    select seq, text from timeline_revisions where entry_id = any(${[...ids]})`.execute(db);
  for (const { seq, text } of revisions) {
    if (clean(text) !== text) {
      await sql`update timeline_revisions set text = ${clean(text)} where seq = ${seq}`.execute(db);
    }
  }
}

/** The text without a part that was merged into it: lines of its own, maybe behind a name and before a link. */
function withoutPart(text: string, part: string): string {
  if (part === "" || part === erased) return text;
  let left = "";
  let from = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, from)) {
    const [before, after] = [text.slice(0, at), text.slice(at + part.length)];
    const isPart = /(?:^|\n|<@\w+>: )$/.test(before) && /^(?:$|\n| \(<)/.test(after);
    left += text.slice(from, at) + (isPart ? erased : part);
    from = at + part.length;
  }
  return left + text.slice(from);
}
