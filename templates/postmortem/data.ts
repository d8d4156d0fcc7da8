import { incidentName } from "../../src/domain/incident/incident.ts";
import { operationInWords, stateInWords } from "../../src/domain/operation/record.ts";
import { type PostmortemFacts, sectionText } from "../../src/domain/postmortem/facts.ts";

/** The post-mortem as JSON, for other programs: moments in UTC, people by Slack id with their names beside. */
export function postmortemJson(facts: PostmortemFacts): string {
  const { incident, postmortem } = facts;
  return `${JSON.stringify(
    {
      format: "tocsin-postmortem-1",
      incident: {
        name: incidentName(incident),
        title: incident.title,
        severity: incident.severity,
        kind: incident.kind,
        phase: incident.phase,
        affected: facts.affected,
        times: incident.times,
        roles: incident.roles,
      },
      edition: postmortem.edition,
      publishedAt: postmortem.publishedAt,
      template: facts.template.name,
      score: facts.lint.score,
      findings: facts.lint.findings,
      approvedBy: facts.standing.approvedBy,
      durations: facts.durations.map(({ name, minutes }) => ({ name, minutes })),
      sections: facts.sections.map((one) => ({
        id: one.section.id,
        title: one.section.title,
        kind: one.section.kind,
        text: sectionText(one),
        author: one.written?.authorId ?? null,
        revision: one.written?.revision ?? 0,
      })),
      timeline: facts.timeline.map((entry) => ({
        at: entry.at,
        kind: entry.kind,
        actor: entry.actorId,
        text: entry.text,
        link: entry.source?.permalink ?? null,
      })),
      operations: facts.operations.map((one) => ({
        code: one.code,
        what: operationInWords(one),
        requestedAt: one.requestedAt,
        appliedAt: one.appliedAt,
        outcome: stateInWords(one),
        requester: one.requesterId,
        approvers: one.approvals.map((approval) => approval.userId),
        changes: one.plan?.changes ?? [],
      })),
      actionItems: facts.actionItems.map((item) => ({
        title: item.title,
        owner: item.ownerId,
        due: item.dueOn,
        doneAt: item.doneAt,
      })),
      images: facts.images.map(({ name, at, permalink }) => ({ name, at, link: permalink })),
      names: Object.fromEntries(facts.names),
    },
    null,
    2,
  )}\n`;
}
