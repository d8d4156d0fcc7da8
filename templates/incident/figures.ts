import type { KnownBlock } from "@slack/types";
import type { Configuration } from "../../src/domain/configuration.ts";
import { affectedTitles } from "../../src/domain/incident/affected.ts";
import type { Figures, Spread } from "../../src/domain/incident/figures.ts";
import { inWords } from "../../src/domain/postmortem/durations.ts";
import { barChart, context, fields, header, inert, type Reply, reply, section } from "../kit.ts";

export interface FigureFacts {
  readonly heading: string;
  readonly figures: Figures;
  /** The same for the time before, to compare with; null where nobody asked. */
  readonly before: Figures | null;
  /** Says what is left out. */
  readonly note: string;
}

/** Figures in words and as charts: the words say all that the charts show. */
export function figuresReply(config: Configuration, { heading, figures, before, note }: FigureFacts): Reply {
  const { updates, actions } = figures;
  const severities = config.severities.flatMap(({ name }) => figures.bySeverity.find((one) => one.name === name) ?? []);
  const others = figures.bySeverity.filter(({ name }) => !severities.some((one) => one.name === name));
  const bySeverity = [...severities, ...others];
  const services = figures.byService.map(({ name, count }) => ({
    name: affectedTitles(config, [name])[0] ?? name,
    count,
  }));
  const blocks: KnownBlock[] = [
    header(heading),
    fields([
      [
        "Incidents",
        `${figures.count}${change(figures.count, before?.count)}${figures.open > 0 ? `, ${figures.open} still open` : ""}`,
      ],
      ["Time to acknowledge", spread(figures.acknowledge, before?.acknowledge)],
      ["Time to mitigate", spread(figures.mitigate, before?.mitigate)],
      ["Time to resolve", spread(figures.resolve, before?.resolve)],
      ["Updates on time", share(updates)],
      ["Action items", `${actions.open} open, ${actions.overdue} overdue, ${actions.done} done`],
    ]),
  ];
  if (figures.count > 0) {
    blocks.push(
      section(
        [
          `*By severity:* ${bySeverity.map(({ name, count }) => `${inert(name)} ${count}`).join(", ")}`,
          ...(services.length > 0
            ? [`*By service:* ${services.map(({ name, count }) => `${inert(name)} ${count}`).join(", ")}`]
            : []),
        ].join("\n"),
      ),
      barChart({
        title: "Incidents over time",
        series: [
          {
            name: "Incidents",
            values: figures.over.map(({ from, count }) => ({ label: dayLabel(from, figures), value: count })),
          },
        ],
      }),
    );
    const spans = [
      { label: "Acknowledge", of: figures.acknowledge },
      { label: "Mitigate", of: figures.mitigate },
      { label: "Resolve", of: figures.resolve },
    ].flatMap(({ label, of }) => (of ? [{ label, of }] : []));
    if (spans.length > 0) {
      blocks.push(
        barChart({
          title: "Minutes it took",
          series: [
            { name: "Median", values: spans.map(({ label, of }) => ({ label, value: Math.round(of.median) })) },
            { name: "9 of 10 within", values: spans.map(({ label, of }) => ({ label, value: Math.round(of.p90) })) },
          ],
        }),
      );
    }
  }
  blocks.push(context(note));
  const text = `${heading}: ${figures.count} incidents (${bySeverity.map(({ name, count }) => `${inert(name)} ${count}`).join(", ") || "none"}), resolved in ${spread(figures.resolve)}, ${actions.overdue} action items overdue`;
  return reply(text, blocks);
}

function spread(of: Spread | null, before?: Spread | null): string {
  if (!of) return "–";
  const compared = before ? `, before ${inWords(Math.round(before.median))}` : "";
  return `${inWords(Math.round(of.median))} (9 of 10 within ${inWords(Math.round(of.p90))})${compared}`;
}

function share({ due, onTime }: Figures["updates"]): string {
  return due === 0 ? "–" : `${Math.round((onTime / due) * 100)} % (${onTime} of ${due})`;
}

function change(now: number, before: number | undefined): string {
  return before === undefined ? "" : ` (before ${before})${now > before ? " ↑" : now < before ? " ↓" : ""}`;
}

/** A day, and the time where a part is shorter than one: no two parts are called the same. */
function dayLabel(at: Date, { over }: Figures): string {
  const [first, second] = over;
  const short = first && second && second.from.getTime() - first.from.getTime() < 86_400_000;
  return at
    .toISOString()
    .slice(5, short ? 16 : 10)
    .replace("T", " ");
}
