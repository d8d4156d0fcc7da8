import type { KnownBlock } from "@slack/types";
import type { StoreLook } from "../../src/domain/operation/store-look.ts";
import type { DatabaseSight, Statement } from "../../src/domain/platform/databases.ts";
import { context, cut, inert, option, section, selectMenu } from "../kit.ts";
import { age, count } from "./figures.ts";
import { inSections, rowsShown, sessionBlocks, shown } from "./sessions.ts";
import type { StoreDrawn } from "./store.ts";

type Of<V extends DatabaseSight["view"]> = Extract<DatabaseSight, { view: V }>;

/** Statements that took most time, each of which can be explained where the server allows it. */
export function slowStatements(look: Pick<StoreLook, "id">, sight: Of<"slow">): StoreDrawn {
  const { statements, why, longest } = sight;
  const blocks: KnownBlock[] = [];
  if (statements === null) {
    blocks.push(context(`No figures of past statements: ${inert(why ?? "the server keeps none")}.`));
    if (longest.length > 0) blocks.push(section("*Running longest now*"), ...sessionBlocks(longest));
  } else {
    const lines = statements
      .slice(0, rowsShown)
      .map(
        (one) =>
          `• *${took(one.totalMilliseconds)}* in all · ${count(one.calls)} ${one.calls === 1 ? "call" : "calls"} · ${one.meanMilliseconds} ms each\n\`${shown(one.statement)}\``,
      );
    blocks.push(...inSections(lines));
    if (sight.source !== undefined) blocks.push(context(sight.source));
  }
  const first = statements?.[0];
  return {
    summary:
      statements === null
        ? `${longest.length} running now.`
        : first
          ? `${statements.length} statements that took most time; the first ${took(first.totalMilliseconds)} in all.`
          : "No statement was recorded yet.",
    blocks,
    rest:
      statements !== null && statements.length > 0
        ? statements
            .map(
              (one) =>
                `${one.totalMilliseconds} ms\t${one.calls} calls\t${one.meanMilliseconds} ms each\t${one.rows} rows\t${one.statement}`,
            )
            .join("\n")
        : null,
    buttons: explainMenu(look, statements ?? []),
  };
}

/** A time of a statement as it is read: 300 ms, 12 s. */
export function took(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds} ms` : age(milliseconds / 1000);
}

function explainMenu(look: Pick<StoreLook, "id">, statements: readonly Statement[]): StoreDrawn["buttons"] {
  const named = statements.flatMap(({ id, statement }) => (id === null ? [] : [{ id, statement }]));
  if (named.length === 0) return [];
  const options = named.map(({ id, statement }) => option(cut(statement, 75), `${look.id}/${id}`));
  return [selectMenu("ops.db.explain", options, "Explain a statement")];
}

/** Longer plans than this are read in the file. */
const planCharacters = 2800;

/** How the server would carry out a statement. */
export function explainedStatement(sight: Of<"explain">): StoreDrawn {
  const { statement, plan, why, values } = sight;
  const asked = statement === null ? [] : [section(`\`${cut(inert(statement.replaceAll("`", "'")), 1000)}\``)];
  if (plan === null) {
    const summary = `It has no plan to show: ${inert(why ?? "the server gives none")}.`;
    return { summary, blocks: asked, rest: null, buttons: [] };
  }
  const whole = [...new Set(plan.flatMap((line) => /\b(?:Seq|Table) [Ss]can on ([^\s<]\S*)/.exec(line)?.[1] ?? []))];
  const text = plan.join("\n");
  return {
    summary:
      whole.length === 0
        ? "No table is read from end to end."
        : `Read from end to end: ${whole.map((table) => `*${inert(table)}*`).join(", ")}.`,
    blocks: [
      ...asked,
      section(`\`\`\`${cut(inert(text.replaceAll("`", "'")), planCharacters)}\`\`\``),
      context(
        `A plan for ${values === "sample" ? "the values of one of its calls" : "any values"}, not carried out. Costs are the server's own measure; rows are its guess.`,
      ),
    ],
    rest: text.length > planCharacters ? `${statement ?? ""}\n\n${text}` : null,
    buttons: [],
  };
}
