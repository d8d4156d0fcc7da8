import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { incidentName } from "../incident/incident.ts";
import type { App } from "../ports.ts";
import { cardOf } from "./checklist.ts";
import { postmortemFacts, sectionText } from "./facts.ts";
import type { SectionDraft, SectionRevision } from "./postmortem.ts";
import type { PostmortemSection } from "./settings.ts";

/** What a section's form begins with: the person's own draft where there is one, else what stands. */
export interface Beginning {
  readonly section: PostmortemSection;
  readonly text: string;
  readonly after: number;
  readonly draft: SectionDraft | null;
  /** Somebody saved since the draft began. */
  readonly newer: SectionRevision | null;
}

/** Finds what a person goes on from; throws Refusal not_found when the post-mortem has no such section. */
export async function beginSection(
  app: App,
  postmortemId: string,
  sectionId: string,
  userId: string,
): Promise<Beginning> {
  const facts = await postmortemFacts(app, postmortemId);
  const found = facts.sections.find((one) => one.section.id === sectionId);
  if (!found) throw new Refusal("not_found", "That section is no longer part of the post-mortem.");
  const { section, written } = found;
  const draft = found.drafts.find((one) => one.userId === userId) ?? null;
  if (!draft) return { section, text: sectionText(found) ?? "", after: written?.revision ?? 0, draft, newer: null };
  const newer = written && written.revision > draft.after && written.text !== draft.text ? written : null;
  return { section, text: draft.text, after: written?.revision ?? 0, draft, newer };
}

/**
 * Keeps what somebody has typed so far, without anybody else being told what. Of keystrokes that arrive out of order
 * the newest wins; those of a form that was saved meanwhile are dropped.
 */
export async function keepDraft(
  app: App,
  typed: {
    readonly postmortemId: string;
    readonly section: string;
    readonly text: string;
    readonly after: number;
    readonly typedTs: string;
  },
  by: Caller,
): Promise<void> {
  const { typedTs, ...rest } = typed;
  const newest = (await app.postmortems.sections(typed.postmortemId)).find((one) => one.section === typed.section);
  if (newest && newest.authorId === by.userId && newest.revision > typed.after) return;
  const known = await app.postmortemWork.drafts(typed.postmortemId);
  await app.postmortemWork.keepDraft({ ...rest, userId: by.userId, at: app.now }, typedTs);
  if (known.some((one) => one.section === typed.section && one.userId === by.userId)) return;
  const postmortem = await app.postmortems.byId(typed.postmortemId);
  if (postmortem) await app.outbox.add(cardOf(postmortem), "cosmetic");
}

/** Forgets a person's draft; what was saved stays as it is. */
export async function dropDraft(app: App, postmortemId: string, section: string, by: Caller): Promise<void> {
  const postmortem = await app.postmortems.byId(postmortemId);
  const incident = postmortem && (await app.incidents.byId(postmortem.incidentId));
  if (!postmortem || !incident) return;
  await app.postmortemWork.dropDraft(postmortemId, section, by.userId);
  await app.audit.add({
    actor: by.userId,
    action: "postmortem.draft-dropped",
    subject: incidentName(incident),
    details: { section },
  });
  await app.outbox.add(cardOf(postmortem), "cosmetic");
}
