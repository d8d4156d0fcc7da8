import { sql } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import type { Database } from "./database.ts";
import * as slack from "./migrations/0001-slack.ts";
import * as incidents from "./migrations/0002-incidents.ts";
import * as operations from "./migrations/0003-operations.ts";
import * as audit from "./migrations/0004-audit.ts";
import * as postmortems from "./migrations/0005-postmortems.ts";
import * as outbox from "./migrations/0006-outbox.ts";
import * as clocks from "./migrations/0010-clocks.ts";
import * as clocksFrom from "./migrations/0010b-clocks-from.ts";
import * as people from "./migrations/0011-people.ts";
import * as followers from "./migrations/0012-followers-and-security.ts";
import * as statusPage from "./migrations/0012b-status-page.ts";
import * as captures from "./migrations/0013-captures.ts";
import * as curation from "./migrations/0013b-curation.ts";
import * as beliefs from "./migrations/0013c-beliefs.ts";
import * as postmortemWork from "./migrations/0014-postmortem-work.ts";
import * as afterwards from "./migrations/0015-afterwards.ts";
import * as incidentNumbers from "./migrations/0016-incident-numbers.ts";
import * as storeLooks from "./migrations/0020-store-looks.ts";
import * as looksAtDeployments from "./migrations/0021-looks-at-deployments.ts";
import * as leases from "./migrations/0021b-leases.ts";
import * as diagnoses from "./migrations/0022-diagnoses.ts";
import * as inquiries from "./migrations/0022b-inquiries.ts";
import * as backups from "./migrations/0023-backups.ts";
import * as holds from "./migrations/0024-holds.ts";
import * as reports from "./migrations/0025-reports.ts";
import * as changes from "./migrations/0025b-changes.ts";
import * as counterparts from "./migrations/0026-counterparts.ts";
import * as factors from "./migrations/0030-factors.ts";
import * as auditArchive from "./migrations/0033-audit-archive.ts";
import * as costs from "./migrations/0036-costs.ts";
import * as ticks from "./migrations/0037-ticks.ts";
import * as upkeep from "./migrations/0038-upkeep.ts";
import * as releaseWatches from "./migrations/0039-release-watches.ts";
import * as newcomers from "./migrations/0039b-newcomers.ts";
import * as statusInquiries from "./migrations/0047-status-inquiries.ts";
import * as counterpartVersions from "./migrations/0050-counterpart-versions.ts";
import * as unresolvedPages from "./migrations/0051-unresolved-pages.ts";
import * as incidentStatus from "./migrations/0052-incident-status.ts";
import * as diagnosisPictures from "./migrations/0056-diagnosis-pictures.ts";
import * as incidentTickets from "./migrations/0060-incident-tickets.ts";
import * as alerts from "./migrations/0061-alerts.ts";
import * as postmortemsOwed from "./migrations/0061-postmortems-owed.ts";
import * as alertCrowds from "./migrations/0064-alert-crowds.ts";
import * as alertsForgotten from "./migrations/0065-alerts-forgotten.ts";
import * as groupBindings from "./migrations/0070-group-bindings.ts";
import * as manyAtOnce from "./migrations/0071-many-at-once.ts";

/** Every migration in order; one is never changed once it has landed. */
const migrations: Readonly<Record<string, Migration>> = {
  "0001-slack": slack,
  "0002-incidents": incidents,
  "0003-operations": operations,
  "0004-audit": audit,
  "0005-postmortems": postmortems,
  "0006-outbox": outbox,
  "0010-clocks": clocks,
  "0011-people": people,
  "0012-followers-and-security": followers,
  "0012b-status-page": statusPage,
  "0015-afterwards": afterwards,
  "0013-captures": captures,
  "0014-postmortem-work": postmortemWork,
  "0016-incident-numbers": incidentNumbers,
  "0020-store-looks": storeLooks,
  "0021-looks-at-deployments": looksAtDeployments,
  "0021b-leases": leases,
  "0022-diagnoses": diagnoses,
  "0025-reports": reports,
  "0026-counterparts": counterparts,
  "0047-status-inquiries": statusInquiries,
  "0023-backups": backups,
  "0024-holds": holds,
  "0025b-changes": changes,
  "0022b-inquiries": inquiries,
  "0013b-curation": curation,
  "0013c-beliefs": beliefs,
  "0010b-clocks-from": clocksFrom,
  "0036-costs": costs,
  "0050-counterpart-versions": counterpartVersions,
  "0037-ticks": ticks,
  "0038-upkeep": upkeep,
  "0039-release-watches": releaseWatches,
  "0039b-newcomers": newcomers,
  "0030-factors": factors,
  "0033-audit-archive": auditArchive,
  "0051-unresolved-pages": unresolvedPages,
  "0052-incident-status": incidentStatus,
  "0056-diagnosis-pictures": diagnosisPictures,
  "0060-incident-tickets": incidentTickets,
  "0061-postmortems-owed": postmortemsOwed,
  "0061-alerts": alerts,
  "0064-alert-crowds": alertCrowds,
  "0065-alerts-forgotten": alertsForgotten,
  "0070-group-bindings": groupBindings,
  "0071-many-at-once": manyAtOnce,
};

/** Brings the database to the newest schema. Several processes may do so at once; one does it, the others wait. */
export async function migrate(db: Database): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...migrations }) },
    // Each stands on its own tables: one that comes later under an earlier name must not keep a database from it.
    allowUnorderedMigrations: true,
  });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}

/** Which migrations the database still needs, and which it has that this program does not know. Changes nothing. */
export async function migrationState(
  db: Database,
): Promise<{ readonly pending: readonly string[]; readonly unknown: readonly string[] }> {
  const known = Object.keys(migrations);
  const { rows: tables } = await sql<{ there: boolean }>`
    select to_regclass('kysely_migration') is not null as there`.execute(db);
  if (!tables[0]?.there) return { pending: known, unknown: [] };
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  const done = new Set(rows.map(({ name }) => name));
  return {
    pending: known.filter((name) => !done.has(name)),
    unknown: [...done].filter((name) => !(name in migrations)),
  };
}
