import { incidentName } from "../../src/domain/incident/incident.ts";
import type { PostmortemFacts } from "../../src/domain/postmortem/facts.ts";
import { missingSections } from "../../src/domain/postmortem/facts.ts";
import { moment, person, type Reply, reply } from "../kit.ts";

/** Told in the incident's channel while a post-mortem is due and not published. */
export function postmortemReminder(facts: PostmortemFacts): Reply {
  const missing = missingSections(facts);
  const due = facts.postmortem.dueAt ? `is due ${moment(facts.postmortem.dueAt)}` : "is waiting";
  const left =
    missing.length > 0
      ? ` Still empty: ${missing.map((one) => one.title).join(", ")}.`
      : " Every required section has a text; it can be published.";
  return reply(
    `${person(facts.postmortem.ownerId)}, the post-mortem of ${incidentName(facts.incident)} ${due}.${left}`,
  );
}
