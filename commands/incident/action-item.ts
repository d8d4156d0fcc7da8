import { actionItemMarked, addActionItem, changeActionItem } from "../../src/domain/action-item/action-item.ts";
import { openForReading } from "../../src/domain/incident/access.ts";
import { incidentName } from "../../src/domain/incident/incident.ts";
import { cleanLine, shorten } from "../../src/domain/text.ts";
import { plainWords } from "../../src/domain/timeline/capture.ts";
import { Refusal } from "../../src/errors.ts";
import { type Answer, arg, type ButtonAsk, command, type FormAsk } from "../../src/slack/command.ts";
import { actionItemForm, editActionItemForm } from "../../templates/incident/forms.ts";
import { type Ask, askedIncident, buttonTarget, formTarget, tellDone } from "./which.ts";

/** Adds what is to be done after the incident: by line, form, message shortcut or reaction. */
export const actionItem = command({
  name: "/incident action",
  synonyms: ["action-item", "todo", "task", "followup", "follow-up"],
  summary: "Add an action item, with owner and date",
  examples: ["/incident action alarm on queue length", "/incident action"],
  args: { incident: arg.incident(), title: arg.optional(arg.text("<what is to be done>")) },
  needs: "member",
  run: async (ask) => {
    const { app, caller, args } = ask;
    const incident = await askedIncident(ask, args.incident);
    if (!incident || !args.title) {
      const target = incident
        ? { incident, choices: [], channelId: ask.at.channelId }
        : await formTarget(ask, args.incident, "any");
      return { modal: actionItemForm(target, { title: args.title ?? "" }) };
    }
    await addActionItem(app, caller, incident.id, { title: args.title, ownerId: null, dueOn: null, source: null });
    return tellDone(ask, incident, `Added to ${incidentName(incident)}.`);
  },
  buttons: {
    "incident.action-item": async (ask) => ({ modal: actionItemForm(await buttonTarget(ask, "any")) }),
    "incident.action-item.edit": async (ask) => {
      const item = await shownItem(ask);
      return { modal: editActionItemForm(item, ask.at.channelId) };
    },
    "incident.action-item.done": async (ask) => {
      const item = await shownItem(ask);
      if (item.doneAt) throw new Refusal("already_done", "That action item is done already.");
      await changeActionItem(ask.app, ask.caller, item.id, { doneAt: ask.app.now });
      const incident = await openForReading(ask.app, ask.caller, item.incidentId);
      return tellDone(ask, incident, "Done.");
    },
  },
  forms: {
    "incident.action-item": add,
    "incident.action-item.edit": async (ask) => {
      const item = await changeActionItem(ask.app, ask.caller, ask.about.id, {
        title: ask.values.text("title") ?? "",
        ownerId: ask.values.user("owner"),
        dueOn: ask.values.date("due"),
      });
      return tellDone(ask, await openForReading(ask.app, ask.caller, item.incidentId), "Saved.");
    },
  },
  shortcuts: {
    action_item_add: {
      name: "Add action item",
      type: "message",
      description: "Make an action item of this message",
      run: addByShortcut,
    },
  },
  reactions: [
    {
      name: (config) => config.reactions.actionItem,
      run: ({ app, caller, ...mark }) => actionItemMarked(app, { ...mark, userId: caller.userId }),
    },
  ],
});

async function shownItem({ app, caller, about }: ButtonAsk) {
  const item = await app.actionItems.byId(about.id);
  if (!item) throw new Refusal("not_found", "That action item is gone.");
  await openForReading(app, caller, item.incidentId);
  return item;
}

async function addByShortcut(ask: Ask): Promise<Answer> {
  const { message, channelId } = ask.at;
  const target = await formTarget(ask, undefined, "any");
  const title = shorten(cleanLine(await plainWords(ask.app, message?.text ?? "")), 500);
  if (!message || !channelId) return { modal: actionItemForm(target, { title }) };
  // The form carries the incident, where the channel implies it, and the message's ts.
  const thread = message.threadTs && message.threadTs !== message.ts ? `/${message.threadTs}` : "";
  const id = `${target.incident?.id ?? "pick"}/${message.ts}${thread}`;
  return { modal: actionItemForm(target, { title, about: { id, channel: channelId } }) };
}

async function add(ask: FormAsk) {
  const { app, caller, about, values } = ask;
  const [incidentId = "", ts, threadTs] = about.id.split("/");
  const id = incidentId === "pick" ? values.choice("incident") : incidentId;
  if (!id) throw new Refusal("missing_argument", "Pick an incident.", null, "incident");
  const item = await addActionItem(app, caller, id, {
    title: values.text("title") ?? "",
    ownerId: values.user("owner"),
    dueOn: values.date("due"),
    source:
      ts && about.channel
        ? { channelId: about.channel, ts, permalink: app.workspace.permalink(about.channel, ts, threadTs ?? null) }
        : null,
  });
  return tellDone(ask, await openForReading(app, caller, item.incidentId), "The action item is added.");
}
