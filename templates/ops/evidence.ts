import { csv } from "../../src/domain/csv.ts";
import type { Inquiry } from "../../src/domain/inquiry/inquiry.ts";
import { partTitle } from "../../src/domain/security/parts.ts";
import { context, cut, type DrawnFile, inert, moment, type Reply, reply, section } from "../kit.ts";

/** One piece of evidence: what was found with its counts, what of it is not known, and that its file is below. */
export function evidenceCard({ question, found, askedBy }: Inquiry<"evidence">): Reply {
  const title = inert(partTitle(question.part));
  if (found === null) return reply(`Gathering: ${title}…`, [section(`:mag: Gathering: ${title}…`)]);
  const words = found.trouble ?? `${found.said}.`;
  const said = inert(cut(words.charAt(0).toUpperCase() + words.slice(1), 1500));
  const spanned = question.part.kind === "backup" ? "" : `${moment(question.from)} to ${moment(question.until)} · `;
  return reply(`${title}: ${said}`, [
    section(`${found.trouble === null ? "" : ":grey_question: "}*${title}*\n${said}`),
    ...(found.gaps.length > 0 ? [context(inert(cut(`Not known: ${found.gaps.join("; ")}.`, 1900)))] : []),
    context(`${spanned}gathered ${moment(found.at, "{time_secs}")} for <@${askedBy}>`),
  ]);
}

/** Every row, as a table that spreadsheets open. */
export function evidenceFile({ question, found }: Inquiry<"evidence">): {
  readonly files: readonly DrawnFile[];
  readonly comment: string;
} | null {
  if (found === null || found.rows.length === 0) return null;
  const title = partTitle(question.part);
  const name = title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return {
    files: [{ name: `${name}.csv`, title, content: csv([found.header, ...found.rows]) }],
    comment: inert(title),
  };
}
