import type { Caller } from "../../src/domain/access/caller.ts";
import { openForReading } from "../../src/domain/incident/access.ts";
import type { App } from "../../src/domain/ports.ts";
import { filterOf, type TimelineView, wholeTimeline } from "../../src/domain/timeline/view.ts";
import type { Answer } from "../../src/slack/command.ts";
import { messagesModal, messagesPerPage } from "../../templates/incident/messages.ts";
import { entriesPerPage, timelineModal } from "../../templates/incident/timeline.ts";

interface Asker {
  readonly app: App;
  readonly caller: Caller;
}

/** The page of the timeline somebody looks at, for those who may see the incident. */
export async function timelinePage({ app, caller }: Asker, view: TimelineView): Promise<Answer> {
  const incident = await openForReading(app, caller, view.incidentId, "timeline");
  const filter = filterOf(view);
  const found = await app.curation.page(filter, { ...view.place, limit: entriesPerPage });
  // The first page is a full one, too.
  const isShort = found.length < entriesPerPage && view.place !== null && "before" in view.place;
  const entries = isShort ? await app.curation.page(filter, { from: new Date(0), limit: entriesPerPage }) : found;
  const total = await app.curation.count(filter);
  const [first] = entries;
  const older = first ? await app.curation.count(filter, first) : total;
  const timezone = caller.timezone ?? "UTC";
  return { modal: timelineModal({ incident, view, entries, total, older, timezone }) };
}

/** The newest page of an incident's whole timeline. */
export function newestPage(asker: Asker, incidentId: string): Promise<Answer> {
  return timelinePage(asker, wholeTimeline(incidentId));
}

/** A page of what was said in the channel, the newest first shown. */
export async function messagesPage({ app, caller }: Asker, view: TimelineView): Promise<Answer> {
  const incident = await openForReading(app, caller, view.incidentId, "messages");
  const { actorId: authorId, text, place } = view;
  const after = place && "after" in place ? place.after.id : undefined;
  const before = place && "before" in place ? place.before.id : undefined;
  const read = (edge: { readonly after?: string; readonly before?: string }, limit: number) =>
    app.captures.page(incident.id, { authorId, text, limit, ...edge });
  const found = await read(after ? { after } : before ? { before } : {}, messagesPerPage);
  const [first, last] = [found[0], found.at(-1)];
  const messages = [];
  for (const message of found) {
    const entry = await app.timeline.bySource(message.channelId, message.ts);
    messages.push({
      message,
      permalink: app.workspace.permalink(message.channelId, message.ts, message.threadTs),
      files: (await app.capturedFiles.of(message.channelId, message.ts)).length,
      onTimeline: entry !== null && !entry.hidden,
    });
  }
  return {
    modal: messagesModal({
      incident,
      view,
      messages,
      hasOlder: first !== undefined && (await read({ before: first.ts }, 1)).length > 0,
      hasNewer: last !== undefined && (await read({ after: last.ts }, 1)).length > 0,
    }),
  };
}
