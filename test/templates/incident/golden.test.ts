import { describe, expect, test } from "vitest";
import type { CapturedMessage } from "../../../src/domain/capture/records.ts";
import type { Incident } from "../../../src/domain/incident/incident.ts";
import { roles } from "../../../src/domain/incident/roles.ts";
import { everything, packQuery } from "../../../src/domain/incident/search.ts";
import type { CuratedEntry } from "../../../src/domain/timeline/curation.ts";
import { wholeTimeline } from "../../../src/domain/timeline/view.ts";
import { home } from "../../../templates/home/home.ts";
import { actionItemList, itemReminder, itemYours, ticketTrouble } from "../../../templates/incident/action-items.ts";
import { announcement } from "../../../templates/incident/announcement.ts";
import { declared, done, joining, pickIncident } from "../../../templates/incident/answers.ts";
import { archiveNotice } from "../../../templates/incident/archive-notice.ts";
import { captureCheck } from "../../../templates/incident/capture.ts";
import { incidentCard } from "../../../templates/incident/card.ts";
import { declareForm } from "../../../templates/incident/declare-form.ts";
import { detailsForm } from "../../../templates/incident/details-form.ts";
import * as forms from "../../../templates/incident/forms.ts";
import { linkForm } from "../../../templates/incident/link-form.ts";
import { incidentList, type ListFacts } from "../../../templates/incident/list.ts";
import { messagesModal } from "../../../templates/incident/messages.ts";
import * as notices from "../../../templates/incident/notices.ts";
import { ticketOnly } from "../../../templates/incident/tickets.ts";
import { entryForm, insertForm, timelineFilterForm, timelineModal } from "../../../templates/incident/timeline.ts";
import { updateForm } from "../../../templates/incident/update-form.ts";
import { caller, waooaw } from "../../support/desk.ts";
import { expectGolden, problems } from "../../support/golden.ts";
import { fresh, resolved, sampleEntry, sampleFacts, sampleIncident, sampleItem, sampleTicket } from "./facts.ts";

const target = { incident: sampleIncident(), choices: [], channelId: "C0INC42" };
const choosing = {
  incident: null,
  choices: [sampleIncident(), sampleIncident({ id: "inc-b", number: 43 })],
  channelId: "C0OPS",
};
const sampleApproval = {
  code: "op-7F3K",
  what: "Scale backend in production from 4 to 10",
  requesterId: "U0BEN",
  requestedAt: new Date("2026-11-22T02:10:00Z"),
  link: null,
};
const listFacts = (incidents: readonly Incident[], changes: Partial<ListFacts> = {}): ListFacts => ({
  incidents,
  query: { ...everything, state: "open" },
  passages: new Map(),
  pages: { packed: packQuery({ ...everything, state: "open" }), offset: 0, newer: null, older: null },
  ...changes,
});
const scribe = roles(waooaw).find((role) => role.name === "scribe");
if (!scribe) throw new Error("The example has no scribe.");

const longest = sampleIncident({
  title: "🔥".repeat(5000),
  summary: "<!channel> ".repeat(600),
  lastUpdate: "&".repeat(3000),
  source: { kind: "message", permalink: "https://waooaw.slack.com/archives/C0ALERTS/p1", text: null },
});

const whole = wholeTimeline("inc-a");
const onePage = (total: number) => ({ view: whole, total, older: 0, timezone: "UTC" });

function curated(changes: Partial<CuratedEntry> = {}): CuratedEntry {
  return { ...sampleEntry(), version: 1, mergedInto: null, isCurated: false, isErased: false, ...changes };
}

function captured(changes: Partial<CapturedMessage> = {}) {
  const message = {
    incidentId: "inc-a",
    channelId: "C0INC42",
    ts: "1795312800.000100",
    sentAt: new Date("2026-11-22T02:00:00Z"),
    threadTs: null,
    authorId: "U0BEN",
    authorName: null,
    text: "a message",
    editedTs: null,
    deletedAt: null,
    ...changes,
  };
  return { message, permalink: "https://waooaw.slack.com/archives/C0INC42/p1", files: 1, onTimeline: false };
}

