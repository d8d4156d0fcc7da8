import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { openForChange } from "../incident/access.ts";
import { type Incident, incidentName } from "../incident/incident.ts";
import type { App } from "../ports.ts";
import { cleanText, quoteTyped } from "../text.ts";
import type { ActKind, CuratedEntry, EntryState } from "./curation.ts";
import { isEditable } from "./edit.ts";
import type { TimelineEntry } from "./entry.ts";

export interface EntryEdit {
  /** As typed; null leaves it. */
  readonly text: string | null;
  readonly at: Date | null;
  readonly remove: boolean;
}

/** What became of an edit: done, or the entry as somebody else left it meanwhile. */
export type Edited = { readonly incident: Incident } | { readonly newer: CuratedEntry };

/** Changes the words or the time of an entry, or takes it off; whoever saw an older one is shown the newer instead. */
export async function editEntry(
  app: App,
  caller: Caller,
  entryId: string,
  edit: EntryEdit,
  seen: number | null,
): Promise<Edited> {
  const { entry, incident } = await openEntry(app, caller, entryId);
  if (seen !== null && entry.version !== seen) return { newer: entry };
  requireEditable(entry);
  const written = edit.text === null ? null : wordsOf(app, edit.text);
  if (edit.at) requirePast(app, edit.at);
  // A form knows minutes only; a difference below one is none.
  const moved = edit.at !== null && Math.abs(edit.at.getTime() - entry.at.getTime()) >= 60_000;
  const changes = {
    ...(written !== null && written !== entry.text ? { text: written, isCurated: true } : {}),
    ...(moved && edit.at ? { at: edit.at } : {}),
    ...(edit.remove ? { hidden: true } : {}),
  };
  if (Object.keys(changes).length === 0) return { incident };
  await change(app, caller, incident, edit.remove ? "hide" : "edit", [{ entry, changes }]);
  return { incident };
}

/** Takes an entry off the timeline, or puts it back. */
export async function setHidden(app: App, caller: Caller, entryId: string, hidden: boolean): Promise<Incident> {
  const { entry, incident } = await openEntry(app, caller, entryId);
  if (entry.hidden === hidden) return incident;
  const changes = hidden ? { hidden } : { hidden, mergedInto: null };
  await change(app, caller, incident, hidden ? "hide" : "keep", [{ entry, changes }]);
  return incident;
}

/** Puts an entry's words behind those of the one before it, which then stands for both. */
export async function mergeWithEarlier(app: App, caller: Caller, entryId: string): Promise<Incident> {
  const { entry, incident } = await openEntry(app, caller, entryId);
  requireEditable(entry);
  const filter = { incidentId: incident.id, hidden: false, kinds: { only: ["note", "message"] } } as const;
  const [found] = await app.curation.page(filter, { before: entry, limit: 1 });
  const earlier = found && (await app.curation.lock(found.id));
  if (!earlier || entry.hidden) {
    throw new Refusal("not_possible", "There is no note or message before that one.", "Edit the entry instead.");
  }
  const who = entry.actorId && entry.actorId !== earlier.actorId ? `<@${entry.actorId}>: ` : "";
  const link = entry.source?.permalink ? ` (<${entry.source.permalink}|message>)` : "";
  const text = `${earlier.text}\n${who}${entry.text}${link}`;
  await change(app, caller, incident, "merge", [
    { entry: earlier, changes: { text, isCurated: true } },
    { entry, changes: { hidden: true, mergedInto: earlier.id } },
  ]);
  return incident;
}

/** Writes a line that happened at a time of its own, between what is there. */
export async function insertEntry(
  app: App,
  caller: Caller,
  incidentId: string,
  line: { readonly text: string; readonly at: Date },
): Promise<Incident> {
  const incident = await openForChange(app, caller, incidentId);
  const text = wordsOf(app, line.text);
  requirePast(app, line.at);
  const entry = await app.timeline.add({ incidentId, at: line.at, kind: "note", actorId: caller.userId, text });
  const act = await app.curation.act({ incidentId, byId: caller.userId, kind: "insert" });
  await app.curation.inserted(act, entry, caller.userId);
  await note(app, caller, incident, "insert", [entry.id]);
  return incident;
}

/** Takes back the last thing done to an entry, and to those that were changed with it; answers what that was. */
export async function undoLast(app: App, caller: Caller, entryId: string): Promise<Incident> {
  const { entry, incident } = await openEntry(app, caller, entryId);
  const last = await app.curation.lastAct(entry.id);
  if (!last) throw new Refusal("not_possible", "Nobody has changed that entry, so there is nothing to undo.");
  const changed: { entry: CuratedEntry; changes: Partial<EntryState> }[] = [];
  for (const { entryId: id, state } of await app.curation.before(last.id)) {
    const one = await app.curation.lock(id);
    if (!one || one.isErased) continue;
    if ((await app.curation.lastAct(id))?.id !== last.id) {
      throw new Refusal(
        "not_possible",
        "An entry that was changed together with this one was changed again since.",
        "Undo that change first.",
      );
    }
    changed.push({ entry: one, changes: state });
  }
  await change(app, caller, incident, "undo", changed, last.id);
  return incident;
}

async function openEntry(app: App, caller: Caller, entryId: string) {
  const found = await app.timeline.byId(entryId);
  if (!found) throw new Refusal("not_found", "That entry is gone.");
  const incident = await openForChange(app, caller, found.incidentId);
  const entry = await app.curation.lock(entryId);
  if (!entry) throw new Refusal("not_found", "That entry is gone.");
  if (entry.isErased) throw new Refusal("not_possible", "Its message was deleted in Slack, so it is gone here too.");
  return { entry, incident };
}

function requireEditable(entry: Pick<TimelineEntry, "kind">): void {
  if (isEditable(entry)) return;
  throw new Refusal("not_possible", "That entry tells what happened by itself.", "Add a note to say more.");
}

function wordsOf(app: App, typed: string): string {
  const written = quoteTyped(app.redact(cleanText(typed)));
  if (written !== "") return written;
  throw new Refusal("missing_argument", "The entry is empty.", "Take it off instead.", "text");
}

function requirePast(app: App, at: Date): void {
  if (at > app.now) throw new Refusal("bad_argument", "That moment is still to come.", null, "at");
}

async function change(
  app: App,
  caller: Caller,
  incident: Incident,
  kind: ActKind,
  changed: readonly { readonly entry: CuratedEntry; readonly changes: Partial<EntryState> }[],
  undoes?: string,
): Promise<void> {
  const { userId } = caller;
  const act = await app.curation.act({ incidentId: incident.id, byId: userId, kind, ...(undoes ? { undoes } : {}) });
  for (const { entry, changes } of changed) await app.curation.apply(act, entry, changes, userId);
  await note(
    app,
    caller,
    incident,
    kind,
    changed.map(({ entry }) => entry.id),
  );
}

const actions: Readonly<Record<ActKind, string>> = {
  edit: "timeline.entry-changed",
  hide: "timeline.entry-removed",
  keep: "timeline.entry-kept",
  merge: "timeline.entries-merged",
  insert: "timeline.entry-inserted",
  undo: "timeline.change-undone",
};

/** The audit log names the entries only: their words are in revisions, where they can be erased. */
async function note(
  app: App,
  caller: Caller,
  incident: Incident,
  kind: ActKind,
  ids: readonly string[],
): Promise<void> {
  const [entry = "", ...others] = ids;
  await app.audit.add({
    actor: caller.userId,
    action: actions[kind],
    subject: incidentName(incident),
    details: { entry, ...(others.length > 0 ? { others } : {}) },
  });
}
