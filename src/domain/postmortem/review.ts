import { createHash } from "node:crypto";
import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { isOneOf, notOneOf } from "../access/principal.ts";
import { isOwnAccount } from "../access/same-person.ts";
import { maySee } from "../incident/access.ts";
import { type Incident, incidentName } from "../incident/incident.ts";
import type { App } from "../ports.ts";
import { cardOf } from "./checklist.ts";
import type { Postmortem, Review, SectionRevision } from "./postmortem.ts";

/** Where approval stands. What a reviewer said counts for the very texts they judged, and for none after them. */
export interface Standing {
  readonly needed: number;
  readonly approvedBy: readonly string[];
  /** Approved before the texts changed. */
  readonly outdated: readonly string[];
  readonly wantsChanges: readonly Review[];
  readonly waitingFor: readonly string[];
  readonly enough: boolean;
}

export function reviewStanding(reviews: readonly Review[], seal: string, needed: number): Standing {
  const approvals = reviews.filter((one) => one.state === "approved");
  const approvedBy = approvals.filter((one) => one.textSeal === seal).map((one) => one.reviewerId);
  const wantsChanges = reviews.filter((one) => one.state === "changes" && one.textSeal === seal);
  return {
    needed,
    approvedBy,
    outdated: approvals.filter((one) => one.textSeal !== seal).map((one) => one.reviewerId),
    wantsChanges,
    waitingFor: reviews.filter((one) => one.state === "asked").map((one) => one.reviewerId),
    enough: approvedBy.length >= needed && wantsChanges.length === 0,
  };
}

/** A word that stands for the written texts as they are: another text, another word. */
export function sealOf(written: readonly SectionRevision[]): string {
  const parts = written.map((one) => `${one.section}:${one.revision}`).toSorted();
  return createHash("sha256").update(parts.join("|")).digest("hex").slice(0, 16);
}

/** Asks people to review; each is told by direct message. Who may not see the incident is refused. */
export async function askReview(
  app: App,
  postmortem: Postmortem,
  incident: Incident,
  reviewers: readonly string[],
  by: Caller,
): Promise<void> {
  if (reviewers.length === 0) throw new Refusal("missing_argument", "Pick at least one person.", null, "reviewers");
  for (const userId of reviewers) {
    if (userId === postmortem.ownerId)
      throw new Refusal("not_possible", "The owner cannot review their own post-mortem.", "Pick others.", "reviewers");
    if (!(await maySee(app, incident, userId)))
      throw new Refusal(
        "not_possible",
        `<@${userId}> has no access to ${incidentName(incident)}.`,
        "Invite them to its channel first.",
        "reviewers",
      );
  }
  const seal = sealOf(await app.postmortems.sections(postmortem.id));
  for (const reviewerId of reviewers) {
    await app.postmortemWork.review({
      postmortemId: postmortem.id,
      reviewerId,
      state: "asked",
      comment: "",
      textSeal: null,
      at: app.now,
    });
    await app.outbox.add(
      {
        kind: "message",
        view: "postmortem.review-asked",
        subject: `${postmortem.id}:${by.userId}`,
        place: { user: reviewerId },
        once: `postmortem-review:${postmortem.id}:${reviewerId}:${seal}:${app.now.toISOString().slice(0, 16)}`,
      },
      "answer",
    );
  }
  await record(app, incident, by, "postmortem.review-asked", { reviewers: reviewers.join(", ") });
  await app.outbox.add(cardOf(postmortem), "answer");
}

/** What a reviewer says: approved, or what should change. Who may not approve here is refused, and so is the owner. */
export async function giveReview(
  app: App,
  postmortem: Postmortem,
  incident: Incident,
  verdict: { readonly state: "approved" | "changes"; readonly comment: string },
  by: Caller,
): Promise<void> {
  const roles = incident.roles.filter((holder) => holder.userId === by.userId).map((holder) => holder.role);
  const { approval } = app.config.postmortem;
  if (verdict.state === "approved") {
    if (postmortem.ownerId !== null && (await isOwnAccount(app, by, postmortem.ownerId)))
      throw new Refusal(
        "not_allowed",
        "The owner of a post-mortem cannot approve it.",
        "Ask somebody else with Ask for review.",
      );
    if (!isOneOf(by, approval.by, roles))
      throw notOneOf(by, approval.by, {
        before: "Only",
        after: " may approve post-mortems",
        next: "Ask one of them with Ask for review.",
      });
  } else if (verdict.comment.trim() === "") {
    throw new Refusal("missing_argument", "Say what should change.", null, "comment");
  }
  await app.postmortemWork.review({
    postmortemId: postmortem.id,
    reviewerId: by.userId,
    state: verdict.state,
    comment: verdict.comment.trim(),
    textSeal: sealOf(await app.postmortems.sections(postmortem.id)),
    at: app.now,
  });
  const text = verdict.state === "approved" ? "Approved the post-mortem" : "Asked for changes to the post-mortem";
  await app.timeline.add({ incidentId: incident.id, at: app.now, kind: "postmortem", actorId: by.userId, text });
  await app.outbox.add({
    kind: "message",
    view: "postmortem.reviewed",
    subject: `${postmortem.id}:${by.userId}`,
    place: { incident: incident.id },
    once: `postmortem-reviewed:${postmortem.id}:${by.userId}:${app.now.toISOString()}`,
  });
  await record(app, incident, by, `postmortem.${verdict.state}`, { comment: verdict.comment.trim() });
  await app.outbox.add(cardOf(postmortem), "answer");
}

/** Throws Refusal when the team asks for approvals before publishing and they are not all there. */
export async function requireApproval(app: App, postmortem: Postmortem): Promise<void> {
  const { needed } = app.config.postmortem.approval;
  if (needed === 0) return;
  const seal = sealOf(await app.postmortems.sections(postmortem.id));
  const standing = reviewStanding(await app.postmortemWork.reviews(postmortem.id), seal, needed);
  if (standing.enough) return;
  const changes = standing.wantsChanges.map((one) => `<@${one.reviewerId}>`).join(", ");
  const why = changes
    ? `${changes} asked for changes.`
    : `It needs ${needed === 1 ? "an approval" : `${needed} approvals`} of the texts as they are and has ${standing.approvedBy.length}.`;
  throw new Refusal(
    "not_allowed",
    `The post-mortem cannot be published yet. ${why}`,
    "Use Ask for review on its card.",
  );
}

async function record(
  app: App,
  incident: Incident,
  by: Caller,
  action: string,
  details: Readonly<Record<string, string>>,
): Promise<void> {
  await app.audit.add({ actor: by.userId, action, subject: incidentName(incident), details });
}
