import { openForReading } from "../../src/domain/incident/access.ts";
import { incidentName } from "../../src/domain/incident/incident.ts";
import { quoteMessage } from "../../src/domain/text.ts";
import { addMessage } from "../../src/domain/timeline/capture.ts";
import {
  messageDeleted,
  messageEdited,
  pinMarked,
  reactionMarked,
  shortcutMarked,
} from "../../src/domain/timeline/marks.ts";
import { type Answer, arg, command, type EventAsk } from "../../src/slack/command.ts";
import { done } from "../../templates/incident/answers.ts";
import { timelineForm } from "../../templates/incident/forms.ts";
import { curationButtons, curationForms } from "./timeline-curation.ts";
import { newestPage } from "./timeline-page.ts";
import { type Ask, askedIncident, choices, formIncident, pick } from "./which.ts";

/** Shows the timeline, and lets messages on it: by reaction, pin or shortcut. */
export const timeline = command({
  name: "/incident timeline",
  synonyms: ["history"],
  summary: "See what happened, and put it right",
  examples: ["/incident timeline", "/incident timeline INC-42"],
  args: { incident: arg.incident() },
  needs: "member",
  run: async (ask) => {
    const incident = await askedIncident(ask, ask.args.incident);
    return incident
      ? newestPage(ask, incident.id)
      : pick(ask, "incident.timeline", "Whose timeline do you want to see?", "any");
  },
  buttons: curationButtons,
  forms: {
    ...curationForms,
    "incident.timeline.add": async (ask) => {
      const { app, caller, about } = ask;
      const incident = await openForReading(app, caller, formIncident({ ...ask, about: { ...about, id: "pick" } }));
      const channelId = about.channel ?? "";
      await shortcutMarked(
        app,
        { channelId, ts: about.id, userId: caller.userId, on: true, eventTs: eventTime(app.now) },
        incident.id,
      );
      return { text: done(`The message goes on the timeline of ${incidentName(incident)}.`, incident, { channelId }) };
    },
  },
  shortcuts: {
    timeline_add: {
      name: "Add to timeline",
      type: "message",
      description: "Put this message on the incident's timeline",
      run: addByShortcut,
    },
  },
  reactions: [
    {
      name: (config) => config.reactions.timeline,
      run: ({ app, caller, ...mark }) => reactionMarked(app, { ...mark, userId: caller.userId }),
    },
  ],
  events: {
    pin_added: (ask) => pinned(ask, true),
    pin_removed: (ask) => pinned(ask, false),
    "message.message_changed": edited,
    "message.message_deleted": async ({ app, event }) => {
      const ts = text(event.deleted_ts);
      await messageDeleted(app, text(event.channel), ts, text(event.event_ts) || text(event.ts));
    },
  },
});

async function addByShortcut(ask: Ask): Promise<Answer> {
  const { app, caller, at } = ask;
  const incident = await askedIncident(ask, undefined);
  const channelId = at.channelId ?? "";
  const message = at.message;
  if (!message || !incident) {
    const about = { id: message?.ts ?? "", channel: channelId };
    return { modal: timelineForm({ incident: null, choices: await choices(ask, "any"), channelId }, about) };
  }
  await addMessage(app, caller, incident.id, { ...message, channelId });
  return { text: done(`The message is on the timeline of ${incidentName(incident)}.`, incident, at) };
}

async function pinned({ app, event, caller }: EventAsk, on: boolean): Promise<void> {
  const item = event.item as
    | { readonly type?: unknown; readonly message?: { readonly ts?: unknown }; readonly ts?: unknown }
    | undefined;
  const ts = text(item?.message?.ts) || text(item?.ts);
  if (!ts) return;
  await pinMarked(app, {
    channelId: text(event.channel_id),
    ts,
    userId: text(event.user) || (caller?.userId ?? ""),
    on,
    eventTs: text(event.event_ts),
  });
}

async function edited({ app, event }: EventAsk): Promise<void> {
  const message = event.message as
    | {
        readonly ts?: unknown;
        readonly text?: unknown;
        readonly edited?: { readonly ts?: unknown };
        readonly subtype?: unknown;
      }
    | undefined;
  // Slack tells a deletion that leaves a thread behind as a change into a tombstone.
  if (message?.subtype === "tombstone") {
    return messageDeleted(app, text(event.channel), text(message.ts), text(event.event_ts) || text(event.ts));
  }
  const editedTs = text(message?.edited?.ts);
  // Without an edit time it is Slack's own doing: an unfurl, a reply count.
  if (!editedTs) return;
  await messageEdited(app, {
    channelId: text(event.channel),
    ts: text(message?.ts),
    text: quoteMessage(text(message?.text)),
    editedTs,
  });
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function eventTime(now: Date): string {
  return (now.getTime() / 1000).toFixed(6);
}
