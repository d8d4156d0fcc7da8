import type { SentAlert } from "../domain/alert/alert.ts";
import { known, type Loose, list, record, word } from "./body.ts";
import type { ReadAlerts } from "./senders.ts";

/** Semgrep writes severities as numbers too. */
const numbered: Readonly<Record<string, string>> = { "2": "high", "1": "medium", "0": "low" };

/** New findings of Semgrep's scans; the scans themselves are nothing to tell. Source: semgrep.dev/docs/semgrep-appsec-platform/webhooks */
export const readSemgrep: ReadAlerts = (body) => {
  const posts = (Array.isArray(body) ? list(body) : [body]).map(record);
  const isSemgrep = posts.some((post) => "semgrep_finding" in post || "semgrep_scan" in post);
  if (!isSemgrep && posts.length > 0) return null;
  return posts.flatMap((post) => ("semgrep_finding" in post ? [alertOf(record(post.semgrep_finding))] : []));
};

function alertOf(finding: Loose): SentAlert {
  const check = word(finding.check_id) ?? word(finding.rule_name) ?? "finding";
  const path = word(finding.path);
  const line = word(finding.line);
  const repository = word(finding.repository_name) ?? word(finding.repo_name) ?? word(record(finding.repository).name);
  const severity = word(finding.severity);
  return {
    fingerprint: word(finding.id) ?? word(finding.match_based_id) ?? `${repository ?? ""}/${check}/${path ?? ""}`,
    title: check.split(".").at(-1) ?? check,
    text: [word(finding.message) ?? "", path ? `${path}${line ? `:${line}` : ""}` : ""].filter(Boolean).join("\n"),
    severity: severity === null ? null : (numbered[severity] ?? severity),
    state: "firing",
    labels: known({ repository, check, ref: word(finding.ref) }),
    link: word(finding.line_of_code_url) ?? word(finding.url),
    startedAt: null,
    at: null,
  };
}
