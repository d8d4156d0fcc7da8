import { Refusal } from "../../errors.ts";
import type { Beliefs } from "../belief/records.ts";
import type { Counterpart } from "../counterpart/counterpart.ts";
import { affectedTitles } from "../incident/affected.ts";
import { type Incident, incidentName } from "../incident/incident.ts";
import type { OperationRecord } from "../operation/operation.ts";
import { operationInWords } from "../operation/record.ts";
import type { App } from "../ports.ts";
import type { Tick } from "../security/checklist.ts";
import type { TimelineEntry } from "../timeline/entry.ts";
import { type Duration, durations, inWords } from "./durations.ts";
import { placesOf } from "./elsewhere.ts";
import { type LintResult, lint } from "./lint.ts";
import type { ActionItem, Postmortem, Review, SectionAssignment, SectionDraft, SectionRevision } from "./postmortem.ts";
import { reviewStanding, type Standing, sealOf } from "./review.ts";
import { type PostmortemSection, type PostmortemTemplate, templateNamed } from "./settings.ts";

/** Everything a post-mortem is drawn from. Generated parts are read anew each time; written parts are what people wrote. */
export interface PostmortemFacts {
  readonly postmortem: Postmortem;
  readonly incident: Incident;
  readonly template: PostmortemTemplate;
  /** What is affected, as people call it. */
  readonly affected: readonly string[];
  readonly sections: readonly SectionFacts[];
  readonly durations: readonly Duration[];
  readonly people: readonly { readonly userId: string; readonly did: readonly string[] }[];
  readonly timeline: readonly TimelineEntry[];
  readonly operations: readonly OperationRecord[];
  /** What people believed and decided, and when. */
  readonly beliefs?: Beliefs;
  /** What was ticked of the security checklist, and when; left out where there is none. */
  readonly security?: readonly Tick[];
  readonly actionItems: readonly ActionItem[];
  /** Names by Slack id, of people and of the incident's channel, for documents that leave Slack. */
  readonly names: ReadonlyMap<string, string>;
  readonly reviews: readonly Review[];
  /** Where approval stands for the texts as they are now. */
  readonly standing: Standing;
  readonly lint: LintResult;
  /** Where it is kept outside Slack, or should be; left out where it never was to be. */
  readonly elsewhere?: readonly Counterpart[];
  /** Every moment in a document is in this IANA zone. */
  readonly timeZone: string;
  /** Images people pasted into the channel, each with a name of its own; copies are read when they are needed. */
  readonly images: readonly ImageFacts[];
}

export interface ImageFacts {
  readonly name: string;
  readonly at: Date;
  readonly mimetype: string;
  readonly size: number;
  readonly permalink: string | null;
  readonly source: { readonly channelId: string; readonly ts: string; readonly fileId: string };
}

export interface SectionFacts {
  readonly section: PostmortemSection;
  readonly written: SectionRevision | null;
  /** What is recorded says this much already; shown until somebody writes. */
  readonly generated: string | null;
  readonly assigned: SectionAssignment | null;
  /** What people have typed and not saved. */
  readonly drafts: readonly SectionDraft[];
  /** True where the template no longer has it; its text is kept and shown all the same. */
  readonly gone: boolean;
}

/** The text that stands for a section now; null when nobody wrote it and nothing recorded says it. */
export function sectionText(facts: SectionFacts): string | null {
  return facts.written?.text.trim() ? facts.written.text : facts.generated;
}

/** Required sections that nothing stands in. */
export function missingSections(facts: PostmortemFacts): readonly PostmortemSection[] {
  return facts.sections.filter((one) => one.section.required && !sectionText(one)?.trim()).map((one) => one.section);
}

/** Reads a post-mortem whole; throws Refusal not_found when there is none by that id. */
export async function postmortemFacts(app: App, id: string): Promise<PostmortemFacts> {
  const postmortem = await app.postmortems.byId(id);
  const incident = postmortem && (await app.incidents.byId(postmortem.incidentId));
  if (!postmortem || !incident) throw new Refusal("not_found", "That post-mortem no longer exists.");
  const [written, drafts, assignments, reviews, timeline, operations, actionItems] = [
    await app.postmortems.sections(id),
    await app.postmortemWork.drafts(id),
    await app.postmortemWork.assignments(id),
    await app.postmortemWork.reviews(id),
    await app.timeline.list(incident.id, { limit: 2000 }),
    await app.operations.list({ incidentId: incident.id, limit: 200 }),
    await app.actionItems.list({ incidentId: incident.id }),
  ];
  const beliefs = await app.beliefs.of(incident.id);
  const spans = durations(incident.times);
  const affected = affectedTitles(app.config, incident.affected);
  const generated: Readonly<Record<string, string>> = {
    summary: summaryOf(incident, spans),
    impact: impactOf(affected, spans),
  };
  const template = templateNamed(app.config.postmortem, postmortem.template);
  const sections = [...template.sections, ...goneSections(app, template, written)].map((section) => ({
    section,
    written: written.find((one) => one.section === section.id) ?? null,
    generated: generated[section.id] ?? null,
    assigned: assignments.find((one) => one.section === section.id) ?? null,
    drafts: drafts.filter((one) => one.section === section.id),
    gone: !template.sections.some((one) => one.id === section.id),
  }));
  const people = whoDidWhat(incident, timeline, operations);
  const ids = new Set([
    incident.reporterId,
    ...people.map((one) => one.userId),
    ...timeline.flatMap((entry) => entry.actorId ?? []),
    ...actionItems.flatMap((item) => item.ownerId ?? []),
    ...believers(beliefs),
    ...mentioned([...timeline.map((entry) => entry.text), incident.summary, ...written.map((one) => one.text)]),
  ]);
  const ticks = await app.securitySteps.ticks(incident.id);
  for (const tick of ticks ?? []) ids.add(tick.userId);
  return {
    postmortem,
    incident,
    ...(ticks ? { security: ticks } : {}),
    affected,
    sections,
    template,
    durations: spans,
    people,
    beliefs,
    timeline,
    operations: operations.toSorted((a, b) => a.requestedAt.getTime() - b.requestedAt.getTime()),
    actionItems,
    names: await namesOf(app, incident, [...ids]),
    reviews,
    timeZone: app.config.postmortem.timeZone,
    images: await imagesOf(app, incident),
    elsewhere: await placesOf(app, id),
    standing: reviewStanding(reviews, sealOf(written), app.config.postmortem.approval.needed),
    lint: lint(
      {
        sections: sections.map((one) => ({
          id: one.section.id,
          title: one.section.title,
          required: one.section.required,
          text: sectionText(one) ?? "",
        })),
        times: incident.times,
        events: timeline.map((entry) => entry.at),
        actionItems,
      },
      app.config.postmortem.linter,
    ),
  };
}

