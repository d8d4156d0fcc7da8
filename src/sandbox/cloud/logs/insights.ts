import type { LogLine } from "./lines.ts";

export type Row = readonly { readonly field: string; readonly value: string }[];
/** Rows of a query over lines that are ordered by time. */
export type Query = (lines: readonly (LogLine & { readonly group: string })[]) => readonly Row[];

const moment = (at: number) => new Date(at).toISOString().replace("T", " ").replace("Z", "");
const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** A small part of Logs Insights: fields, filter … like, sort by @timestamp, limit, and count(*) by bin(). */
export function readQuery(text: string, refuse: (sentence: string) => Error): Query {
  let fields = ["@timestamp", "@message"];
  const filters: ((message: string) => boolean)[] = [];
  let descending = true;
  let limit = 1000;
  let stats: { readonly as: string; readonly bin: number | null } | null = null;

  for (const command of splitPipes(text)) {
    const [, verb = "", rest = ""] = /^(\w+)\s*([\s\S]*)$/.exec(command) ?? [];
    if (verb === "fields" || verb === "display") {
      fields = rest.split(",").map((field) => field.trim());
      const unknown = fields.find((field) => !["@timestamp", "@message", "@logStream", "@log"].includes(field));
      if (unknown !== undefined) throw refuse(`unexpected symbol found ${unknown}`);
    } else if (verb === "filter") {
      filters.push(...rest.split(/\s+and\s+/i).map((one) => condition(one, refuse)));
    } else if (verb === "sort") {
      const order = /^@timestamp(?:\s+(asc|desc))?$/i.exec(rest.trim());
      if (!order) throw refuse(`unexpected symbol found ${rest}`);
      descending = order[1]?.toLowerCase() === "desc";
    } else if (verb === "limit") {
      limit = Number(rest);
      if (!Number.isInteger(limit) || limit < 1 || limit > 10_000) throw refuse("limit must be from 1 to 10000");
    } else if (verb === "stats") {
      const found = /^count\(\*?\)(?:\s+as\s+(\w+))?(?:\s+by\s+bin\((\d+)([smh])\))?$/i.exec(rest.trim());
      if (!found) throw refuse(`unexpected symbol found ${rest}`);
      stats = { as: found[1] ?? "count(*)", bin: found[2] ? Number(found[2]) * (units[found[3] ?? "m"] ?? 1) : null };
    } else throw refuse(`unexpected symbol found ${verb || command}`);
  }

  return (lines) => {
    const found = lines.filter((line) => filters.every((matches) => matches(line.message)));
    if (stats) return counted(found, stats).slice(0, limit);
    const ordered = descending ? [...found].reverse() : found;
    return ordered
      .slice(0, limit)
      .map((line, index) => [
        ...fields.map((field) => ({ field, value: columnOf(line, field) })),
        { field: "@ptr", value: Buffer.from(`${line.stream} ${line.at} ${index}`).toString("base64") },
      ]);
  };
}

function columnOf(line: LogLine & { readonly group: string }, field: string): string {
  if (field === "@timestamp") return moment(line.at);
  if (field === "@logStream") return line.stream;
  return field === "@log" ? line.group : line.message;
}

/** Pipes within an expression or a text do not end a command. */
function splitPipes(text: string): readonly string[] {
  const commands = text.match(/(?:\/(?:\\.|[^/\\\n])*\/|"[^"]*"|'[^']*'|[^|"'/])+/g) ?? [];
  return commands.map((one) => one.trim()).filter((one) => one !== "" && !one.startsWith("#"));
}

function condition(text: string, refuse: (sentence: string) => Error): (message: string) => boolean {
  const [, not, expression, flags = "", double, single] =
    /^@message\s+(not\s+)?like\s+(?:\/((?:\\.|[^/\\])*)\/(i?)|"([^"]*)"|'([^']*)')$/i.exec(text.trim()) ?? [];
  const plain = double ?? single;
  if (expression === undefined && plain === undefined) throw refuse(`unexpected symbol found ${text}`);
  let test: (message: string) => boolean;
  try {
    const compiled =
      expression === undefined
        ? null
        : new RegExp(expression.replace(/^\(\?i\)/, ""), expression.startsWith("(?i)") ? "i" : flags);
    test = compiled ? (message) => compiled.test(message) : (message) => message.includes(plain ?? "");
  } catch {
    throw refuse(`invalid regular expression ${expression}`);
  }
  return not ? (message) => !test(message) : test;
}

function counted(
  lines: readonly LogLine[],
  { as, bin }: { readonly as: string; readonly bin: number | null },
): readonly Row[] {
  if (bin === null) return [[{ field: as, value: String(lines.length) }]];
  const bins = new Map<number, number>();
  for (const line of lines) {
    const start = Math.floor(line.at / bin) * bin;
    bins.set(start, (bins.get(start) ?? 0) + 1);
  }
  const label = `bin(${bin >= 3_600_000 ? `${bin / 3_600_000}h` : bin >= 60_000 ? `${bin / 60_000}m` : `${bin / 1000}s`})`;
  return [...bins]
    .sort(([one], [other]) => other - one)
    .map(([at, count]) => [
      { field: label, value: moment(at) },
      { field: as, value: String(count) },
    ]);
}
