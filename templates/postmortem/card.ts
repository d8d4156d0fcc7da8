import { incidentName, isOpen } from "../../src/domain/incident/incident.ts";
import {
  missingSections,
  type PostmortemFacts,
  type SectionFacts,
  sectionText,
} from "../../src/domain/postmortem/facts.ts";
import {
  actions,
  button,
  context,
  cut,
  divider,
  fields,
  header,
  inert,
  moment,
  person,
  type Reply,
  reply,
  section,
} from "../kit.ts";
import { elsewhereLines } from "./elsewhere-lines.ts";

/** The checklist pinned in the incident's channel: where each section stands, and the way to fill it. */
export function postmortemCard(facts: PostmortemFacts): Reply {
  const { postmortem, incident } = facts;
  const about = {
    id: postmortem.id,
    version: postmortem.version,
    ...(incident.channelId ? { channel: incident.channelId } : {}),
  };
  const written = facts.sections.filter((one) => sectionText(one)?.trim()).length;
  const missing = missingSections(facts);
  const title = `Post-mortem of ${incidentName(incident)}`;
  const open = facts.actionItems.filter((item) => !item.doneAt).length;
  return reply(`${title}: ${written} of ${facts.sections.length} sections have a text`, [
    header(title),
    fields([
      ["State", postmortem.edition > 0 ? `Published, edition ${postmortem.edition}` : "Draft"],
      ["Owner", person(postmortem.ownerId)],
      ["Due", postmortem.dueAt ? moment(postmortem.dueAt) : "no deadline"],
      ["Sections", `${written} of ${facts.sections.length} have a text`],
      ["Template", inert(facts.template.title)],
      ["Score", scoreLine(facts)],
      ...(reviewLine(facts) ? ([["Review", reviewLine(facts)]] as const) : []),
    ]),
    ...findings(facts),
    divider(),
    ...facts.sections.slice(0, 33).map((one) => sectionLine(one, postmortem.id, incident.channelId)),
    divider(),
    section(
      facts.actionItems.length === 0
        ? "*Action items*: none yet"
        : `*Action items*: ${facts.actionItems.length}, ${open} open`,
    ),
    ...elsewhereLines(facts),
    actions(
      [
        button({ action: "postmortem.action-item", text: "Add action item", about }),
        button({ action: "postmortem.assign-form", text: "Assign", about }),
        button({ action: "postmortem.review-form", text: "Ask for review", about }),
        button({ action: "postmortem.read", text: "Read", about }),
        button({ action: "postmortem.template-form", text: "Template", about }),
        button({ action: "postmortem.public-form", text: "Public edition", about }),
        button({
          action: "postmortem.publish",
          text: postmortem.edition > 0 ? "Publish again" : "Publish",
          about,
          style: "primary",
          ...(missing.length > 0
            ? {
                confirm: {
                  title: "Publish as it is?",
                  text: `Still empty: ${missing.map((one) => one.title).join(", ")}. ${missing.length === 1 ? "It" : "They"} will be marked as not written yet.`,
                  yes: "Publish",
                  no: "Keep writing",
                },
              }
            : {}),
        }),
      ],
      "postmortem.actions",
    ),
    context(
      isOpen(incident)
        ? "The incident is still open; durations and the timeline go on growing."
        : "Durations, people, operations and the timeline are drawn anew each time; what you write stays.",
    ),
  ]);
}

/** The one message about the published document; edited for each edition, its files in the thread under it. */
export function publication(
  facts: PostmortemFacts,
  files: readonly { readonly title: string; readonly permalink: string | null }[],
): Reply {
  const { postmortem, incident } = facts;
  const title = `Post-mortem of ${incidentName(incident)}, edition ${postmortem.edition}`;
  const links = files.flatMap((file) =>
    file.permalink ? [`<${file.permalink}|${inert(/\(([^)]+)\)$/.exec(file.title)?.[1] ?? file.title)}>`] : [],
  );
  return reply(title, [
    section(`*${title}*\n${inert(cut(incident.title, 200))}`),
    section(
      links.length > 0 ? `Read it: ${links.join(" · ")}` : "The files follow in the thread; the canvas is above.",
    ),
    context(
      [
        postmortem.publishedAt ? `Published ${moment(postmortem.publishedAt)}` : "",
        postmortem.edition > 1 ? "earlier editions are replaced" : "",
        `score ${facts.lint.score} of 100`,
        facts.standing.approvedBy.length > 0
          ? `approved by ${facts.standing.approvedBy.map((id) => person(id)).join(", ")}`
          : "",
      ]
        .filter(Boolean)
        .join(" · "),
    ),
  ]);
}

function sectionLine(facts: SectionFacts, postmortemId: string, channelId: string | null) {
  const text = sectionText(facts)?.trim() ?? "";
  const required = facts.section.required ? "" : " (optional)";
  const state = facts.written?.text.trim()
    ? `written by ${person(facts.written.authorId)}, revision ${facts.written.revision}`
    : facts.generated
      ? "drafted from what is recorded"
      : "empty";
  const glimpse = text ? `\n>${inert(cut(text.replace(/\s+/g, " "), 140))}` : "";
  const { assigned } = facts;
  const who = assigned
    ? `\n${person(assigned.ownerId)} writes it${assigned.dueOn ? `, by ${assigned.dueOn}` : ""}`
    : "";
  const writing = facts.drafts.filter((one) => one.userId !== assigned?.ownerId || !facts.written);
  const drafts =
    writing.length > 0 ? `\n_${[...new Set(writing.map((one) => person(one.userId)))].join(", ")} has a draft_` : "";
  const gone = facts.gone ? " (no longer in the template)" : "";
  return section(
    `*${inert(facts.section.title)}*${facts.gone ? gone : required}: ${state}${who}${drafts}${glimpse}`,
    button({
      action: "postmortem.write",
      text: text ? "Edit" : "Write",
      about: { id: `${postmortemId}:${facts.section.id}`, ...(channelId ? { channel: channelId } : {}) },
      label: `${text ? "Edit" : "Write"} ${facts.section.title}`,
    }),
  );
}

function scoreLine({ lint }: PostmortemFacts): string {
  return lint.findings.length === 0 ? `${lint.score} of 100` : `${lint.score} of 100, ${lint.findings.length} to mend`;
}

function reviewLine({ standing }: PostmortemFacts): string {
  const people = (ids: readonly string[]) => ids.map((id) => person(id)).join(", ");
  return [
    standing.needed > 0 ? `${standing.approvedBy.length} of ${standing.needed} approvals` : "",
    standing.approvedBy.length > 0 ? `approved by ${people(standing.approvedBy)}` : "",
    standing.outdated.length > 0 ? `approved before the last change by ${people(standing.outdated)}` : "",
    standing.wantsChanges.length > 0
      ? `changes asked for by ${people(standing.wantsChanges.map((one) => one.reviewerId))}`
      : "",
    standing.waitingFor.length > 0 ? `waiting for ${people(standing.waitingFor)}` : "",
  ]
    .filter(Boolean)
    .join("; ");
}

/** The first few, and the way to the rest. */
function findings(facts: PostmortemFacts) {
  const { findings: all } = facts.lint;
  if (all.length === 0) return [];
  const shown = all.slice(0, 3).map((one) => `• ${inert(one.text)} _${inert(one.mend)}_`);
  const about = { id: facts.postmortem.id, ...(facts.incident.channelId ? { channel: facts.incident.channelId } : {}) };
  return [
    section(
      `*To mend*\n${shown.join("\n")}`,
      button({ action: "postmortem.findings", text: all.length > 3 ? `All ${all.length}` : "All", about }),
    ),
  ];
}
