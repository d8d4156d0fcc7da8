import { acknowledgeAlert } from "../../src/domain/alert/acknowledge.ts";
import { firingNow } from "../../src/domain/alert/facts.ts";
import { arg, command } from "../../src/slack/command.ts";
import { alertList } from "../../templates/alert/list.ts";
import { declareForm } from "../../templates/incident/declare-form.ts";
import { here } from "../incident/declare.ts";
import { alertToDeclare, fromAlert } from "../incident/origin.ts";

const shown = 15;

/** Lists what fires now, and holds the buttons of the messages of alerts. */
export const alerts = command({
  name: "/ops alerts",
  synonyms: ["alarms", "firing", "alert"],
  summary: "List the alerts that fire now, worst first, of everything or of one thing of the catalog",
  examples: ["/ops alerts", "/ops alerts backend"],
  args: { target: arg.optional(arg.target("any")) },
  needs: "member",
  run: async ({ app, caller, args }) => {
    const service = args.target?.name ?? null;
    const firing = await firingNow(app, caller, { service, limit: shown });
    return { text: alertList({ ...firing, service, hasSources: app.config.alerts !== undefined }) };
  },
  buttons: {
    "alert.acknowledge": async ({ app, caller, about }) => {
      await acknowledgeAlert(app, caller, about.id);
      return undefined;
    },
    "alert.declare": async ({ app, caller, at, about }) => {
      const { group, declaration } = await alertToDeclare(app, caller, about.id);
      return {
        modal: declareForm({
          config: app.config,
          about: { ...here(at), id: `${fromAlert}${group.id}` },
          severity: group.severity,
          title: declaration.title,
          affected: declaration.affected,
          summary: declaration.summary,
        }),
      };
    },
  },
});