const noFiles = { waiting: 0, kept: 0, "too-big": 0, unavailable: 0, erased: 0 };

const request = {
  id: "request-1",
  title: "Report is late",
  severity: "SEV4",
  summary: "",
  affected: [],
  tracker: "jira",
  askedBy: "U0ANA",
  askedAt: new Date("2026-11-22T14:00:00Z"),
  source: { kind: "command", permalink: null, text: null },
} as const;

describe("the check of a capture looks as agreed", () => {
  const found = { messages: 12, edits: 1, deletions: 2, reactions: 1, firstTs: "1", lastTs: "2" };
  const gap = {
    from: new Date("2026-11-22T02:02:00Z"),
    to: new Date("2026-11-22T02:05:00Z"),
    foundAt: new Date("2026-11-22T02:06:00Z"),
    foundFor: "start" as const,
    found,
  };
  const counts = {
    messages: 412,
    deleted: 3,
    edits: 20,
    threads: 37,
    reactions: 51,
    files: { ...noFiles, kept: 4, "too-big": 1 },
    backFilled: 16,
    reconciledAt: new Date("2026-11-22T02:06:00Z"),
    reconciledFor: "start" as const,
    underWay: false,
    trouble: null,
  };
  test.each([
    ["capture-check", captureCheck({ incident: sampleIncident(), counts, gaps: [gap] })],
    [
      "capture-check-quiet",
      captureCheck({
        incident: sampleIncident(),
        counts: {
          ...counts,
          messages: 1,
          deleted: 0,
          files: noFiles,
          backFilled: 0,
          reconciledAt: null,
          trouble: "not_in_channel",
        },
        gaps: [],
      }),
    ],
    [
      "capture-check-many-gaps",
      captureCheck({ incident: sampleIncident(), counts, gaps: Array.from({ length: 30 }, () => gap) }),
    ],
  ])("%s", (name, drawn) => expectGolden(`incident/${name}`, drawn));
});

