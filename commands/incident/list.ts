import { everything, type IncidentQuery, packQuery, readQuery, unpackQuery } from "../../src/domain/incident/search.ts";
import { Refusal } from "../../src/errors.ts";
import { type Answer, arg, command } from "../../src/slack/command.ts";
import { incidentList } from "../../templates/incident/list.ts";
import { homeEvents } from "../home/home.ts";
import { homeMenu } from "../home/menu.ts";
import type { Ask } from "./which.ts";

const states = ["open", "resolved", "all"] as const;
const pageSize = 10;

/** Lists incidents the asker may see. */
export const list = command({
  name: "/incident list",
  synonyms: ["ls", "incidents"],
  summary: "List incidents; the open ones unless you say otherwise",
  examples: [
    "/incident list",
    "/incident list all --since 30d",
    "/incident list resolved",
    "/incident list sev1 --service backend",
    "/incident list --status mitigated --mine",
  ],
  args: {
    filter: arg.optional(arg.choice("<open|resolved|all>", () => states)),
    severity: arg.optional(arg.severity()),
    status: arg.option("status", "<status>"),
    service: arg.option("service", "<service>"),
    since: arg.option("since", "<30d>"),
    mine: arg.flag("mine"),
    text: arg.option("text", "<words>"),
  },
  needs: "member",
  run: async (ask) => {
    const { filter, ...typed } = ask.args;
    const state = states.find((one) => one === filter);
    const query = readQuery(ask.app.config, ask.app.now, { ...typed, ...(state ? { state } : {}) });
    return listed(ask, query, 0);
  },
  buttons: {
    "incident.list": (ask) => listed(ask, { ...everything, state: "open" }, 0),
    ...homeMenu,
    "incident.list.page": (ask) => listed(ask, unpackQuery(ask.about.id), ask.about.version ?? 0),
  },
  events: homeEvents,
});

/** Finds incidents by what was written in them. */
export const find = command({
  name: "/incident find",
  synonyms: ["search"],
  summary: "Find incidents by words in titles, timelines and post-mortems",
  examples: ["/incident find connection pool", '/incident find "out of memory" worker'],
  args: { text: arg.text("<words>") },
  needs: "member",
  run: (ask) => listed(ask, readQuery(ask.app.config, ask.app.now, { state: "all", text: ask.args.text }), 0),
});

/** The page that begins after `offset` incidents; a button carries the query and the offset. */
async function listed({ app, caller }: Ask, query: IncidentQuery, offset: number): Promise<Answer> {
  if (query.text && !(await app.search.canFind(query.text))) {
    throw new Refusal("bad_argument", "These words are in nearly every text.", "Look for rarer ones.");
  }
  const { incidents, more } = await app.search.page(query, caller, { offset, limit: pageSize });
  const passages = query.text
    ? await app.search.passages(
        incidents.map(({ id }) => id),
        query.text,
      )
    : new Map();
  const pages = {
    packed: packQuery(query),
    offset,
    newer: offset > 0 ? Math.max(0, offset - pageSize) : null,
    older: more ? offset + pageSize : null,
  };
  return { text: incidentList(app.config, { incidents, query, passages, pages }) };
}
