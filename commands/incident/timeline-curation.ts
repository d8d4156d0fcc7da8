import { openForReading } from "../../src/domain/incident/access.ts";
import { addMessage } from "../../src/domain/timeline/capture.ts";
import { editEntry, insertEntry, mergeWithEarlier, setHidden, undoLast } from "../../src/domain/timeline/curate.ts";
import {
  filterOf,
  type KindGroup,
  readView,
  startOfDay,
  type TimelineView,
  viewWord,
} from "../../src/domain/timeline/view.ts";
import { Refusal } from "../../src/errors.ts";
import type { Answer, ButtonAsk, Command, FormAsk } from "../../src/slack/command.ts";
import { entryForm, insertForm, timelineFilterForm } from "../../templates/incident/timeline.ts";
import { messagesPage, newestPage, timelinePage } from "./timeline-page.ts";

const turn = (ask: ButtonAsk) => timelinePage(ask, readView(ask.about.id));
const turnMessages = (ask: ButtonAsk) => messagesPage(ask, readView(ask.about.id));

/** The buttons of the timeline's form, with which people put it right. */
export const curationButtons: NonNullable<Command["buttons"]> = {
  "incident.timeline": (ask) => newestPage(ask, ask.about.id),
  "incident.timeline.page-older": turn,
  "incident.timeline.page-newer": turn,
  "incident.timeline.page-newest": turn,
  "incident.timeline.back": (ask) => timelinePage(ask, { ...readView(ask.about.id), place: null }),
  "incident.timeline.filter": async (ask) => ({
    modal: timelineFilterForm(await looked(ask, ask.about.id), "entries"),
  }),
  "incident.timeline.day": async (ask) => {
    const view = await looked(ask, ask.form?.id ?? "");
    const from = startOfDay(ask.about.id, ask.caller.timezone ?? "UTC");
    return timelinePage(ask, { ...view, place: from ? { from } : null });
  },
  "incident.timeline.insert": async (ask) => ({ modal: insertForm(ask.app.now, await looked(ask, ask.about.id)) }),
  "incident.timeline.entry": onEntry,
  "incident.timeline.messages": (ask) => messagesPage(ask, { ...readView(ask.about.id), place: null }),
  "incident.timeline.messages-older": turnMessages,
  "incident.timeline.messages-newer": turnMessages,
  "incident.timeline.messages-filter": async (ask) => ({
    modal: timelineFilterForm(await looked(ask, ask.about.id), "messages"),
  }),
  "incident.timeline.promote": async (ask) => {
    const { app, caller, about } = ask;
    const view = await looked(ask, ask.form?.id ?? "");
    const [channelId = "", ts = ""] = about.id.split("~");
    const [message] = await app.captures.known(channelId, [ts]);
    if (!message || message.deletedAt || message.incidentId !== view.incidentId) {
      throw new Refusal("not_found", "That message is gone.");
    }
    await addMessage(app, caller, view.incidentId, {
      channelId,
      ts,
      threadTs: message.threadTs,
      userId: message.authorId,
      text: message.text ?? "",
    });
    return messagesPage(ask, view);
  },
};

/** The forms that belong to them. */
export const curationForms: NonNullable<Command["forms"]> = {
  "incident.timeline.edit": async (ask) => {
    const { app, caller, about, values } = ask;
    const [id = "", word = ""] = split(about.id);
    const typed = values.text("text");
    const edit = { text: typed, at: values.moment("at"), remove: values.ticked("remove") };
    const edited = await editEntry(app, caller, id, edit, about.version ?? null);
    if ("newer" in edited) {
      const by = (await app.curation.lastAct(id))?.byId ?? null;
      return { modal: entryForm(edited.newer, readView(word), { typed, by }) };
    }
    return back(ask, readView(word), edited.incident.id);
  },
  "incident.timeline.insert": async (ask) => {
    const { app, caller, about, values } = ask;
    const view = readView(about.id);
    // A form knows no parts of a second; left as it was proposed, the line stays between the two it was put between.
    const proposed = new Date(about.version ?? app.now.getTime());
    const picked = values.moment("at") ?? proposed;
    const at = Math.floor(picked.getTime() / 1000) === Math.floor(proposed.getTime() / 1000) ? proposed : picked;
    const incident = await insertEntry(app, caller, view.incidentId, { text: values.text("text") ?? "", at });
    return back(ask, view, incident.id);
  },
  "incident.timeline.filter-entries": (ask) => {
    const group = ask.values.choice("group") as KindGroup | null;
    return timelinePage(ask, { ...narrowed(ask), group, hidden: ask.values.ticked("hidden") });
  },
  "incident.timeline.filter-messages": (ask) => messagesPage(ask, narrowed(ask)),
};

function narrowed({ about, values }: FormAsk): TimelineView {
  return { ...readView(about.id), text: values.text("text"), actorId: values.user("who"), place: null };
}

/** What was chosen in the menu beside an entry. */
async function onEntry(ask: ButtonAsk): Promise<Answer> {
  const { app, caller } = ask;
  const [what = "", id = ""] = split(ask.about.id);
  const entry = await app.timeline.byId(id);
  if (!entry) throw new Refusal("not_found", "That entry is gone.");
  const incident = await openForReading(app, caller, entry.incidentId, "timeline");
  const view = { ...readView(ask.form?.id ?? ""), incidentId: incident.id };
  if (what === "edit") {
    const curated = await app.curation.lock(id);
    if (!curated) throw new Refusal("not_found", "That entry is gone.");
    return { modal: entryForm(curated, view) };
  }
  if (what === "after") {
    const [next] = await app.curation.page(filterOf(view), { after: entry, limit: 1 });
    const end = next ? next.at : app.now;
    return { modal: insertForm(new Date(Math.floor((entry.at.getTime() + end.getTime()) / 2)), view) };
  }
  if (what === "hide" || what === "keep") await setHidden(app, caller, id, what === "hide");
  if (what === "merge") await mergeWithEarlier(app, caller, id);
  if (what === "undo") await undoLast(app, caller, id);
  return timelinePage(ask, view);
}

/** The page somebody came from. */
function back(ask: FormAsk, view: TimelineView, incidentId: string): Promise<Answer> {
  return timelinePage(ask, { ...view, incidentId });
}

/** What somebody looks at, if they may. */
async function looked({ app, caller }: ButtonAsk, word: string): Promise<TimelineView> {
  const view = readView(word);
  const incident = await openForReading(app, caller, view.incidentId, "timeline");
  return { ...readView(viewWord(view)), incidentId: incident.id };
}

/** At the first ~ only: what follows may hold more of them. */
function split(word: string): readonly [string, string] {
  const at = word.indexOf("~");
  return at < 0 ? [word, ""] : [word.slice(0, at), word.slice(at + 1)];
}
