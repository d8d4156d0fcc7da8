import { describe, expect, test } from "vitest";
import type { Counterpart } from "../../../src/domain/counterpart/counterpart.ts";
import { reviewStanding, type Standing } from "../../../src/domain/postmortem/review.ts";
import { templateNamed } from "../../../src/domain/postmortem/settings.ts";
import { postmortemCard } from "../../../templates/postmortem/card.ts";
import * as forms from "../../../templates/postmortem/forms.ts";
import { sectionForm } from "../../../templates/postmortem/section-form.ts";
import { waooaw } from "../../support/desk.ts";
import { expectGolden, problems } from "../../support/golden.ts";
import { sampleTicket } from "../incident/facts.ts";
import { samplePostmortem } from "./facts.ts";

const at = new Date("2026-11-22T04:10:00Z");
const facts = samplePostmortem();
const security = templateNamed(waooaw.postmortem, "security");
const form = { postmortemId: "pm-1", channelId: "C0INC42", text: "", after: 0, newer: null };
const sectionOf = (id: string) => {
  const found = [...facts.template.sections, ...security.sections].find((one) => one.id === id);
  if (!found) throw new Error(id);
  return found;
};
const review = (
  reviewerId: string,
  state: "asked" | "approved" | "changes",
  textSeal: string | null,
  comment = "",
) => ({
  postmortemId: "pm-1",
  reviewerId,
  state,
  comment,
  textSeal,
  at,
});
const reviews = [
  review("U0CHI", "approved", "now"),
  review("U0DEV", "approved", "before"),
  review("U0EVA", "changes", "now", "Say <why> & when.\nPlease."),
  review("U0SAM", "asked", null),
];
const standing: Standing = reviewStanding(reviews, "now", 2);
const revision = {
  postmortemId: "pm-1",
  section: "root-cause",
  revision: 3,
  text: "Theirs: *bold* <x>",
  authorId: "U0BEN",
  at,
};
const published = { ...facts.postmortem, edition: 2, publishedAt: at };
const place = (service: "confluence" | "notion" | "git", changes: Partial<Counterpart>) =>
  sampleTicket({ service, subject: "pm-1", key: "131073", url: "https://wiki.example/131073", seal: "2", ...changes });
const elsewhere = [
  place("confluence", { trouble: "Confluence did not take dashboard.png." }),
  place("notion", {
    state: "failed",
    status: "changed",
    seal: "1",
    trouble: "Notion: people changed the page <there>.",
  }),
  place("git", { state: "failed", key: null, url: null, seal: null, trouble: "Git: no answer in time" }),
  place("git", { state: "failed", status: "gone", seal: "1", trouble: "Git: the folder was taken away there." }),
  place("notion", { seal: "1", trouble: "Notion: cannot be reached" }),
];
const draft = { postmortemId: "pm-1", section: "root-cause", userId: "U0ANA", text: "Mine", after: 2, at };

describe("every message and form of a post-mortem looks as agreed", () => {
  test.each([
    ["card", postmortemCard(facts)],
    ["card-in-review", postmortemCard({ ...facts, reviews, standing })],
    ["card-kept-elsewhere", postmortemCard({ ...facts, postmortem: published, elsewhere })],
    [
      "card-gone-section",
      postmortemCard({
        ...facts,
        sections: facts.sections.map((one, index) => (index === 2 ? { ...one, gone: true } : one)),
      }),
    ],
    ["section-form", sectionForm({ ...form, section: sectionOf("root-cause"), text: "Because." })],
    ["section-form-draft", sectionForm({ ...form, section: sectionOf("root-cause"), text: "Mine", draft })],
    [
      "section-form-conflict",
      sectionForm({ ...form, section: sectionOf("root-cause"), text: "Mine", newer: revision, draft }),
    ],
    ["section-form-select", sectionForm({ ...form, section: sectionOf("data-involved"), text: "Perhaps" })],
    ["section-form-number", sectionForm({ ...form, section: sectionOf("records-affected"), text: "12 or so" })],
    ["section-form-date", sectionForm({ ...form, section: sectionOf("notified-on"), text: "2026-11-23" })],
    ["assign-form", forms.assignForm(facts)],
    ["ask-review-form", forms.askReviewForm(facts)],
    ["changes-form", forms.changesForm(facts)],
    ["findings", forms.findingsView(facts)],
    ["preview", forms.previewView(facts)],
    ["review-asked", forms.reviewAsked(facts, "U0BEN")],
    ["reviewed", forms.reviewed({ ...facts, reviews }, "U0CHI")],
    ["reviewed-changes", forms.reviewed({ ...facts, reviews }, "U0EVA")],
    ["assigned", forms.assigned({ ...facts, postmortem: { ...facts.postmortem, ownerId: "U0CHI" } }, "U0CHI")],
    ["template-form", forms.templateForm(facts, waooaw.postmortem.templates)],
  ] as const)("%s", (name, drawn) => expectGolden(`postmortem/${name}`, drawn));
});

test("Slack takes the card and the forms however many and long the sections are", () => {
  const sections = Array.from({ length: 60 }, (_, index) => ({
    ...facts.sections[0],
    section: { ...sectionOf("root-cause"), id: `s${index}`, title: "🔥<&".repeat(400), help: "?".repeat(5000) },
    written: { ...revision, section: `s${index}`, text: "𐍈<!channel>".repeat(4000) },
    drafts: [draft],
    assigned: null,
    generated: null,
    gone: index > 50,
  }));
  const huge = samplePostmortem({ sections });
  for (const drawn of [
    postmortemCard({ ...huge, reviews, standing }),
    forms.assignForm(huge),
    forms.previewView(huge),
    forms.findingsView(huge),
    forms.reviewAsked(huge, "U0BEN"),
    sectionForm({
      ...form,
      section: huge.sections[0]?.section ?? sectionOf("summary"),
      text: "𐍈".repeat(20_000),
      newer: revision,
      draft,
    }),
  ]) {
    expect(problems(drawn)).toEqual([]);
  }
});
