import type { SlowLog, SlowShape } from "../../src/domain/logs/slow-log.ts";
import { context, inert, moment } from "../kit.ts";
import { count } from "./figures.ts";
import { inSections, rowsShown, shown } from "./sessions.ts";
import { took } from "./statements.ts";
import type { StoreDrawn } from "./store.ts";

/** What a server wrote down as slow, the shapes that took most time first; more than fit are in the file. */
export function slowLogDrawn(sight: SlowLog): StoreDrawn {
  const { shapes, statements, differing } = sight;
  const since = `since ${moment(new Date(sight.from), "{date_short_pretty} {time}")}`;
  const [first] = shapes;
  const gap = sight.whole ? [] : ["There was more than is read at once: what is older is left out."];
  if (first === undefined) {
    const blocks = [context(inert(sight.how), ...gap)];
    return { summary: `No slow statement was written down ${since}.`, blocks, rest: null, buttons: [] };
  }
  const lines = shapes.slice(0, rowsShown).map((one) => `• ${figuresOf(one)}\n\`${shown(one.statement)}\``);
  const kinds = `${count(differing)} ${differing === 1 ? "kind" : "kinds"}`;
  const said = `${count(statements)} slow ${statements === 1 ? "statement" : "statements"} of ${kinds} ${since}`;
  return {
    summary: `${said}; the first ${took(first.totalMilliseconds)} in all.`,
    blocks: [...inSections(lines), context(`From the log of ${inert(sight.engine)}; values are left out.`, ...gap)],
    rest: shapes.map(rowOf).join("\n"),
    buttons: [],
  };
}

function figuresOf({ totalMilliseconds, calls, longestMilliseconds, rowsExamined, last }: SlowShape): string {
  const parts = [
    `*${took(totalMilliseconds)}* in all`,
    `${count(calls)} ${calls === 1 ? "time" : "times"}`,
    `${took(longestMilliseconds)} at most`,
    ...(rowsExamined === null ? [] : [`${count(rowsExamined)} rows looked at`]),
    `last ${moment(new Date(last), "{time}")}`,
  ];
  return parts.join(" · ");
}

function rowOf({ statement, calls, totalMilliseconds, longestMilliseconds, rowsExamined, last }: SlowShape): string {
  const rows = rowsExamined === null ? "" : `\t${rowsExamined} rows looked at`;
  return `${totalMilliseconds} ms\t${calls} times\t${longestMilliseconds} ms at most${rows}\tlast ${last}\t${statement}`;
}
