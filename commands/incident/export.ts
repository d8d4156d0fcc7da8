import { requireMember } from "../../src/domain/incident/access.ts";
import { packQuery, readQuery, unpackQuery } from "../../src/domain/incident/search.ts";
import { arg, command } from "../../src/slack/command.ts";
import type { ExportSubject } from "../../templates/incident/export.ts";
import { reply } from "../../templates/kit.ts";
import type { Ask } from "./which.ts";

const formats = ["csv", "json"] as const;
const states = ["open", "resolved", "all"] as const;

/** Sends who asks their incidents as a file. */
export const exported = command({
  name: "/incident export",
  synonyms: ["download"],
  summary: "Get incidents as a file, CSV or JSON, by direct message",
  examples: [
    "/incident export",
    "/incident export json resolved --since 90d",
    "/incident export csv sev1 --service backend",
  ],
  args: {
    format: arg.optional(arg.choice("<csv|json>", () => formats)),
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
    const { format, filter, ...typed } = ask.args;
    const state = states.find((one) => one === filter) ?? "all";
    const query = readQuery(ask.app.config, ask.app.now, { ...typed, state });
    return sent(ask, formats.find((one) => one === format) ?? "csv", packQuery(query));
  },
  buttons: { "incident.export": (ask) => sent(ask, "csv", packQuery(unpackQuery(ask.about.id))) },
});

async function sent({ app, caller }: Ask, format: "csv" | "json", packed: string) {
  requireMember(caller);
  const subject: ExportSubject = { userId: caller.userId, format, packed };
  await app.outbox.add(
    {
      kind: "files",
      view: "incident.export",
      subject: JSON.stringify(subject),
      place: { user: caller.userId },
      once: `export:${app.newId()}`,
    },
    "answer",
  );
  await app.audit.add({
    actor: caller.userId,
    action: "incidents.exported",
    subject: "incidents",
    details: { format, packed },
  });
  return { text: reply("The file comes to you as a direct message.") };
}