/** Two pasted images are often both called image.png: each gets a name of its own. */
async function imagesOf(app: App, incident: Incident): Promise<readonly ImageFacts[]> {
  const { channelId } = incident;
  if (!channelId) return [];
  const taken = new Map<string, number>();
  return (await app.capturedFiles.images(channelId, 100)).map(({ ts, fileId, name, mimetype, size }) => {
    const plain = name.replace(/[^\p{L}\p{N}._ -]/gu, "_").slice(-80) || "image";
    const times = (taken.get(plain) ?? 0) + 1;
    taken.set(plain, times);
    return {
      name: times === 1 ? plain : `${times}-${plain}`,
      at: new Date(Number(ts) * 1000),
      mimetype,
      size,
      permalink: app.workspace.permalink(channelId, ts),
      source: { channelId, ts, fileId },
    };
  });
}

/** Sections people wrote that the template no longer has, under the title they had, where anything remembers it. */
function goneSections(
  app: App,
  template: PostmortemTemplate,
  written: readonly SectionRevision[],
): readonly PostmortemSection[] {
  return written
    .filter((one) => one.text.trim() !== "" && !template.sections.some((section) => section.id === one.section))
    .map(({ section: id }) => {
      const known = app.config.postmortem.templates.flatMap((one) => one.sections).find((one) => one.id === id);
      const words = id.replaceAll("-", " ");
      return {
        id,
        title: known?.title ?? words.charAt(0).toUpperCase() + words.slice(1),
        help: "The template no longer has this section; its text is kept.",
        required: false,
        kind: known?.kind ?? "text",
        options: known?.options ?? [],
        unit: known?.unit ?? null,
      } satisfies PostmortemSection;
    });
}

/** Names of people, and of the incident's channel, for whoever reads the document elsewhere. */
async function namesOf(app: App, incident: Incident, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const names = new Map(await app.names(ids));
  if (incident.channelId && incident.channelName) names.set(incident.channelId, incident.channelName);
  return names;
}

/** Who put up, settled or decided something, and who is named in it. */
function believers({ hypotheses, decisions }: Beliefs): readonly string[] {
  const texts = [...hypotheses.flatMap((one) => [one.text, one.reason ?? ""]), ...decisions.map((one) => one.text)];
  return [
    ...hypotheses.flatMap((one) => [one.byId, ...(one.decidedBy ? [one.decidedBy] : [])]),
    ...decisions.map((one) => one.byId),
    ...mentioned(texts),
  ];
}

function mentioned(texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) => [...text.matchAll(/<@([A-Z0-9]+)/g)].map((match) => match[1] ?? ""));
}

function summaryOf(incident: Incident, spans: readonly Duration[]): string {
  const resolve = spans.find((span) => span.name === "resolve")?.minutes ?? null;
  const first = `${incidentName(incident)} (${incident.severity}): ${incident.title}.`;
  const took = resolve === null ? "It is not resolved yet." : `It took ${inWords(resolve)} from start to resolution.`;
  return [first, incident.summary, took, incident.lastUpdate ? `Last update: ${incident.lastUpdate}` : ""]
    .filter(Boolean)
    .join("\n\n");
}

function impactOf(affected: readonly string[], spans: readonly Duration[]): string {
  const what = affected.length > 0 ? `Affected: ${affected.join(", ")}.` : "What was affected is not recorded.";
  const until =
    spans.find((span) => span.name === "mitigate")?.minutes ??
    spans.find((span) => span.name === "resolve")?.minutes ??
    null;
  return until === null ? what : `${what} People felt it for ${inWords(until)}.`;
}

/** Who took part and what each did, in the order they first appear. */
function whoDidWhat(
  incident: Incident,
  timeline: readonly TimelineEntry[],
  operations: readonly OperationRecord[],
): PostmortemFacts["people"] {
  const did = new Map<string, Set<string>>();
  const note = (userId: string | null, what: string): void => {
    if (userId) did.set(userId, (did.get(userId) ?? new Set()).add(what));
  };
  note(incident.reporterId, "declared it");
  for (const holder of incident.roles) note(holder.userId, holder.role);
  for (const entry of timeline) {
    if (entry.kind === "update") note(entry.actorId, "sent updates");
    if (entry.kind === "note" || entry.kind === "message") note(entry.actorId, "contributed to the timeline");
    if (entry.kind === "phase") note(entry.actorId, "moved it forward");
  }
  for (const operation of operations) {
    note(operation.requesterId, `asked for “${operationInWords(operation)}”`);
    for (const approval of operation.approvals) note(approval.userId, `approved ${operation.code}`);
  }
  return [...did].map(([userId, what]) => ({ userId, did: [...what] }));
}