describe("every message looks as agreed", () => {
  test.each([
    ["card-fresh", incidentCard(sampleFacts(fresh))],
    [
      "card-underway",
      incidentCard(
        sampleFacts(
          { source: { kind: "message", permalink: "https://waooaw.slack.com/archives/C0ALERTS/p1", text: null } },
          { openActionItems: 2 },
        ),
      ),
    ],
    [
      "card-linked",
      incidentCard(
        sampleFacts(
          {},
          {
            links: [
              { relation: "related", incident: sampleIncident({ number: 40, title: "Login is *slow*" }) },
              { relation: "merged here", incident: sampleIncident({ number: 43, title: "500s everywhere" }) },
              {
                relation: "duplicate here",
                incident: sampleIncident({ number: 44, isPrivate: true, title: "secret" }),
              },
            ],
          },
        ),
      ),
    ],
    [
      "card-merged",
      incidentCard(
        sampleFacts(
          { ...resolved, phase: "closed" },
          { links: [{ relation: "goes on in", incident: sampleIncident({ number: 40, title: "Login is slow" }) }] },
        ),
      ),
    ],
    ["card-overdue", incidentCard(sampleFacts({}, { updateOverdue: true }))],
    [
      "card-missing-pieces",
      incidentCard(
        sampleFacts(
          {},
          {
            missing: [
              { piece: "invite", state: "failed", reason: "user_not_found", userIds: ["U0GUS"] },
              { piece: "bookmark", state: "waiting", reason: "ratelimited", userIds: [] },
              { piece: "topic", state: "waiting", reason: null, userIds: [] },
            ],
          },
        ),
      ),
    ],
    ["card-private", incidentCard(sampleFacts({ isPrivate: true }))],
    ["card-resolved", incidentCard(sampleFacts(resolved))],
    ["card-closed", incidentCard(sampleFacts({ ...resolved, phase: "closed" }))],
    ["announcement-fresh", announcement(sampleFacts(fresh))],
    ["announcement-underway", announcement(sampleFacts())],
    ["announcement-resolved", announcement(sampleFacts(resolved))],
    [
      "announcement-without-channel",
      announcement(
        sampleFacts(fresh, {
          missing: [{ piece: "channel", state: "failed", reason: "restricted_action", userIds: [] }],
        }),
      ),
    ],
    ["notice", notices.notice(sampleEntry())],
    ["notice-note", notices.notice(sampleEntry({ kind: "note", text: "flushed the cache &amp; waited" }))],
    ["notice-long", notices.notice(sampleEntry({ kind: "update", text: "word ".repeat(1500) }))],
    ["update-due", notices.updateDue(sampleIncident())],
    ["no-lead", notices.noLead(sampleIncident(fresh))],
    ["where", notices.where(sampleIncident())],
    ["role-assigned", notices.roleAssigned(sampleIncident(), scribe)],
    ["action-item", notices.actionItemNotice(sampleItem())],
    [
      "action-item-bare",
      notices.actionItemNotice(
        sampleItem({
          ownerId: null,
          dueOn: null,
          source: { channelId: "C1", ts: "1.2", permalink: "https://waooaw.slack.com/archives/C1/p12" },
        }),
      ),
    ],
    ["declared", declared(sampleIncident(fresh), [])],
    [
      "declared-beside-others",
      declared(sampleIncident(fresh), [sampleIncident({ id: "inc-b", number: 41, title: "Login is slow" })]),
    ],
    ["joining", joining(sampleIncident(), caller("U0CHI"))],
    ["done-elsewhere", done("INC-42 is updated.", sampleIncident(), { channelId: "C0OPS" })],
    [
      "pick",
      pickIncident(choosing.choices, { action: "incident.acknowledge", question: "Which incident are you on?" }),
    ],
    ["list", incidentList(waooaw, listFacts(choosing.choices))],
    [
      "list-found",
      incidentList(
        waooaw,
        listFacts(choosing.choices, {
          query: { ...everything, service: "backend", since: "30d", mine: true, text: "<pool> *size*" },
          passages: new Map([
            [
              "inc-a",
              [
                { place: "timeline", text: "<@U0BEN> raised the \u0002pool\u0003's *size* <!channel>" },
                { place: "post-mortem", text: "The \u0002pool\u0003 was too small" },
              ],
            ],
          ]),
          pages: { packed: packQuery({ ...everything, text: "pool" }), offset: 10, newer: 0, older: 20 },
        }),
      ),
    ],
    ["list-empty", incidentList(waooaw, listFacts([]))],
  ])("%s", (name, drawn) => expectGolden(`incident/${name}`, drawn));
});

