import type { Caller } from "../../src/domain/access/caller.ts";
import { type AuditQuery, filterOf, mustRead, visibleLines } from "../../src/domain/audit/reading.ts";
import type { App } from "../../src/domain/ports.ts";
import { Refusal } from "../../src/errors.ts";
import { type Answer, arg, command } from "../../src/slack/command.ts";
import { reply } from "../../templates/kit.ts";
import { type AuditExportSubject, auditList, queryInWords } from "../../templates/ops/audit.ts";
import { orRefused } from "./refused.ts";

const shown = 15;

const filters = {
  since: arg.option("since", "30d"),
  until: arg.option("until", "7d"),
  person: arg.option("person", "@person"),
  target: arg.option("target", "target"),
  action: arg.option("action", "action"),
};

/** Shows the newest entries of the audit log to those who may read it. */
export const audit = command({
  name: "/ops audit",
  synonyms: ["audit-log"],
  summary: "Show the newest entries of the audit log that you may see",
  examples: [
    "/ops audit",
    "/ops audit --since 7d --person @ana",
    "/ops audit --target production/backend --action operation",
  ],
  args: filters,
  needs: "member",
  run: ({ app, caller, args }) =>
    asReader(app, caller, "read the audit log", async () => {
      const query = queryOf(args, caller);
      const found = await app.auditLog.find(filterOf(query, app.now), 10 * shown);
      const visible = (await visibleLines(app, found, caller.userId)).slice(-shown);
      await noted(app, caller, "audit.read", query);
      const archive = { settings: app.config.audit.archive, newest: await app.archive.newest() };
      return { text: auditList(visible.toReversed(), query, archive) };
    }),
});

/** Checks the whole chain in the background; the result comes as a direct message. */
export const auditVerify = command({
  name: "/ops audit verify",
  synonyms: ["audit-verify"],
  summary: "Check that no entry of the audit log was changed, removed or put in; the result comes to you",
  examples: ["/ops audit verify"],
  args: {},
  needs: "member",
  run: async ({ app, caller }) => {
    await app.jobs.add("verify-audit", { userId: caller.userId, id: app.newId() }, { key: caller.userId });
    return { text: reply("Checking the whole audit log. What is found comes to you as a direct message.") };
  },
});

/** Sends the entries that fit, with their hashes, as a file to who asks. */
export const auditExport = command({
  name: "/ops audit export",
  synonyms: ["audit-export"],
  summary: "Get entries of the audit log as a file, with the hashes that prove them, by direct message",
  examples: [
    "/ops audit export --since 30d",
    "/ops audit export --since 2026-10-01 --until 2026-11-01 --target production/backend",
    "/ops audit export --person @ana --action operation.approved",
  ],
  args: filters,
  needs: "member",
  run: ({ app, caller, args }) =>
    asReader(app, caller, "export the audit log", async () => {
      const query = queryOf(args, caller);
      filterOf(query, app.now);
      const subject: AuditExportSubject = { userId: caller.userId, query };
      await app.outbox.add(
        {
          kind: "files",
          view: "audit.export",
          subject: JSON.stringify(subject),
          place: { user: caller.userId },
          once: `audit-export:${app.newId()}`,
        },
        "answer",
      );
      await noted(app, caller, "audit.exported", query);
      return { text: reply(`The file comes to you as a direct message: ${queryInWords(query)}.`) };
    }),
});

function asReader(app: App, caller: Caller, what: string, work: () => Promise<Answer>) {
  return orRefused(app, { by: caller.userId, what, subject: "audit log" }, async () => {
    mustRead(app, caller);
    return work();
  });
}

/** Whoever looks at what others did leaves a trace as well. */
function noted(app: App, caller: Caller, action: string, query: AuditQuery): Promise<void> {
  return app.audit.add({ actor: caller.userId, action, subject: "audit log", details: { ...query } });
}

function queryOf(typed: { readonly [K in keyof typeof filters]?: string | undefined }, caller: Caller): AuditQuery {
  const { since = null, until = null, person, target = null, action = null } = typed;
  return { since, until, person: person === undefined ? null : personMeant(person, caller), target, action };
}

/** Slack writes <@U0ANA> for a name that was picked; `tocsin` is what the product did by itself. */
function personMeant(word: string, caller: Caller): string {
  if (word === "me") return caller.userId;
  if (word === "tocsin") return word;
  const [, id] = /^(?:<@)?([UW][A-Z0-9]{2,})(?:\|[^>]*)?>?$/.exec(word) ?? [];
  if (id) return id;
  throw new Refusal(
    "unknown_person",
    `\`${word}\` is nobody I know.`,
    "Pick the name from Slack's list, or write me or tocsin.",
  );
}
