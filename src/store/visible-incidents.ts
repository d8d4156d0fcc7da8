import { type RawBuilder, sql } from "kysely";
import type { Viewer } from "../domain/incident/records.ts";

/**
 * The condition every query over several incidents carries: which of them the viewer may know of. `incidents` is the
 * name or alias of the incidents table in the query. The same rule as maySee in src/domain/incident/access.ts.
 */
export function visibleIncident(viewer: Viewer, incidents = "incidents"): RawBuilder<boolean> {
  if (viewer === "bot") return sql<boolean>`true`;
  const isPrivate = sql.ref(`${incidents}.is_private`);
  if (viewer === "anyone") return sql<boolean>`(not ${isPrivate})`;
  return sql<boolean>`(not ${isPrivate}
    or ${sql.ref(`${incidents}.reporter_id`)} = ${viewer.userId}
    or ${sql.ref(`${incidents}.roles`)} @> ${JSON.stringify([{ userId: viewer.userId }])}::jsonb
    or exists (
      select from incident_members member
      where member.incident_id = ${sql.ref(`${incidents}.id`)} and member.user_id = ${viewer.userId}))`;
}

/** The same where the query has only the incident's id, as in a table of what belongs to incidents. */
export function ofVisibleIncident(viewer: Viewer, incidentId: string): RawBuilder<boolean> {
  if (viewer === "bot") return sql<boolean>`true`;
  return sql<boolean>`exists (
    select from incidents seen where seen.id = ${sql.ref(incidentId)} and ${visibleIncident(viewer, "seen")})`;
}
