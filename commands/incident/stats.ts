import { figuresOf } from "../../src/domain/incident/review.ts";
import { readQuery, sinceMoment } from "../../src/domain/incident/search.ts";
import { arg, command } from "../../src/slack/command.ts";
import { figuresReply } from "../../templates/incident/figures.ts";
import type { Ask } from "./which.ts";

/** Counts incidents and how long they took. */
export const stats = command({
  name: "/incident stats",
  synonyms: ["figures", "metrics", "statistics"],
  summary: "Count incidents, how long they took, updates on time, open action items",
  examples: ["/incident stats", "/incident stats --since 90d --service backend", "/incident stats sev1"],
  args: {
    severity: arg.optional(arg.severity()),
    since: arg.option("since", "<30d>"),
    service: arg.option("service", "<service>"),
  },
  needs: "member",
  run: (ask) => counted(ask, ask.args),
  buttons: { "incident.stats": (ask) => counted(ask, {}) },
});

async function counted(
  { app, caller }: Ask,
  typed: {
    readonly severity?: string | undefined;
    readonly since?: string | undefined;
    readonly service?: string | undefined;
  },
) {
  const query = readQuery(app.config, app.now, { ...typed, since: typed.since ?? "30d" });
  const since = sinceMoment(query.since ?? "30d", app.now);
  const scope = { since, until: app.now, service: query.service, severity: query.severity };
  const figures = await figuresOf(app, scope, caller);
  const heading = [`Incidents since ${since.toISOString().slice(0, 10)}`, query.severity, query.service]
    .filter((word) => word !== null)
    .join(", ");
  const note = "As far as you may see them, without drills and duplicates. Action items: as they stand now.";
  return { text: figuresReply(app.config, { heading, figures, before: null, note }) };
}
