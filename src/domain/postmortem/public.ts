import { createHash } from "node:crypto";
import type { PostmortemFacts } from "./facts.ts";
import type { PublicSettings } from "./settings.ts";

/** What kinds of timeline entry the public reads: what happened to the incident, not who said what. */
const publicKinds = new Set(["declared", "severity", "phase", "update"]);

/** Words of a template that are only of use inside, with the heading above them. */
const inside =
  /^##[^\n]*\n+\{\{(?:people|operations|action items)\}\}\n*|\{\{(?:people|operations|action items|images|picture)\}\}/gm;

/**
 * The same post-mortem as the public may read it: people by what they were in the incident, sections that are never
 * public left out, without operations, images and links to messages. Texts still hold what people wrote;
 * `publicText` goes over them.
 */
export function publicFacts(facts: PostmortemFacts, settings: PublicSettings): PostmortemFacts {
  const names = new Map([...facts.names.keys()].map((id) => [id, roleOf(facts, id)]));
  const left = new Set(settings.leaveOut);
  const sections = facts.sections.filter((one) => !left.has(one.section.id));
  return {
    ...facts,
    names,
    sections,
    images: [],
    people: [],
    operations: [],
    timeline: facts.timeline
      .filter((entry) => publicKinds.has(entry.kind))
      .map((entry) => ({ ...entry, actorId: null, source: null })),
    template: {
      ...facts.template,
      body: facts.template.body
        .replace(inside, "")
        .replace(/\{\{section ([^}]+)\}\}/g, (whole, id: string) => (left.has(id.trim()) ? "" : whole)),
    },
  };
}

function roleOf({ incident }: PostmortemFacts, id: string): string {
  if (id === incident.channelId) return "the incident's channel";
  const held = incident.roles.find((holder) => holder.userId === id);
  return held ? `the ${held.role}` : "a responder";
}

/**
 * Text for the public: names of people become what they were, inner words the public's, links their text; addresses,
 * e-mail addresses, mentions and Slack's ids go.
 */
export function publicText(text: string, facts: PostmortemFacts, settings: PublicSettings): string {
  const seen = [...facts.names].map(([id, name]) => ({ name, role: roleOf(facts, id) }));
  // The same person may be known by a short name in Slack and by the whole one in the configuration.
  const configured = settings.people.map((name) => {
    const same = seen.find((one) =>
      [name, firstOf(name)].some((word) => word.toLowerCase() === one.name.toLowerCase()),
    );
    return { name, role: same?.role ?? "a responder" };
  });
  const people = [...configured, ...seen].flatMap(({ name, role }) => {
    const first = firstOf(name);
    return [...(first.length >= 3 ? [[first, role] as const] : []), [name, role] as const];
  });
  const words = [...people, ...settings.names.map((one) => [one.inner, one.outer] as const)]
    .filter(([inner]) => inner.trim() !== "")
    .toSorted(([a], [b]) => b.length - a.length);
  const bare = text
    .replace(/!?\[((?:[^\][\\]|\\.)*)\]\([^)\s]*(?:\s"[^"]*")?\)/g, "$1")
    .replace(/<(?:https?:|mailto:)[^>\s]*>/gi, "")
    .replace(/\b(?:https?:\/\/|www\.)[^\s)>\]|]*/gi, "")
    .replace(/[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu, "")
    .replace(/\b[UWCSB]0[A-Z0-9]{2,}\b/g, "");
  if (words.length === 0) return bare;
  const outer = new Map(words.map(([inner, said]) => [inner.toLowerCase(), said]));
  const pattern = words.map(([inner]) => inner.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  return bare.replace(
    new RegExp(`(?<![\\p{L}\\p{N}])@?(?:${pattern})(?![\\p{L}\\p{N}])`, "giu"),
    (found) => outer.get(found.replace(/^@/, "").toLowerCase()) ?? outer.get(found.toLowerCase()) ?? "",
  );
}

function firstOf(name: string): string {
  return name.split(/\s+/)[0] ?? "";
}

/** A word that stands for a text: another text, another word. */
export function textSeal(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

export interface DifferenceLine {
  readonly kind: "removed" | "added";
  readonly text: string;
}

/** Line by line, what the second text has instead of the first, in order. Exact up to some thousand lines that differ. */
export function difference(before: string, after: string): readonly DifferenceLine[] {
  // Empty lines are alike everywhere; lined up by them, what belongs together would be torn apart.
  const written = (text: string) => text.split("\n").filter((one) => one.trim() !== "");
  let [a, b] = [written(before), written(after)];
  while (a.length > 0 && b.length > 0 && a[0] === b[0]) [a, b] = [a.slice(1), b.slice(1)];
  while (a.length > 0 && b.length > 0 && a.at(-1) === b.at(-1)) [a, b] = [a.slice(0, -1), b.slice(0, -1)];
  if (a.length * b.length > 4_000_000) {
    return [...a.map((text) => line("removed", text)), ...b.map((text) => line("added", text))];
  }
  // Longest common subsequence, from the end.
  const width = b.length + 1;
  const common = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number) => common[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: DifferenceLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      i += 1;
      j += 1;
    } else if (i < a.length && (j >= b.length || at(i + 1, j) >= at(i, j + 1))) {
      lines.push(line("removed", a[i] ?? ""));
      i += 1;
    } else {
      lines.push(line("added", b[j] ?? ""));
      j += 1;
    }
  }
  return lines;
}

function line(kind: DifferenceLine["kind"], text: string): DifferenceLine {
  return { kind, text };
}
