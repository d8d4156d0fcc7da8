import { declareIncident } from "../../src/domain/incident/declare.ts";
import { arg, command } from "../../src/slack/command.ts";
import { declareForm } from "../../templates/incident/declare-form.ts";
import { answer, here } from "./declare.ts";

/** Starts a drill: an incident that is marked everywhere, pages nobody and stays out of the figures. */
export const drill = command({
  name: "/incident drill",
  synonyms: ["practice", "practise", "exercise", "gameday"],
  summary: "Practise: like declaring, but marked everywhere and paging nobody",
  examples: ["/incident drill sev2 Failover of the database", "/incident drill"],
  args: { severity: arg.optional(arg.severity()), title: arg.optional(arg.text("<title>")) },
  needs: "member",
  run: async (ask) => {
    const { app, caller, args } = ask;
    const { severity, title } = args;
    if (!severity || !title) {
      const filled = { ...(severity ? { severity } : {}), ...(title ? { title } : {}) };
      return { modal: declareForm({ config: app.config, about: here(ask.at), drill: true, ...filled }) };
    }
    const incident = await declareIncident(app, caller, {
      title,
      severity,
      summary: "",
      affected: [],
      commanderId: null,
      isPrivate: false,
      source: { kind: "command", permalink: null, text: null },
      seenAt: null,
      kind: "drill",
    });
    return answer({ app, caller }, incident);
  },
});
