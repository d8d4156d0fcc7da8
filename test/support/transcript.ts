import type { Person } from "./person.ts";

/** A message of the transcript as it stands at the end. */
export interface Item {
  readonly ts: string;
  readonly author: string;
  readonly threadTs: string | null;
  text: string;
  deleted: boolean;
  /** Whether the bot could learn of it at all: what was said and deleted while it was away it cannot. */
  knowable: boolean;
  /** Wordings an event told of. */
  readonly seenWordings: string[];
  /** "user name", in order. */
  reactions: string[];
  /** Contents, as latin1. */
  readonly files: string[];
}

const long = "A line of a long log that somebody pasted. ".repeat(930);
/** What people write, the awkward things with it. */
const phrases = [
  "Error rate is at 12 %",
  "مرحبا، الخدمة لا تعمل منذ خمس دقائق",
  "🎉 it is back 👩‍👩‍👧‍👦",
  "```\nERROR <html> & more\n\tat main.ts:12\n```",
  "שלום, התור מתרוקן",
  "a * b _ c ~ d ` e > f",
  "| a | table |\n| - | - |",
  long.slice(0, 39_000),
];
const emoji = ["eyes", "+1", "heart"];

/**
 * Plays what people do in a channel, the same for the same seed: messages, threads, edits, deletions, files, reactions;
 * and keeps what has to be in the log of it. `unseen` is what no event can tell of, where only the outcome can be known.
 */
export function playTranscript(options: {
  readonly channel: string;
  readonly people: readonly Person[];
  readonly seed: number;
}) {
  const { channel } = options;
  const items: Item[] = [];
  const erased: string[] = [];
  let people = [...options.people];
  let state = options.seed;
  let count = 0;
  const random = (below: number): number => {
    // Numerical Recipes' linear congruential generator: small, and the same everywhere.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T;
  const living = (): Item[] => items.filter((item) => !item.deleted);
  const escaped = (text: string): string =>
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const person = (id: string): Person | undefined => people.find((one) => one.id === id);

  async function post(kind: "seen" | "unseen"): Promise<void> {
    const by = pick(people);
    count += 1;
    const text = `Item ${count} of it. ${random(8) === 0 ? pick(phrases) : pick(phrases.slice(0, -1))}`;
    const roots = living().filter((item) => item.threadTs === null);
    const root = random(3) === 0 && roots.length > 0 ? pick(roots) : null;
    const bytes = random(9) === 0 ? Buffer.from(`\x89PNG picture ${count} \xff`, "latin1") : null;
    const ts = bytes
      ? await by.shares(channel, { name: `picture-${count}.png`, bytes }, text, root?.ts)
      : ((await by.types(channel, text, root?.ts)) ?? "");
    items.push({
      ts,
      author: by.id,
      threadTs: root?.ts ?? null,
      text: escaped(text),
      deleted: false,
      knowable: kind === "seen",
      seenWordings: kind === "seen" ? [escaped(text)] : [],
      reactions: [],
      files: bytes ? [bytes.toString("latin1")] : [],
    });
  }

  async function edit(kind: "seen" | "unseen"): Promise<void> {
    const mine = living().filter((item) => person(item.author));
    if (mine.length === 0) return;
    const item = pick(mine);
    count += 1;
    const text = `Item put right ${count}. ${pick(phrases.slice(0, -1))}`;
    await person(item.author)?.edits(channel, item.ts, text);
    item.text = escaped(text);
    if (kind === "seen") item.seenWordings.push(item.text);
  }

  async function remove(): Promise<void> {
    // One with replies leaves a tombstone, one without leaves nothing.
    const mine = living().filter((item) => person(item.author));
    if (mine.length < 10) return;
    const item = pick(mine);
    await person(item.author)?.deletes(channel, item.ts);
    erased.push(...item.seenWordings, item.text);
    item.deleted = true;
  }

  async function react(): Promise<void> {
    const all = living();
    if (all.length === 0) return;
    const item = pick(all);
    const by = pick(people);
    const mark = `${by.id} ${pick(emoji)}`;
    const had = item.reactions.includes(mark);
    await by.reacts(channel, item.ts, mark.split(" ")[1] ?? "", had);
    item.reactions = had ? item.reactions.filter((one) => one !== mark) : [...item.reactions, mark].sort();
  }

  return {
    play: async (acts: number, kind: "seen" | "unseen" = "seen"): Promise<void> => {
      // Whoever comes back finds what is still there.
      if (kind === "seen") for (const item of living()) item.knowable = true;
      for (let turn = 0; turn < acts; turn += 1) {
        const which = random(20);
        if (which < 12) await post(kind);
        else if (which < 15) await edit(kind);
        else if (which < 17) await remove();
        else await react();
      }
    },
    leaves: async (id: string): Promise<void> => {
      await person(id)?.leaves(channel);
      people = people.filter((one) => one.id !== id);
    },
    /** To be asked for when the bot is back: then all that is left can be found. */
    items: () => items.map((item) => ({ ...item, knowable: item.knowable || !item.deleted })),
    /** Beginnings of what was deleted, each to be found nowhere. */
    erased: () => erased.map((text) => text.slice(0, text.indexOf(".") + 1)),
    totals: () => ({
      knowable: items.filter((item) => item.knowable || !item.deleted).length,
      threads: new Set(items.flatMap((item) => item.threadTs ?? [])).size,
      deleted: items.filter((item) => item.deleted && item.knowable).length,
    }),
    get length() {
      return items.length;
    },
  };
}
