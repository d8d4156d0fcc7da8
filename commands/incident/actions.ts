import { changeActionItem } from "../../src/domain/action-item/action-item.ts";
import { snoozeItem } from "../../src/domain/action-item/follow-up.ts";
import { handToTracker, ticketsByItem } from "../../src/domain/action-item/tickets.ts";
import { dayAt } from "../../src/domain/follow-up.ts";
import { openForReading } from "../../src/domain/incident/access.ts";
import { incidentName } from "../../src/domain/incident/incident.ts";
import { trackersOf } from "../../src/domain/ticket/tracker.ts";
import { Refusal } from "../../src/errors.ts";
import { type Answer, arg, type ButtonAsk, command } from "../../src/slack/command.ts";
import { actionItemList } from "../../templates/incident/action-items.ts";
import { editActionItemForm } from "../../templates/incident/forms.ts";
import { reply } from "../../templates/kit.ts";
import { type Ask, askedIncident, tellDone } from "./which.ts";

const kinds = ["mine", "open", "overdue", "all"] as const;
type Kind = (typeof kinds)[number];
const pageSize = 10;

/** Lists what is still to be done, of one incident or of all. */
export const actions = command({
  name: "/incident actions",
  synonyms: ["action-items", "todos", "tasks", "followups", "follow-ups"],
  summary: "List action items: this incident's, yours, open or overdue ones",
  examples: ["/incident actions", "/incident actions mine", "/incident actions overdue", "/incident actions INC-42"],
  args: { incident: arg.incident(), kind: arg.optional(arg.choice("<mine|open|overdue|all>", () => kinds)) },
  needs: "member",
  run: async (ask) => {
    const kind = kinds.find((one) => one === ask.args.kind);
    // A word of its own means all incidents, unless one is named: "overdue" in a channel is asked by who leads a team.
    const incident = kind && ask.args.incident === undefined ? null : await askedIncident(ask, ask.args.incident);
    return listed(ask, kind ?? (incident ? "open" : "mine"), incident?.id ?? null, 0);
  },
  buttons: {
    "incident.actions": (ask) => listed(ask, "mine", null, 0),
    "incident.actions.overdue": (ask) => listed(ask, "overdue", null, 0),
    "incident.actions.of": (ask) => listed(ask, "open", ask.about.id, 0),
    "incident.actions.page": (ask) => {
      const [kind = "", incidentId = ""] = ask.about.id.split("/");
      return listed(ask, kinds.find((one) => one === kind) ?? "mine", incidentId || null, ask.about.version ?? 0);
    },
    "incident.actions.snooze": (ask) => snoozed(ask, ask.about.id, 1),
    "incident.actions.act": act,
  },
});

async function listed(ask: Ask, kind: Kind, incidentId: string | null, offset: number): Promise<Answer> {
  const { app, caller } = ask;
  const incident = incidentId ? await openForReading(app, caller, incidentId) : null;
  const today = dayAt(app.now, app.config.followUp);
  const { items, more } = await app.actionItems.page(
    {
      seenBy: caller,
      ...(incident ? { incidentId: incident.id } : {}),
      ...(kind === "all" ? {} : { open: true }),
      ...(kind === "mine" ? { ownerId: caller.userId } : {}),
      ...(kind === "overdue" ? { dueBefore: today } : {}),
    },
    { offset, limit: pageSize },
  );
  const incidents = new Map(
    (await app.incidents.byIds([...new Set(items.map((item) => item.incidentId))])).map((one) => [one.id, one]),
  );
  const tickets = await ticketsByItem(
    app,
    items.map((item) => item.id),
  );
  const rows = items.flatMap((item) => {
    const of = incidents.get(item.incidentId);
    const overdue = item.dueOn !== null && item.dueOn < today;
    return of ? [{ item, incident: of, overdue, ticket: tickets.get(item.id) ?? null }] : [];
  });
  const words = {
    mine: "Your action items",
    open: "Open action items",
    overdue: "Overdue action items",
    all: "Action items",
  };
  return {
    text: actionItemList({
      isUpToDate: kind === "overdue",
      heading: incident ? `${words[kind]} of ${incidentName(incident)}` : words[kind],
      rows,
      trackers: trackersOf(app.config),
      pages: {
        packed: `${kind}/${incident?.id ?? ""}`,
        newer: offset > 0 ? Math.max(0, offset - pageSize) : null,
        older: more ? offset + pageSize : null,
      },
    }),
  };
}

/** What was chosen in an item's menu: the verb stands before its id. */
async function act(ask: ButtonAsk): Promise<Answer | undefined> {
  const { app, caller, about } = ask;
  const [verb = "", id = ""] = about.id.split("/");
  const item = await app.actionItems.byId(id);
  if (!item) throw new Refusal("not_found", "That action item is gone.");
  const incident = await openForReading(app, caller, item.incidentId);
  if (verb === "change") return { modal: editActionItemForm(item, ask.at.channelId) };
  if (verb === "done") {
    if (item.doneAt) throw new Refusal("already_done", "That action item is done already.");
    await changeActionItem(app, caller, id, { doneAt: app.now });
    return tellDone(ask, incident, "Done.");
  }
  if (verb === "reopen") {
    if (!item.doneAt) throw new Refusal("already_done", "That action item is open.");
    await changeActionItem(app, caller, id, { doneAt: null });
    return tellDone(ask, incident, "It is open again.");
  }
  const tracker = /^export-(\w+)$/.exec(verb)?.[1];
  if (tracker) {
    await handToTracker(app, caller, id, tracker);
    return tellDone(ask, incident, "It is on its way there; the link stands on the item when it has arrived.");
  }
  const days = /^snooze-(\d{1,2})$/.exec(verb)?.[1];
  if (days) return snoozed(ask, id, Number(days));
  throw new Refusal("stale", "That menu is no longer in use.", "Type /incident actions.");
}

async function snoozed(ask: ButtonAsk, id: string, days: number): Promise<Answer | undefined> {
  await snoozeItem(ask.app, ask.caller, id, days);
  // On App Home there is no place for a sentence but a form, which would be in the way.
  if (ask.at.channelId === null) return undefined;
  return { text: reply(`Quiet until ${days === 1 ? "tomorrow" : `in ${days} days`}. The due date stays.`) };
}
