import type { KnownBlock } from "@slack/types";
import type { Ticked } from "../../src/domain/checklist/checklist.ts";
import { countsOf, overall, stateWords } from "../../src/domain/health/diagnosis.ts";
import type { ReadingState } from "../../src/domain/health/health.ts";
import type { Inquiry } from "../../src/domain/inquiry/inquiry.ts";
import { type ReviewRow, reviewList } from "../../src/domain/review/reviews.ts";
import { actions, button, context, cut, inert, moment, type Reply, reply, section } from "../kit.ts";
import { checklistBlocks } from "./checklist.ts";
import { stateMarks } from "./diagnosis.ts";

const rowsShown = 60;
const order: readonly ReadingState[] = ["critical", "warning", "unknown", "ok"];

/** A review: every item with its verdict and figures, worst first, and what people tick. */
export function reviewCard(
  inquiry: Inquiry<"review">,
  facts: { readonly title: string; readonly ask: readonly Ticked[]; readonly figures: readonly KnownBlock[] },
): Reply {
  const { id, found, question, askedBy } = inquiry;
  const title = question.day === null ? facts.title : `${facts.title}, ${question.day}`;
  if (found === null) return reply(`${title}: looking…`, [section(`:mag: ${inert(title)}: looking…`)]);
  const rows = found.rows.toSorted((one, other) => order.indexOf(one.state) - order.indexOf(other.state));
  const counts = countsOf(rows);
  const blocks: KnownBlock[] = [];
  if (rows.length > 0) blocks.push(section(`${stateMarks[overall(rows)]} *${inert(title)}* · ${counts}`));
  else blocks.push(section(`*${inert(title)}*`));
  const shown = rows.slice(0, rowsShown).map(row);
  for (let start = 0; start < shown.length; start += 5) blocks.push(section(shown.slice(start, start + 5).join("\n")));
  if (rows.length > rowsShown) blocks.push(context(`${rows.length - rowsShown} more are not shown.`));
  const left = facts.ask.filter(({ tick }) => tick === null).length;
  if (facts.ask.length > 0)
    blocks.push(
      context(left === 0 ? "Everything is ticked." : `${left} of ${facts.ask.length} to be ticked by people.`),
    );
  blocks.push(...checklistBlocks(reviewList(id), facts.ask, 10), ...facts.figures.slice(0, 8));
  const why = question.day === null ? ` for <@${askedBy}>` : "";
  return reply(`${title}: ${rows.length > 0 ? counts : "figures"}`, [
    ...blocks.slice(0, 47),
    context(`Seen ${moment(found.at, "{time_secs}")}${why}. Without private incidents and drills.`),
    actions(
      [
        button({ action: "ops.check.again", text: "Look again", about: { id } }),
        ...(rows.some(({ item, state }) => item === "action_items" && state !== "ok")
          ? [button({ action: "incident.actions.overdue", text: "Overdue action items", about: { id: "review" } })]
          : []),
      ],
      "review",
    ),
  ]);
}

function row({ title, state, detail }: ReviewRow): string {
  return `${stateMarks[state]} *${cut(inert(title), 100)}* ${stateWords[state]}: ${cut(inert(detail), 450)}`;
}