describe("every form looks as agreed", () => {
  test.each([
    ["declare-form", declareForm({ config: waooaw, about: { id: "form", channel: "C0GENERAL" } })],
    [
      "declare-form-filled",
      declareForm({
        config: waooaw,
        about: { id: "1.2", channel: "C1" },
        severity: "SEV2",
        title: "API",
        summary: "500s",
      }),
    ],
    ["update-form", updateForm(waooaw, target)],
    [
      "update-form-choosing",
      updateForm(waooaw, choosing, { step: "mitigating", severity: "SEV1", message: "rolled back" }),
    ],
    ["severity-form", forms.severityForm(waooaw, target)],
    ["role-form", forms.roleForm(waooaw, target, { role: "scribe", userId: "U0BEN" })],
    ["note-form", forms.noteForm(target)],
    [
      "action-items",
      actionItemList({
        heading: "Open action items",
        rows: [
          { item: sampleItem(), incident: sampleIncident(), overdue: true },
          {
            item: sampleItem({ id: "item-2", title: "Write a *runbook*", ownerId: null, dueOn: null }),
            incident: sampleIncident({ number: 43 }),
            overdue: false,
            ticket: sampleTicket(),
          },
          { item: sampleItem({ id: "item-3", doneAt: new Date(0) }), incident: sampleIncident(), overdue: false },
        ],
        trackers: [{ id: "github", title: "GitHub" }],
        pages: { packed: "open/", newer: 0, older: 20 },
      }),
    ],
    ["action-item-reminder", itemReminder(sampleItem(), sampleIncident(), "2026-12-01")],
    ["action-item-reminder-overdue", itemReminder(sampleItem({ ownerId: null }), sampleIncident(), "2026-12-04")],
    [
      "action-item-ticket-failed",
      ticketTrouble(
        sampleItem(),
        sampleIncident(),
        sampleTicket({ state: "failed", key: null, url: null, trouble: "Jira: valid project is required" }),
      ),
    ],
    ["card-ticket", incidentCard(sampleFacts({}, { ticket: sampleTicket() }))],
    [
      "card-ticket-behind",
      incidentCard(sampleFacts({}, { ticket: sampleTicket({ state: "failed", trouble: "Jira: No." }) })),
    ],
    ["ticket-only", ticketOnly(request, null, null)],
    ["ticket-only-there", ticketOnly(request, sampleTicket(), null)],
    ["ticket-only-declared", ticketOnly(request, sampleTicket(), sampleIncident())],
    ["action-item-yours", itemYours(sampleItem(), sampleIncident())],
    ["archive-notice", archiveNotice(sampleIncident(resolved), new Date("2026-12-06T09:00:00Z"))],
    ["link-form", linkForm(target, choosing.choices, "merged", choosing.choices[1] ?? null)],
    ["link-form-alone", linkForm(target, [], "related")],
    ["note-form-choosing", forms.noteForm(choosing, { text: "flushed the cache" })],
    ["details-form", detailsForm(waooaw, sampleIncident(), { channelId: "C0INC42" })],
    [
      "details-form-stale",
      detailsForm(waooaw, sampleIncident(), {
        channelId: "C0INC42",
        typed: { title: "Mine", summary: "", affected: ["backend"], startedAt: null },
      }),
    ],
    ["resolve-form", forms.resolveForm(target)],
    ["reopen-form", forms.reopenForm({ ...target, incident: sampleIncident(resolved) })],
    ["action-item-form", forms.actionItemForm(target)],
    ["action-item-edit-form", forms.editActionItemForm(sampleItem(), "C0INC42")],
    ["timeline-add-form", forms.timelineForm(choosing, { id: "1.2", channel: "C0OPS" })],
    ["timeline-entry-form", entryForm(curated({ kind: "note", text: "flushed &amp; waited" }), whole)],
    [
      "timeline-entry-form-stale",
      entryForm(curated({ kind: "note", text: "what Ben wrote", version: 4 }), whole, { typed: "mine", by: "U0BEN" }),
    ],
    ["timeline-insert-form", insertForm(new Date("2026-11-22T02:17:00Z"), whole)],
    ["timeline-filter-form", timelineFilterForm({ ...whole, group: "said", text: "cache" }, "entries")],
    [
      "timeline-messages",
      messagesModal({
        incident: sampleIncident(),
        view: whole,
        hasOlder: true,
        hasNewer: false,
        messages: [
          captured({ text: "CPU at 100 % <!channel>" }),
          {
            ...captured({
              ts: "1795312900.000200",
              threadTs: "1795312800.000100",
              authorId: null,
              authorName: "Alarms",
            }),
            onTimeline: true,
          },
        ],
      }),
    ],
    [
      "timeline-one-page",
      timelineModal({
        incident: sampleIncident(),
        ...onePage(2),
        entries: [curated(), curated({ id: "entry-2", kind: "note", text: "a note", mergedInto: null })],
      }),
    ],
    [
      "timeline-second-of-three",
      timelineModal({
        incident: sampleIncident(),
        ...onePage(40),
        older: 15,
        view: { ...whole, actorId: "U0BEN", group: "said", text: "<entry>", hidden: true },
        entries: Array.from({ length: 15 }, (_, index) =>
          curated({ id: `e${index}`, kind: "note", text: `entry ${index}`, hidden: index === 3 }),
        ),
      }),
    ],
  ])("%s", (name, drawn) => expectGolden(`incident/${name}`, drawn));
});

