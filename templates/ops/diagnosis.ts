import type { KnownBlock } from "@slack/types";
import type { Link } from "../../src/domain/configuration.ts";
import { countsOf, type Diagnosis, overall, stateWords } from "../../src/domain/health/diagnosis.ts";
import type { ReadingState } from "../../src/domain/health/health.ts";
import type { Picture } from "../../src/domain/health/picture.ts";
import type { Finding } from "../../src/domain/health/thresholds.ts";
import { whyUntold } from "../../src/domain/health/unseen.ts";
import { actions, button, context, cut, type DrawnFile, inert, moment, type Reply, reply, section } from "../kit.ts";
import { type IsolationFacts, isolationLine } from "./isolation.ts";
import { shortened } from "./operation-words.ts";

export const stateMarks: Readonly<Record<ReadingState, string>> = {
  critical: ":red_circle:",
  warning: ":large_orange_circle:",
  unknown: ":grey_question:",
  ok: ":large_green_circle:",
};
const rowsShown = 36;
const causesShown = 3;
/** Each has a name of its own, as Slack asks for. */
const remedyActions = ["ops.diagnose.first", "ops.diagnose.second", "ops.diagnose.third"] as const;

/** What was found about a thing of the catalog: the likely causes, then everything that was read, worst first. */
export function diagnosisCard(
  diagnosis: Diagnosis,
  subject: { readonly title: string; readonly links: readonly Link[]; readonly isolation?: IsolationFacts | undefined },
): Reply {
  const { target, declared } = diagnosis.question;
  const what = `${subject.title} in ${target.environment}`;
  const drill = declared?.drill ? "[Drill] " : "";
  if (diagnosis.found === null)
    return reply(`${drill}Examining ${what}…`, [section(`:mag: ${drill}Examining ${inert(what)}…`)]);
  const { findings, unjudged, unread, causes, at } = diagnosis.found;
  const counts = countsOf(findings);
  const blocks: KnownBlock[] = [section(`${stateMarks[overall(findings)]} ${drill}*${inert(what)}* · ${counts}`)];
  blocks.push(...untoldBlocks(findings, "readings"));
  if (subject.isolation) blocks.push(context(isolationLine(subject.isolation)));
  if (causes.length > 0) {
    const lines = causes.slice(0, causesShown).map(({ text }) => cut(inert(shortened(text)), 500));
    const said = lines.length === 1 ? lines : lines.map((line, index) => `${index + 1}. ${line}`);
    blocks.push(section(`*Likely ${lines.length === 1 ? "cause" : "causes"}*\n${said.join("\n")}`));
  }
  const rows = findings.slice(0, rowsShown).map(findingRow);
  for (let start = 0; start < rows.length; start += 6) blocks.push(section(rows.slice(start, start + 6).join("\n")));
  if (findings.length > rowsShown) blocks.push(context(`${findings.length - rowsShown} more are not shown.`));
  if (unjudged.length > 0) blocks.push(context(`Read, without a threshold: ${listed(unjudged)}`));
  if (unread.length > 0)
    blocks.push(context(`${stateMarks.unknown} unknown, because nothing here reads them: ${listed(unread)}`));
  const links = linksLine(findings, subject.links);
  if (links !== "") blocks.push(context(links));
  return reply(`${drill}${what}: ${counts}`, [
    ...blocks,
    context(footer(diagnosis, at)),
    actions(buttonsOf(diagnosis), "diagnosis"),
  ]);
}

/** What keeps a cloud from telling, before everything else: who reads on knows why so much is unknown. */
export function untoldBlocks(findings: readonly Pick<Finding, "untold">[], of: string): readonly KnownBlock[] {
  return whyUntold(findings, of).map(({ said, next }) => section(`:warning: *${inert(said)}*\n${next}`));
}

/** How the worst of it went, as a picture; the same in words for who cannot see it. */
export function diagnosisPicture({ title, detail, what, png }: Picture): {
  readonly files: readonly DrawnFile[];
  readonly comment: string;
} {
  const alt = cut(`${title} over the last three hours: ${shortened(detail)}`, 1000);
  return {
    files: [
      {
        name: `${typeof what === "string" ? what : "metric"}.png`,
        title: cut(title, 200),
        content: Buffer.from(png, "base64"),
        alt,
      },
    ],
    comment: `${cut(inert(title), 300)}, the last three hours`,
  };
}

function footer({ askedBy, question }: Diagnosis, at: Date): string {
  const why =
    question.declared === null ? `for <@${askedBy}>` : `because ${inert(question.declared.incident)} affects it`;
  return `Seen ${moment(at, "{time_secs}")} ${why}`;
}

function buttonsOf({ id, question, found }: Diagnosis): Parameters<typeof actions>[0] {
  const { name, environment } = question.target;
  const about = { id: `${environment}/${name}` };
  const remedies = (found?.remedies ?? []).slice(0, remedyActions.length).map(({ text }, index) =>
    button({
      action: remedyActions[index] ?? remedyActions[0],
      text: cut(text, 60),
      about: { id: `${id}/${index}/${found?.at.getTime() ?? 0}` },
      ...(text.startsWith("Terminate") ? { style: "danger" as const } : {}),
    }),
  );
  return [
    ...remedies,
    button({ action: "ops.diagnose.again", text: "Look again", about: { id } }),
    ...(found?.scalable
      ? [
          button({ action: "ops.rollback.open", text: cut(`Roll back ${name}`, 60), about }),
          button({ action: "ops.scale.open", text: cut(`Scale ${name}`, 60), about }),
        ]
      : []),
    ...(found?.kind === "service" ? [button({ action: "ops.logs.open", text: "Errors in the log", about })] : []),
    ...(found?.findings.some(({ measure }) => measure === "blocked")
      ? [button({ action: "ops.db.locks", text: "Locks", about })]
      : []),
    ...(found?.findings.some(({ measure }) => measure === "evictions")
      ? [button({ action: "ops.cache.bigkeys", text: "Biggest keys", about })]
      : []),
  ];
}

function linksLine(findings: readonly Finding[], links: readonly Link[]): string {
  const runbooks = findings
    .filter(({ state, runbook }) => runbook && (state === "critical" || state === "warning"))
    .map(({ title, runbook }) => ({ title: `Runbook: ${title}`, url: runbook ?? "" }));
  const all = [...runbooks, ...links].filter(
    (one, index, every) => every.findIndex(({ url }) => url === one.url) === index,
  );
  return all
    .slice(0, 8)
    .map(({ title, url }) => `<${url.replaceAll("&", "&amp;")}|${inert(title)}>`)
    .join(" · ");
}

function listed(names: readonly string[]): string {
  return cut(inert(names.join(", ")), 1000);
}

/** A finding in a line: its mark, title, state and detail. */
export function findingRow({ title, state, detail }: Finding): string {
  return `${stateMarks[state]} *${cut(inert(title), 100)}* ${stateWords[state]}: ${cut(inert(shortened(detail)), 300)}`;
}
