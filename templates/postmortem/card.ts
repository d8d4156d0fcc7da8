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
    ]),
    divider(),
    ...facts.sections.slice(0, 30).map((one) => sectionLine(one, postmortem.id, incident.channelId)),
    divider(),
    section(
      facts.actionItems.length === 0
        ? "*Action items*: none yet"
        : `*Action items*: ${facts.actionItems.length}, ${open} open`,
    ),
    actions(
      [
        button({ action: "postmortem.action-item", text: "Add action item", about }),
        button({
          action: "postmortem.publish",
          text: postmortem.edition > 0 ? "Publish again" : "Publish",
          about,
          style: "primary",
          ...(missing.length > 0
            ? {
                confirm: {
                  title: "Publish as it is?",
                  text: `Still empty: ${missing.map((one) => one.title).join(", ")}. They will be marked as not written yet.`,
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

function sectionLine(facts: SectionFacts, postmortemId: string, channelId: string | null) {
  const text = sectionText(facts)?.trim() ?? "";
  const required = facts.section.required ? "" : " (optional)";
  const state = facts.written
    ? `written by ${person(facts.written.authorId)}, revision ${facts.written.revision}`
    : facts.generated
      ? "drafted from what is recorded"
      : "empty";
  const glimpse = text ? `\n>${inert(cut(text.replace(/\s+/g, " "), 140))}` : "";
  return section(
    `*${facts.section.title}*${required}: ${state}${glimpse}`,
    button({
      action: "postmortem.write",
      text: text ? "Edit" : "Write",
      about: { id: `${postmortemId}:${facts.section.id}`, ...(channelId ? { channel: channelId } : {}) },
      label: `${text ? "Edit" : "Write"} ${facts.section.title}`,
    }),
  );
}
