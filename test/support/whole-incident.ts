/** What Slack must show of an incident that was declared once, however badly things went in between. */
import pg from "pg";
import type { ChannelDetail, MessageState } from "../../src/sandbox/page/protocol.ts";
import type { SandboxSlack } from "../../src/sandbox/slack/slack.ts";

export interface Expected {
  /** A single word of the title that no other incident has. */
  readonly word: string;
  readonly reporterId: string;
  /** Everyone in the channel beside the bot. */
  readonly people: readonly string[];
  readonly bookmarks: readonly string[];
  readonly severity?: string;
  /** People the card must name as not invited. */
  readonly unreachable?: readonly string[];
}

const botUserId = "U0TOC";
/** Sees every public channel. */
const onlooker = "U0EVA";

export function everything(message: Pick<MessageState, "text" | "blocks">): string {
  return `${message.text}\n${JSON.stringify(message.blocks)}`;
}

/** The card of an incident among a channel's messages; the pinned one where there are several. */
export function cardsIn(detail: ChannelDetail, word: string): readonly MessageState[] {
  return detail.messages.filter(
    (message) =>
      message.userId === botUserId &&
      message.blocks.some((block) => block.type === "header" && JSON.stringify(block).includes(word)),
  );
}

/** Every difference to an incident that is there once and whole; none when it is. */
export function flawsOf(slack: Pick<SandboxSlack, "state" | "channel">, expected: Expected): readonly string[] {
  const { word } = expected;
  const flaws: string[] = [];
  const once = (what: string, count: number) => {
    if (count !== 1) flaws.push(`${word}: ${count} × ${what}`);
  };
  const channels = (slack.state(onlooker)?.channels ?? []).filter((one) => one.name.includes(word.toLowerCase()));
  once("channel", channels.length);
  const detail = channels[0] ? slack.channel(onlooker, channels[0].id) : null;
  if (detail) flaws.push(...flawsOfChannel(detail, expected));

  const incidents = slack.channel(onlooker, "C0INCIDENTS")?.messages ?? [];
  const announcements = incidents.filter(
    (message) => message.userId === botUserId && message.subtype === null && everything(message).includes(word),
  );
  once("announcement", announcements.length);
  const [announcement] = announcements;
  if (announcement && detail && !everything(announcement).includes(`<#${detail.channel.id}>`)) {
    flaws.push(`${word}: the announcement does not say where`);
  }
  const direct = (slack.state(expected.reporterId)?.channels ?? []).filter((one) => one.kind === "im");
  const told = direct
    .flatMap((one) => slack.channel(expected.reporterId, one.id)?.messages ?? [])
    .filter((message) => message.userId === botUserId && everything(message).includes(`${word} is down* is in `));
  once("direct message that names the channel", told.length);
  return flaws;
}

function flawsOfChannel(detail: ChannelDetail, expected: Expected): readonly string[] {
  const { word } = expected;
  const flaws: string[] = [];
  const cards = cardsIn(detail, word);
  if (cards.length !== 1) flaws.push(`${word}: ${cards.length} × card`);
  const [card] = cards;
  if (detail.pins.length !== 1 || detail.pins[0] !== card?.ts) flaws.push(`${word}: pinned are ${detail.pins.join()}`);
  const shown = card ? everything(card) : "";
  const missing = /(?:Still trying|Not possible)[^"]*/.exec(shown)?.[0] ?? "";
  const unreachable = expected.unreachable ?? [];
  if (unreachable.length === 0 && missing) flaws.push(`${word}: the card says ${missing}`);
  for (const id of unreachable) {
    if (!missing.includes(`Not possible: inviting`) || !missing.includes(`<@${id}>`))
      flaws.push(`${word}: the card does not name ${id} as not invited, but says "${missing}"`);
  }
  if (!detail.channel.topic.includes(word) || !detail.channel.topic.includes(expected.severity ?? "SEV2")) {
    flaws.push(`${word}: the topic is "${detail.channel.topic}"`);
  }
  const same = (what: string, got: readonly string[], wanted: readonly string[]) => {
    const [left, right] = [got.toSorted().join(", "), wanted.toSorted().join(", ")];
    if (left !== right) flaws.push(`${word}: ${what} are ${left}`);
  };
  same(
    "bookmarks",
    detail.bookmarks.map((one) => one.title),
    expected.bookmarks,
  );
  same("people", detail.channel.memberIds, [...expected.people, botUserId]);
  return flaws;
}

export interface Recorded {
  /** What is still to be sent, worded for a person who reads a failed test. */
  readonly waiting: () => Promise<readonly string[]>;
  /** How often each thing that must be recorded once is, for every incident with the word in its title. */
  readonly flaws: (word: string) => Promise<readonly string[]>;
  readonly query: <R extends pg.QueryResultRow>(text: string, values?: readonly unknown[]) => Promise<readonly R[]>;
  readonly stop: () => Promise<void>;
}

/** A server that was killed is back within this time. */
const awayMilliseconds = 20_000;

function isAway(error: unknown): boolean {
  const { code = "", message = "" } = error as { readonly code?: string; readonly message?: string };
  return /^(?:ECONN|EPIPE|ENOENT|57P0)/.test(code) || /terminated unexpectedly|timeout/.test(message);
}

/** Looks into the bot's database; waits for it while it is away. */
export async function openRecorded(url: string): Promise<Recorded> {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  pool.on("error", () => {});
  const query: Recorded["query"] = async (text, values = []) => {
    const end = Date.now() + awayMilliseconds;
    for (;;) {
      try {
        return (await pool.query(text, [...values])).rows as never;
      } catch (error) {
        if (!isAway(error) || Date.now() > end) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  };
  return {
    query,
    waiting: async () => {
      const rows = await query<{ kind: string; state: string; error: string | null; key: string }>(
        "select kind, state, error, key from outbox where state in ('due', 'sending') order by seq",
      );
      return rows.map((row) => `${row.kind} ${row.key} is ${row.state}${row.error ? ` (${row.error})` : ""}`);
    },
    flaws: async (word) => {
      const found = await query<{ id: string }>("select id from incidents where title like $1", [`%${word}%`]);
      if (found.length !== 1) return [`${word}: recorded ${found.length} times`];
      const entries = await query<{ kind: string; text: string; count: string }>(
        `select kind, case kind when 'member' then actor_id || ' ' || text else text end as text, count(*) as count
         from timeline_entries where incident_id = $1 group by 1, 2`,
        [found[0]?.id],
      );
      const flaws = entries
        .filter((entry) => Number(entry.count) !== 1)
        .map((entry) => `${word}: on the timeline ${entry.count} × ${entry.kind} ${entry.text}`);
      for (const [kind, text] of [
        ["declared", "Declared"],
        ["system", "Opened the channel"],
      ] as const) {
        const count = entries.filter((entry) => entry.kind === kind && entry.text.startsWith(text)).length;
        if (count !== 1) flaws.push(`${word}: on the timeline ${count} × ${kind} ${text}`);
      }
      return flaws;
    },
    stop: () => pool.end(),
  };
}
