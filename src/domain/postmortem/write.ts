import { addHours } from "date-fns/addHours";
import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { handOverOpenItems } from "../action-item/tickets.ts";
import { type Incident, incidentName } from "../incident/incident.ts";
import { keepTicket } from "../incident/ticket.ts";
import type { App } from "../ports.ts";
import { cardOf } from "./checklist.ts";
import { keepElsewhere } from "./elsewhere.ts";
import { postmortemFacts } from "./facts.ts";
import type { Postmortem, SectionRevision } from "./postmortem.ts";
import { requireApproval } from "./review.ts";
import { chooseTemplate, type PostmortemSection, templateNamed } from "./settings.ts";

/**
 * The incident's post-mortem, made when there is none: a draft drawn from what is recorded, its checklist pinned in
 * the channel, due as its severity says. Asking again answers the same one.
 */
export async function openPostmortem(app: App, incident: Incident, by: string | null): Promise<Postmortem> {
  const existing = await app.postmortems.byIncident(incident.id);
  const dueAt = dueFor(app, incident);
  if (existing) {
    await app.outbox.add(cardOf(existing), "answer");
    if (existing.edition > 0 || existing.dueAt?.getTime() === dueAt?.getTime()) return existing;
    // Resolved since, or once more: the time to write begins with the end of the response.
    if (!incident.times.resolvedAt) return existing;
    const later = await app.postmortems.update(existing, { dueAt });
    await armReminder(app, later);
    return later;
  }
  const postmortem = await app.postmortems.insert({
    id: app.newId(),
    incidentId: incident.id,
    template: chooseTemplate(app.config.postmortem, incident),
    state: "draft",
    ownerId: incident.roles.find((holder) => holder.role === "commander")?.userId ?? by,
    dueAt,
    publishedAt: null,
    edition: 0,
  });
  await app.timeline.add({
    incidentId: incident.id,
    at: app.now,
    kind: "postmortem",
    actorId: by,
    text: "Post-mortem draft written from what is recorded",
  });
  await app.audit.add({
    actor: by ?? "tocsin",
    action: "postmortem.opened",
    subject: incidentName(incident),
    details: { postmortemId: postmortem.id },
  });
  await app.outbox.add(cardOf(postmortem), "answer");
  await armReminder(app, postmortem);
  return postmortem;
}

function dueFor(app: App, incident: Incident): Date | null {
  const hours = app.config.severities.find((severity) => severity.name === incident.severity)?.postmortemHours ?? null;
  return hours === null ? null : addHours(incident.times.resolvedAt ?? app.now, hours);
}

/** When the owner is first reminded: so long before it is due as the configuration says. */
export function firstReminder(app: Pick<App, "config">, dueAt: Date): Date {
  return addHours(dueAt, -app.config.postmortem.reminders.firstHours);
}

async function armReminder(app: App, { id, dueAt }: Postmortem): Promise<void> {
  if (!dueAt) return;
  await app.jobs.add("remind-postmortem", { postmortemId: id }, { key: id, after: firstReminder(app, dueAt) });
}

/**
 * Writes the next revision of a section. `after` is the revision the writer saw, 0 for none; when somebody wrote
 * meanwhile, nothing is written and the newer revision is answered instead, so that it can be shown beside theirs.
 */
export async function writeSection(
  app: App,
  facts: { readonly postmortemId: string; readonly section: string; readonly text: string; readonly after: number },
  by: Caller,
): Promise<
  | { readonly written: SectionRevision | null }
  | { readonly newer: SectionRevision; readonly section: PostmortemSection }
> {
  const postmortem = await app.postmortems.byId(facts.postmortemId);
  const incident = postmortem && (await app.incidents.byId(postmortem.incidentId));
  if (!postmortem || !incident) throw new Refusal("not_found", "That post-mortem no longer exists.");
  const newest = (await app.postmortems.sections(postmortem.id)).find((one) => one.section === facts.section) ?? null;
  const { sections } = templateNamed(app.config.postmortem, postmortem.template);
  const section = sections.find((one) => one.id === facts.section) ?? (newest ? goneSection(facts.section) : null);
  if (!section) throw new Refusal("not_found", "That section is no longer part of the post-mortem.");
  if (newest && newest.revision > facts.after && newest.text !== facts.text) return { newer: newest, section };
  await app.postmortemWork.dropDraft(postmortem.id, section.id, by.userId);
  if (newest?.text === facts.text || (!newest && facts.text.trim() === "")) {
    await app.outbox.add(cardOf(postmortem), "cosmetic");
    return { written: newest };
  }
  const written = await app.postmortems.write(
    { postmortemId: postmortem.id, section: section.id, text: facts.text, authorId: by.userId, at: app.now },
    newest?.revision ?? 0,
  );
  await app.timeline.add({
    incidentId: incident.id,
    at: app.now,
    kind: "postmortem",
    actorId: by.userId,
    text: `Wrote the post-mortem's section “${section.title}”`,
  });
  await app.audit.add({
    actor: by.userId,
    action: "postmortem.written",
    subject: incidentName(incident),
    details: { section: section.id, revision: written.revision },
  });
  await app.outbox.add(cardOf(postmortem), "answer");
  return { written };
}

