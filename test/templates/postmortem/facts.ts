import { durations } from "../../../src/domain/postmortem/durations.ts";
import type { PostmortemFacts, SectionFacts } from "../../../src/domain/postmortem/facts.ts";
import { lint } from "../../../src/domain/postmortem/lint.ts";
import { reviewStanding } from "../../../src/domain/postmortem/review.ts";
import { templateNamed } from "../../../src/domain/postmortem/settings.ts";
import { waooaw } from "../../support/desk.ts";
import { resolved, sampleEntry, sampleIncident, sampleItem } from "../incident/facts.ts";

const at = (time: string): Date => new Date(`2026-11-22T${time}:00Z`);

/** A post-mortem as it is halfway: some sections written, one drafted, one assigned. */
export function samplePostmortem(changes: Partial<PostmortemFacts> = {}): PostmortemFacts {
  const incident = changes.incident ?? sampleIncident(resolved);
  const template = changes.template ?? templateNamed(waooaw.postmortem, "default");
  const texts: Readonly<Record<string, string>> = {
    impact: "About 1,200 customers saw errors for 20 minutes.",
    "root-cause": "Revision 42 opened a connection for each request.\n\n```sql\nselect 1;\n```",
  };
  const sections =
    changes.sections ??
    template.sections.map((section, index): SectionFacts => {
      const text = texts[section.id];
      return {
        section,
        written: text
          ? { postmortemId: "pm-1", section: section.id, revision: 2, text, authorId: "U0BEN", at: at("04:00") }
          : null,
        generated: section.id === "summary" ? "INC-42 (SEV2): API returns 500s." : null,
        assigned:
          section.id === "prevention"
            ? { postmortemId: "pm-1", section: section.id, ownerId: "U0CHI", dueOn: "2026-11-24" }
            : null,
        drafts:
          index === 3
            ? [{ postmortemId: "pm-1", section: section.id, userId: "U0ANA", text: "…", after: 0, at: at("04:10") }]
            : [],
        gone: false,
      };
    });
  const actionItems = changes.actionItems ?? [sampleItem()];
  const timeline = changes.timeline ?? [
    sampleEntry({ id: "e1", at: at("02:02"), kind: "declared", text: "Declared SEV2: API returns 500s" }),
    sampleEntry({ id: "e2", at: at("02:12"), kind: "note", actorId: "U0BEN", text: "the *cache* was cold" }),
    sampleEntry({ id: "e3", at: at("02:40"), kind: "update", text: "Status is now mitigated" }),
    sampleEntry({ id: "e4", at: at("03:05"), kind: "phase", text: "Resolved" }),
  ];
  return {
    postmortem: {
      id: "pm-1",
      incidentId: incident.id,
      template: "default",
      state: "draft",
      ownerId: "U0ANA",
      dueAt: new Date("2026-11-24T03:05:00Z"),
      publishedAt: null,
      edition: 0,
      version: 3,
    },
    incident,
    template,
    affected: ["Backend API", "Agent"],
    sections,
    durations: durations(incident.times),
    people: [{ userId: "U0ANA", did: ["commander", "sent updates"] }],
    timeline,
    operations: [],
    actionItems,
    names: new Map([
      ["U0ANA", "Ana Ruiz"],
      ["U0BEN", "Ben Okafor"],
      ["U0SAM", "Sam Weiss"],
    ]),
    reviews: [],
    timeZone: "UTC",
    images: [],
    standing: reviewStanding([], "x", 0),
    lint: lint(
      {
        sections: sections.map((one) => ({ ...one.section, text: one.written?.text ?? one.generated ?? "" })),
        times: incident.times,
        events: timeline.map((entry) => entry.at),
        actionItems,
      },
      waooaw.postmortem.linter,
    ),
    ...changes,
  };
}
