import type { KnownBlock } from "@slack/types";
import type { Link } from "../../src/domain/configuration.ts";
import type { Diagnosis } from "../../src/domain/health/diagnosis.ts";
import { type ReadingState, worst } from "../../src/domain/health/health.ts";
import type { Finding } from "../../src/domain/health/thresholds.ts";
import { actions, button, context, cut, inert, moment, type Reply, reply, section } from "../kit.ts";
import { shortened } from "./operation-words.ts";

const marks: Readonly<Record<ReadingState, string>> = {
  critical: ":red_circle:",
  warning: ":large_orange_circle:",
  unknown: ":grey_question:",
  ok: ":large_green_circle:",
};
const words: Readonly<Record<ReadingState, string>> = {
  critical: "critical",
  warning: "warning",
  unknown: "unknown",
  ok: "normal",
};
const rowsShown = 30;

/** What was found about a service: the likely cause, then everything that was read, worst first. */
export function diagnosisCard(
  diagnosis: Diagnosis,
  service: { readonly title: string; readonly links: readonly Link[] } | null,
): Reply {
  const { name, environment } = diagnosis.service;
  const what = `${service?.title ?? name} in ${environment}`;
  if (diagnosis.found === null) return reply(`Examining ${what}…`, [section(`:mag: Examining ${inert(what)}…`)]);
  const { findings, unread, cause, scalable, at } = diagnosis.found;
  const summary = `${what}: ${counted(findings)}`;
  const links = service?.links ?? [];
  const blocks: KnownBlock[] = [section(`${marks[overall(findings)]} *${inert(what)}* · ${counted(findings)}`)];
  if (cause !== null) blocks.push(section(`*Likely cause*\n${cut(inert(shortened(cause)), 600)}`));
  const rows = findings.slice(0, rowsShown).map(row);
  for (let start = 0; start < rows.length; start += 6) blocks.push(section(rows.slice(start, start + 6).join("\n")));
  if (findings.length > rowsShown) blocks.push(context(`${findings.length - rowsShown} more are not shown.`));
  if (unread.length > 0)
    blocks.push(
      context(`${marks.unknown} unknown, because nothing here reads them yet: ${cut(inert(unread.join(", ")), 1000)}`),
    );
  if (links.length > 0)
    blocks.push(
      context(
        links
          .slice(0, 8)
          .map(({ title, url }) => `<${url.replaceAll("&", "&amp;")}|${inert(title)}>`)
          .join(" · "),
      ),
    );
  return reply(summary, [
    ...blocks,
    context(`Seen ${moment(at, "{time_secs}")} for <@${diagnosis.askedBy}>`),
    actions(
      [
        button({ action: "ops.diagnose.again", text: "Look again", about: { id: diagnosis.id } }),
        ...(scalable
          ? [button({ action: "ops.scale.open", text: "Scale", about: { id: `${environment}/${name}` } })]
          : []),
      ],
      "diagnosis",
    ),
  ]);
}

function row({ title, state, detail }: Finding): string {
  return `${marks[state]} *${cut(inert(title), 100)}* ${words[state]}: ${cut(inert(shortened(detail)), 300)}`;
}

/** The mark of the whole: unknown is shown only where nothing is worse, and never as fine. */
function overall(findings: readonly Finding[]): ReadingState {
  return findings.some(({ state }) => state === "warning") && !findings.some(({ state }) => state === "critical")
    ? "warning"
    : worst(findings);
}

function counted(findings: readonly Finding[]): string {
  return (["critical", "warning", "unknown", "ok"] as const)
    .map((state) => ({ state, count: findings.filter((one) => one.state === state).length }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${count} ${words[state]}`)
    .join(", ");
}