describe("App Home looks as agreed", () => {
  test.each([
    [
      "home-quiet",
      {
        config: waooaw,
        incidents: [],
        mine: new Set<string>(),
        approvals: [],
        items: [],
        oncall: [],
        postmortems: [],
      },
    ],
    [
      "home-busy",
      {
        config: waooaw,
        incidents: choosing.choices,
        mine: new Set(["inc-b"]),
        oncall: [
          { team: "platform", userIds: ["U0ANA", "U0BEN"] },
          { team: "data", userIds: [] },
        ],
        approvals: [
          { ...sampleApproval, link: "https://waooaw.slack.com/archives/C0OPS/p1" },
          { ...sampleApproval, code: "op-9X2B" },
        ],
        items: [
          { item: sampleItem(), incident: sampleIncident(), overdue: true },
          { item: sampleItem({ id: "item-2", dueOn: null }), incident: sampleIncident(), overdue: false },
        ],
        postmortems: [
          {
            incident: sampleIncident(resolved),
            dueAt: new Date("2026-11-21T10:00:00Z"),
            overdue: true,
            link: "https://waooaw.slack.com/archives/C0INC42/p2",
          },
          { incident: sampleIncident({ ...resolved, number: 43 }), dueAt: null, overdue: false, link: null },
        ],
      },
    ],
  ])("%s", (name, facts) => expectGolden(`home/${name}`, { home: home(facts) }));

  test("with more than it can hold it still is what Slack takes", () => {
    const incidents = Array.from({ length: 60 }, (_, index) =>
      sampleIncident({ ...longest, id: `i${index}`, number: index, times: { ...longest.times, acknowledgedAt: null } }),
    );
    const items = Array.from({ length: 60 }, (_, index) =>
      sampleItem({ id: `t${index}`, title: "<!here> ".repeat(400) }),
    ).map((item) => ({ item, incident: longest, overdue: true }));
    const approvals = Array.from({ length: 60 }, () => sampleApproval);
    const owed = { incident: longest, dueAt: new Date(0), overdue: true, link: null };
    const postmortems = Array.from({ length: 60 }, () => owed);
    const mine = new Set(["i1"]);
    const drawn = home({ config: waooaw, incidents, mine, approvals, items, oncall: [], postmortems });
    expect(problems({ home: drawn })).toEqual([]);
    expect(JSON.stringify(drawn)).toContain("40 more");
    expect(JSON.stringify(drawn)).toContain("48 more: type /incident actions");
  });
});

describe("the longest facts fit", () => {
  const facts = sampleFacts(longest, { affected: Array.from({ length: 200 }, () => "<Backend & co>") });
  test.each([
    ["card", incidentCard(facts)],
    ["announcement", announcement(facts)],
    ["where", notices.where(longest)],
    ["declared", declared(longest, [longest, longest])],
    ["pick", pickIncident([longest], { action: "incident.status", question: "Which?" })],
    [
      "list",
      incidentList(
        waooaw,
        listFacts(
          Array.from({ length: 100 }, () => longest),
          { query: { ...everything, text: "x".repeat(2000) } },
        ),
      ),
    ],
    ["notice", notices.notice(sampleEntry({ text: "&lt;".repeat(20_000) }))],
    ["action item", notices.actionItemNotice(sampleItem({ title: "<".repeat(3000) }))],
    ["update form", updateForm(waooaw, { ...target, incident: longest }, { message: "x".repeat(9000) })],
    [
      "timeline",
      timelineModal({
        incident: longest,
        ...onePage(15),
        entries: Array.from({ length: 15 }, () => curated({ kind: "note", text: "&amp;".repeat(3000) })),
      }),
    ],
  ])("%s", (_, drawn) => expect(problems(drawn)).toEqual([]));
});
