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

/** Told where all incidents are announced, when the owner has been reminded and nothing came of it. */
export function postmortemOverdue(facts: PostmortemFacts): Reply {
  const { postmortem, incident } = facts;
  const since = postmortem.dueAt ? ` was due ${moment(postmortem.dueAt)} and` : "";
  const where = incident.channelId ? ` See <#${incident.channelId}>.` : "";
  return reply(
    `The post-mortem of ${incidentName(incident)}${since} is not published. Its owner is ${person(postmortem.ownerId)}.${where}`,
  );
}
