import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { openForChange } from "../incident/access.ts";
import { type Incident, incidentName } from "../incident/incident.ts";
import type { App } from "../ports.ts";
import { cleanText, quoteTyped } from "../text.ts";
import type { TimelineEntry } from "./entry.ts";

/** What people wrote can be put right; what the product saw happen stands as it was seen. */
export function isEditable(entry: Pick<TimelineEntry, "kind">): boolean {
  return entry.kind === "note" || entry.kind === "message";
}

export interface EntryEdit {
  /** As typed; null leaves it. */
  readonly text: string | null;
  readonly at: Date | null;
  readonly remove: boolean;
}

/** The text as a person would have typed it, for a form; null when it is longer than a form takes. */
export function typedText(entry: Pick<TimelineEntry, "text">, longest = 3000): string | null {
  const typed = entry.text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
  return typed.length > longest ? null : typed;
}

/** Changes the words or the time of an entry, or takes it off; what it said before is kept. */
export async function editEntry(app: App, caller: Caller, entryId: string, edit: EntryEdit): Promise<Incident> {
  const entry = await app.timeline.byId(entryId);
  if (!entry) throw new Refusal("not_found", "That entry is gone.");
  const incident = await openForChange(app, caller, entry.incidentId);
  if (!isEditable(entry)) {
    throw new Refusal("not_possible", "That entry tells what happened by itself.", "Add a note to say more.");
  }
  const written = edit.text === null ? null : quoteTyped(app.redact(cleanText(edit.text)));
  if (written === "") throw new Refusal("missing_argument", "The entry is empty.", "Take it off instead.", "text");
  if (edit.at && edit.at > app.now) throw new Refusal("bad_argument", "That moment is still to come.", null, "at");
  // A form knows minutes only; a difference below one is none.
  const moved = edit.at !== null && Math.abs(edit.at.getTime() - entry.at.getTime()) >= 60_000;
  const changes = {
    ...(written !== null && written !== entry.text ? { text: written } : {}),
    ...(moved && edit.at ? { at: edit.at } : {}),
    ...(edit.remove ? { hidden: true } : {}),
  };
  if (Object.keys(changes).length === 0) return incident;
  await app.timeline.change(entry.id, changes, caller.userId);
  await app.audit.add({
    actor: caller.userId,
    action: edit.remove ? "timeline.entry-removed" : "timeline.entry-changed",
    subject: incidentName(incident),
    // Its words are in its revisions, where they can be erased; the audit log never forgets.
    details: { entry: entry.id, changed: Object.keys(changes), at: (changes.at ?? entry.at).toISOString() },
  });
  return incident;
}
