import { operationInWords, stateInWords } from "../../src/domain/operation/record.ts";
import type { PostmortemFacts } from "../../src/domain/postmortem/facts.ts";
import { cut, inert } from "../kit.ts";
import { type When, whenIn } from "./when.ts";

const width = 1000;
const left = 96;
const lanes = { phases: 34, updates: 84, operations: 124, events: 164, axis: 200 } as const;
const minute = 60_000;
/** So far apart may two marks of the axis be, in minutes. */
const steps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080, 43_200];

/**
 * The incident on one axis, as SVG: phases, updates, operations and what people put on the timeline. Its colours come
 * from the page, so that it is right in light, in dark and on paper.
 */
export function timelinePicture(facts: PostmortemFacts): string {
  const when = whenIn(facts.timeZone);
  const { times } = facts.incident;
  const moments = [
    times.startedAt,
    times.detectedAt,
    times.declaredAt,
    ...[times.acknowledgedAt, times.mitigatedAt, times.resolvedAt].filter((at) => at !== null),
    ...facts.timeline.filter((entry) => entry.kind !== "postmortem").map((entry) => entry.at),
    ...facts.operations.map((one) => one.endedAt ?? one.requestedAt),
  ].map((at) => at.getTime());
  const from = moments.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY);
  const last = times.resolvedAt?.getTime() ?? moments.reduce((most, at) => Math.max(most, at), 0);
  const to = Math.max(last, from + minute);
  const x = (at: Date | number): string => {
    const share = (Math.min(Math.max(Number(at), from), to) - from) / (to - from);
    return (left + share * (width - left - 16)).toFixed(1);
  };
  const name = `From ${when.stamp(new Date(from))} to ${when.stamp(new Date(to))}`;
  return [
    `<svg class="picture" viewBox="0 0 ${width} 232" role="img" aria-label="${inert(name)}" xmlns="http://www.w3.org/2000/svg">`,
    lane("Phase", lanes.phases),
    ...phases(facts, to, x, when),
    lane("Updates", lanes.updates),
    ...facts.timeline
      .filter((entry) => entry.kind === "update" || entry.kind === "phase" || entry.kind === "severity")
      .map((entry) => dot("update", x(entry.at), lanes.updates, `${when.stamp(entry.at)} ${entry.text}`)),
    lane("Operations", lanes.operations),
    ...facts.operations.map((one) => {
      const begun = one.appliedAt ?? one.requestedAt;
      const wide = Math.max(6, Number(x(one.endedAt ?? begun)) - Number(x(begun)));
      const said = `${when.stamp(begun)} ${operationInWords(one)} (${one.code}): ${stateInWords(one)}`;
      return `<rect class="operation" x="${x(begun)}" y="${lanes.operations - 7}" width="${wide.toFixed(1)}" height="14" rx="3">${title(said)}</rect>`;
    }),
    lane("Events", lanes.events),
    ...facts.timeline
      .filter((entry) => !["update", "phase", "severity", "operation", "postmortem"].includes(entry.kind))
      .map((entry) => dot("event", x(entry.at), lanes.events, `${when.stamp(entry.at)} ${entry.text}`)),
    ...axis(from, to, x, when),
    "</svg>",
  ].join("\n");
}

function phases(facts: PostmortemFacts, to: number, x: (at: Date | number) => string, when: When): readonly string[] {
  const { times } = facts.incident;
  const marks = [
    { name: "Unnoticed", at: times.startedAt },
    { name: "Noticed", at: times.detectedAt },
    { name: "Acknowledged", at: times.acknowledgedAt },
    { name: "Mitigated", at: times.mitigatedAt },
  ].filter((mark): mark is { name: string; at: Date } => mark.at !== null);
  const ordered = marks.toSorted((a, b) => a.at.getTime() - b.at.getTime());
  return ordered.flatMap((mark, index) => {
    const end = ordered[index + 1]?.at.getTime() ?? to;
    const wide = Number(x(end)) - Number(x(mark.at));
    if (wide < 0.5) return [];
    const label =
      wide > mark.name.length * 7.5
        ? `<text x="${(Number(x(mark.at)) + 6).toFixed(1)}" y="${lanes.phases + 4}">${mark.name}</text>`
        : "";
    return [
      `<g class="phase ${mark.name.toLowerCase()}"><rect x="${x(mark.at)}" y="${lanes.phases - 13}" width="${wide.toFixed(1)}" height="26">${title(`${mark.name} from ${when.stamp(mark.at)}`)}</rect>${label}</g>`,
    ];
  });
}

function axis(from: number, to: number, x: (at: number) => string, when: When): readonly string[] {
  const step = (steps.find((one) => (to - from) / (one * minute) <= 9) ?? Math.ceil((to - from) / minute / 9)) * minute;
  const several = when.day(new Date(from)) !== when.day(new Date(to));
  const first = Math.ceil(from / step) * step;
  const marks = Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, index) => first + index * step);
  return [
    `<line class="axis" x1="${left}" y1="${lanes.axis}" x2="${width - 16}" y2="${lanes.axis}"/>`,
    ...marks.flatMap((at, index) => {
      const date = new Date(at);
      const newDay = several && (index === 0 || when.day(date) !== when.day(new Date(at - step)));
      return [
        `<line class="axis" x1="${x(at)}" y1="${lanes.axis}" x2="${x(at)}" y2="${lanes.axis + 5}"/>`,
        `<text class="tick" x="${x(at)}" y="${lanes.axis + 17}">${when.time(date)}</text>`,
        ...(newDay ? [`<text class="tick" x="${x(at)}" y="${lanes.axis + 29}">${when.day(date)}</text>`] : []),
      ];
    }),
  ];
}

function lane(label: string, y: number): string {
  return `<text class="lane" x="0" y="${y + 4}">${label}</text><line class="rule" x1="${left}" y1="${y}" x2="${width - 16}" y2="${y}"/>`;
}

function dot(kind: string, x: string, y: number, said: string): string {
  return `<circle class="${kind}" cx="${x}" cy="${y}" r="5">${title(said)}</circle>`;
}

/** What shows while one points at it; Slack's own escapes are taken back, since all of it is escaped here. */
function title(said: string): string {
  const plain = said.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
  return `<title>${inert(cut(plain.replace(/\s+/g, " "), 160))}</title>`;
}