/** Makes the edition for people outside: files in the incident's channel, for somebody to hand on. */
export async function makePublicEdition(
  app: App,
  postmortem: Postmortem,
  incident: Incident,
  by: Caller,
): Promise<void> {
  await app.timeline.add({
    incidentId: incident.id,
    at: app.now,
    kind: "postmortem",
    actorId: by.userId,
    text: "Made a public edition of the post-mortem",
  });
  await app.audit.add({
    actor: by.userId,
    action: "postmortem.public-edition",
    subject: incidentName(incident),
    details: { edition: postmortem.edition },
  });
  await app.outbox.add(
    {
      kind: "files",
      view: "postmortem.public-files",
      subject: postmortem.id,
      place: { incident: incident.id },
      once: `${postmortem.id}:public:${app.now.toISOString()}`,
      replaces: true,
    },
    "answer",
  );
}

/** Throws Refusal when the team asks for a better score before publishing. */
async function requireScore(app: App, postmortem: Postmortem): Promise<void> {
  const { requiredScore } = app.config.postmortem.linter;
  if (requiredScore === 0) return;
  const { lint } = await postmortemFacts(app, postmortem.id);
  if (lint.score >= requiredScore) return;
  throw new Refusal(
    "not_allowed",
    `The post-mortem scores ${lint.score} of 100; ${requiredScore} are needed to publish it. ${lint.findings[0]?.text ?? ""}`,
    "See what to mend on its card.",
  );
}

/** Has the post-mortem follow another template. Texts stay; what the new one has no section for is kept at its end. */
export async function changeTemplate(
  app: App,
  postmortem: Postmortem,
  incident: Incident,
  template: string,
  by: Caller,
): Promise<void> {
  if (!app.config.postmortem.templates.some((one) => one.name === template))
    throw new Refusal("not_found", "There is no such template.", null, "template");
  if (template === postmortem.template) return;
  const changed = await app.postmortems.update(postmortem, { template });
  await app.audit.add({
    actor: by.userId,
    action: "postmortem.template-changed",
    subject: incidentName(incident),
    details: { from: postmortem.template, to: template },
  });
  await app.outbox.add(cardOf(changed), "answer");
}

/** A section that the template lost while people wrote: what they wrote can still be put right. */
function goneSection(id: string): PostmortemSection {
  return { id, title: id, help: "", required: false, kind: "text", options: [], unit: null };
}

/**
 * Publishes the next edition: the documents as files and a canvas in the incident's channel. Publishing again makes
 * a further edition from the newest texts: the publication's message and the canvas are edited, and files of the
 * edition before are deleted.
 */
export async function publishPostmortem(
  app: App,
  postmortem: Postmortem,
  incident: Incident,
  by: Caller,
  seenVersion?: number,
): Promise<Postmortem> {
  if (postmortem.publishedAt && seenVersion !== undefined && seenVersion < postmortem.version) {
    // A second press on the same card; who sees the newer one may publish again.
    const justNow = app.now.getTime() - postmortem.publishedAt.getTime() < 60_000;
    if (justNow) throw new Refusal("already_done", `Edition ${postmortem.edition} was published a moment ago.`);
  }
  await requireApproval(app, postmortem);
  await requireScore(app, postmortem);
  const published = await app.postmortems.update(postmortem, {
    state: "published",
    publishedAt: app.now,
    edition: postmortem.edition + 1,
  });
  const place = { incident: incident.id } as const;
  await app.timeline.add({
    incidentId: incident.id,
    at: app.now,
    kind: "postmortem",
    actorId: by.userId,
    text:
      published.edition === 1
        ? "Published the post-mortem"
        : `Published the post-mortem again (edition ${published.edition})`,
  });
  await app.audit.add({
    actor: by.userId,
    action: "postmortem.published",
    subject: incidentName(incident),
    details: { edition: published.edition },
  });
  await handOverOpenItems(app, incident, by.userId);
  await keepElsewhere(app, published, incident, by.userId);
  await keepTicket(app, incident, by.userId);
  const publication = { card: "postmortem.publication", subject: postmortem.id };
  await app.outbox.add({ kind: "card", view: publication.card, subject: publication.subject, place }, "answer");
  await app.outbox.add(
    {
      kind: "files",
      view: "postmortem.files",
      subject: postmortem.id,
      place,
      once: `${postmortem.id}:${published.edition}`,
      under: publication,
      replaces: true,
    },
    "answer",
  );
  await app.outbox.add({ kind: "canvas", view: "postmortem.canvas", subject: postmortem.id, place }, "normal");
  await app.outbox.add(cardOf(published), "answer");
  await app.outbox.add({ kind: "card", view: "incident.card", subject: incident.id, place }, "cosmetic");
  return published;
}
