import type { KnownBlock } from "@slack/types";
import type { Inquiry } from "../../src/domain/inquiry/inquiry.ts";
import type { LogLine } from "../../src/domain/logs/logs.ts";
import type { ErrorGroup } from "../../src/domain/logs/patterns.ts";
import { actions, button, context, cut, type DrawnFile, inert, moment, type Reply, reply, section } from "../kit.ts";
import { age, count } from "./figures.ts";

const groupsShown = 8;
const linesShown = 15;
const lineCharacters = 220;

/** A service's log: its errors by pattern, the newest lines, or that it is being read. */
export function logsCard(inquiry: Inquiry<"logs">): Reply {
  const { question, found, id } = inquiry;
  const name = inert(`${question.target.name} in ${question.target.environment}`);
  const asked = inert(askedFor(inquiry));
  if (found === null)
    return reply(`Reading the log of ${name}…`, [section(`:mag: Reading the log of ${name} (${asked})…`)]);
  const following = question.followUntil !== null && question.followUntil > found.at;
  const again = following
    ? button({ action: "ops.logs.stop", text: "Stop following", about: { id } })
    : button({ action: "ops.logs.again", text: "Look again", about: { id } });
  const until =
    following && question.followUntil ? `, followed until ${moment(question.followUntil, "{time_secs}")}` : "";
  const footer = context(`Seen ${moment(found.at, "{time_secs}")} for <@${inquiry.askedBy}>${until}`);
  if (found.trouble !== null) {
    const why = cut(inert(found.trouble), 1000);
    return reply(`The log of ${name} could not be read: ${why}`, [
      section(`:grey_question: The log of *${name}* could not be read (${asked})\n${why}`),
      footer,
      actions([again], "logs"),
    ]);
  }
  const { groups, lines, total } = found;
  const errors = groups.reduce((sum, group) => sum + group.count, 0);
  const summary =
    total === 0
      ? "no line fits."
      : `${count(total)} ${total === 1 ? "line" : "lines"}, ${errors === 0 ? "none tells of an error" : `${count(errors)} of an error`}.`;
  const blocks: KnownBlock[] = [section(`*Log of ${name}* · ${asked}\n${summary}`)];
  if (total === 0)
    blocks.push(context("Try a longer time, such as `--since 6h`, or leave `--errors` and `--grep` out."));
  if (partly(inquiry))
    blocks.push(
      context(
        `:warning: There is more than can be read at once: this is what was written from ${moment(found.from, "{time_secs}")} on.`,
      ),
    );
  if (groups.length > 0)
    blocks.push(...inSections(["*Errors by pattern*", ...groups.slice(0, groupsShown).map(groupLine)]));
  if (groups.length > groupsShown)
    blocks.push(context(`${groups.length - groupsShown} more patterns are in the file.`));
  const newest = lines.slice(-linesShown);
  if (newest.length > 0)
    blocks.push(
      ...inSections([`*Newest ${newest.length === 1 ? "line" : `${newest.length} lines`}*`, ...newest.map(shownLine)]),
    );
  const more = lines.length > linesShown || groups.length > 0;
  const file = button({ action: "ops.logs.file", text: `All ${lines.length} as a file`, about: { id } });
  return reply(`The log of ${name}: ${summary}`, [
    ...blocks,
    footer,
    actions([again, ...(more ? [file] : [])], "logs"),
  ]);
}

/** Every line that was kept, and every pattern, as text. */
export function logsFile({ question, found }: Inquiry<"logs">): {
  readonly files: readonly DrawnFile[];
  readonly comment: string;
} | null {
  if (found === null || found.lines.length === 0) return null;
  const { name, environment } = question.target;
  const groups = found.groups.map(({ pattern, count: times }) => `${String(times).padStart(6)}  ${pattern}`);
  const lines = found.lines.map(({ at, source, text }) => `${at.toISOString()} ${source} ${text}`);
  const content = [...(groups.length > 0 ? ["Errors by pattern", ...groups, "", "Lines"] : []), ...lines, ""].join(
    "\n",
  );
  return {
    files: [{ name: `${name}-log.txt`, title: `Log of ${name}`, content }],
    comment: `Log of ${inert(name)} in ${inert(environment)}, seen ${moment(found.at, "{time_secs}")}`,
  };
}

function askedFor({ question }: Inquiry<"logs">): string {
  const parts = [
    `last ${age(question.sinceSeconds)}`,
    question.errors ? "errors" : null,
    question.grep === null ? null : `holding “${question.grep}”`,
  ];
  return parts.filter((part) => part !== null).join(", ");
}

/** Whether less was read than asked for; a second is lost between asking and reading. */
function partly({ question, found }: Inquiry<"logs">): boolean {
  if (found === null) return false;
  return found.at.getTime() - found.from.getTime() < question.sinceSeconds * 1000 - 30_000;
}

function groupLine({ pattern, count: times, first, last }: ErrorGroup): string {
  const when =
    times === 1 ? moment(last, "{time_secs}") : `${moment(first, "{time_secs}")} to ${moment(last, "{time_secs}")}`;
  return `• *${count(times)}* × \`${code(pattern, lineCharacters)}\` ${when}`;
}

function shownLine({ at, source, text }: LogLine): string {
  return `${moment(at, "{time_secs}")} ${inert(source)} \`${code(text, lineCharacters)}\``;
}

function code(text: string, most: number): string {
  return cut(inert(text.replaceAll("`", "'").replace(/\s+/g, " ").trim()), most) || " ";
}

function inSections(lines: readonly string[]): KnownBlock[] {
  const blocks: KnownBlock[] = [];
  for (let start = 0; start < lines.length; start += 6) blocks.push(section(lines.slice(start, start + 6).join("\n")));
  return blocks;
}
