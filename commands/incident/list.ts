import { type Answer, arg, command } from "../../src/slack/command.ts";
import { incidentList } from "../../templates/incident/list.ts";
import { homeEvents } from "../home/home.ts";
import type { Ask } from "./which.ts";

const headings = { open: "Open incidents", resolved: "Resolved incidents", all: "Incidents" } as const;
type Filter = keyof typeof headings;

/** Lists incidents the asker may see. */
export const list = command({
  name: "/incident list",
  synonyms: ["ls", "incidents"],
  summary: "List incidents; the open ones unless you say otherwise",
  examples: ["/incident list", "/incident list all", "/incident list resolved", "/incident list sev1"],
  args: {
    filter: arg.optional(arg.choice("<open|resolved|all>", () => Object.keys(headings))),
    severity: arg.optional(arg.severity()),
  },
  needs: "member",
  run: async (ask) => listed(ask, (ask.args.filter as Filter | undefined) ?? "open", ask.args.severity),
  buttons: { "incident.list": (ask) => listed(ask, "open", undefined) },
  events: homeEvents,
});

async function listed({ app, caller }: Ask, filter: Filter, severity: string | undefined): Promise<Answer> {
  const open = { open: true, resolved: false, all: null }[filter];
  const seen = await app.incidents.list({ open, limit: 100, seenBy: caller, ...(severity ? { severity } : {}) });
  const heading = severity ? `${headings[filter]}, ${severity}` : headings[filter];
  return { text: incidentList(app.config, seen, heading) };
}
