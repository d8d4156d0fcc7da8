import { type RawBuilder, sql } from "kysely";
import type { AuditLine } from "../domain/audit/file.ts";
import type { AuditLogRecords } from "../domain/audit/reading.ts";
import { emptyChain } from "../domain/audit/seal.ts";
import type { Json } from "../domain/operation/operation.ts";
import type { RecordContext } from "./database.ts";
import { visibleIncident } from "./visible-incidents.ts";

interface Row {
  readonly position: number;
  readonly previous: string | null;
  readonly hash: string;
  readonly id: number;
  readonly at: Date;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly details: Json;
}

/** Sealed entries, read for people and for the archive. */
export function auditLogRecords({ db }: RecordContext): AuditLogRecords {
  const select = async (where: RawBuilder<unknown>, order: RawBuilder<unknown>, limit: number) => {
    const { rows } = await sql<Row>`
      select s.position, p.hash as previous, s.hash, a.id, a.at, a.actor, a.action, a.subject, a.details
      from audit_seal s join audit a on a.id = s.entry_id left join audit_seal p on p.position = s.position - 1
      where ${where} order by s.position ${order} limit ${limit}`.execute(db);
    return rows.map(
      ({ position, previous, hash, ...entry }): AuditLine => ({
        position,
        previous: previous ?? emptyChain.hash,
        hash,
        entry,
      }),
    );
  };
  return {
    find: async ({ since, until, person, target, action }, limit) => {
      const all = [
        sql`true`,
        ...(since === null ? [] : [sql`a.at >= ${since}`]),
        ...(until === null ? [] : [sql`a.at < ${until}`]),
        ...(person === null ? [] : [sql`a.actor = ${person}`]),
        ...(target === null
          ? []
          : [
              sql`lower(${target}) in (lower(a.subject), lower(split_part(a.subject, '/', 2)),
                lower(a.details->>'target'), lower(split_part(a.details->>'target', '/', 2)))`,
            ]),
        ...(action === null ? [] : [sql`${action} in (a.action, split_part(a.action, '.', 1))`]),
      ];
      return (await select(sql.join(all, sql` and `), sql`desc`, limit)).toReversed();
    },
    after: (position, limit) => select(sql`s.position > ${position}`, sql`asc`, limit),
    wordsKeptFrom: async (userId) => {
      const { rows } = await sql<{ words: (string | null)[] }>`
        with kept as (
          select n.id, n.number, n.channel_id, n.channel_name from incidents n
          where n.is_private and not (${visibleIncident({ userId }, "n")}))
        select array[id, 'INC-' || number, channel_id, channel_name] as words from kept
        union all
        select array[o.id, o.code] from operations o join kept on kept.id = o.incident_id`.execute(db);
      return rows.flatMap(({ words }) => words.flatMap((word) => word || []));
    },
  };
}
