import type { SentAlert } from "../domain/alert/alert.ts";
import { known, type Loose, list, record, word } from "./body.ts";
import type { ReadAlerts } from "./senders.ts";

/**
 * Issues that a test of Snyk's found new, and those that are gone since the test before.
 * Source: docs.snyk.io/snyk-api/using-specific-snyk-apis/webhooks-apis/webhooks
 */
export const readSnyk: ReadAlerts = (body, headers) => {
  const event = word(headers["x-snyk-event"]);
  if (event === null) return null;
  if (!event.startsWith("project_snapshot/")) return [];
  const post = record(body);
  const project = record(post.project);
  return [
    ...list(post.newIssues).map((one) => alertOf(record(one), project, "firing")),
    ...list(post.removedIssues).map((one) => alertOf(record(one), project, "resolved")),
  ];
};

function alertOf(issue: Loose, project: Loose, state: SentAlert["state"]): SentAlert {
  const data = record(issue.issueData);
  const id = word(issue.id) ?? word(data.id) ?? "issue";
  const name = word(issue.pkgName);
  const title = word(data.title) ?? id;
  return {
    fingerprint: `${word(project.id) ?? ""}/${id}/${name ?? ""}`,
    title: name ? `${title} in ${name}` : title,
    text: list(issue.pkgVersions).map(word).filter(Boolean).join(", "),
    severity: word(data.severity),
    state,
    labels: known({ project: word(project.name), package: name, id, type: word(issue.issueType) }),
    link: word(data.url) ?? word(project.browseUrl),
    startedAt: null,
    at: null,
  };
}
