import type { KnownBlock } from "@slack/types";
import { rootBlockers, type StoreLook } from "../../src/domain/operation/store-look.ts";
import type { DatabaseSight, Session } from "../../src/domain/platform/databases.ts";
import { context, fields, inert, section } from "../kit.ts";
import { age, bytes, count, percent } from "./figures.ts";
import { endButtons, inSections, rowsShown, sessionBlocks, sessionLine, sessionText } from "./sessions.ts";
import { explainedStatement, slowStatements } from "./statements.ts";
import type { StoreDrawn } from "./store.ts";

/** One side of a database. Statements come with their literals replaced already. */
export function databaseDrawn(look: Pick<StoreLook, "id">, sight: DatabaseSight): StoreDrawn {
  switch (sight.view) {
    case "active":
      return active(look, sight);
    case "slow":
      return slowStatements(look, sight);
    case "locks":
      return locks(look, sight);
    case "connections":
      return connections(sight);
    case "sizes":
      return sizes(sight);
    case "indexes":
      return indexes(sight);
    case "replication":
      return replication(sight);
    case "explain":
      return explainedStatement(sight);
  }
}

type Of<V extends DatabaseSight["view"]> = Extract<DatabaseSight, { view: V }>;

function active(look: Pick<StoreLook, "id">, sight: Of<"active">): StoreDrawn {
  const { sessions } = sight;
  const open = sessions.filter(({ state }) => state === "idle-in-transaction").length;
  const waiting = sessions.filter(({ blockedBy }) => blockedBy.length > 0).length;
  const parts = [
    `${sessions.length - open} at work`,
    open > 0 ? `${open} idle in an open transaction` : null,
    waiting > 0 ? `${waiting} waiting for others` : null,
    sight.hidden > 0 ? `${sight.hidden} with a hidden statement (the bot's user is not in pg_monitor)` : null,
  ];
  return {
    summary: sessions.length === 0 ? "Nothing is at work." : `${parts.filter((part) => part !== null).join(", ")}.`,
    blocks: sessionBlocks(sessions),
    rest: sessions.length > rowsShown ? sessions.map(sessionText).join("\n") : null,
    buttons: endButtons(look, sessions),
  };
}

function locks(look: Pick<StoreLook, "id">, sight: Of<"locks">): StoreDrawn {
  const roots = rootBlockers(sight.sessions);
  const unheld = withoutHolder(sight);
  if (roots.length === 0 && unheld.length === 0) {
    return { summary: "Nobody waits for a lock.", blocks: [], rest: null, buttons: [] };
  }
  if (roots.length === 0) {
    return {
      summary: `${unheld.length} ${unheld.length === 1 ? "waits" : "wait"} for a lock; who holds it is not known.`,
      blocks: unheldBlocks(sight, unheld),
      rest: unheld.length > rowsShown ? unheld.map(sessionText).join("\n") : null,
      buttons: endButtons(look, unheld),
    };
  }
  const blocks = roots.slice(0, 5).map((root) => {
    const title =
      root.id === "0"
        ? `:lock: A *prepared transaction* holds up ${root.holdsUp}`
        : `:lock: *${root.id}* holds up ${root.holdsUp}`;
    const about = root.session === null ? "" : `\n${sessionLine(root.session)}`;
    return section(
      `${title}${about}\n${tree(root.id, sight.sessions, 1, new Set([root.id]))
        .slice(0, 10)
        .join("\n")}`,
    );
  });
  const waiting = sight.sessions.filter(({ blockedBy }) => blockedBy.length > 0);
  const longest = Math.max(0, ...waiting.map(({ seconds }) => seconds));
  return {
    summary: `${waiting.length} ${waiting.length === 1 ? "waits" : "wait"} for ${roots.length === 1 ? "one" : roots.length} that ${roots.length === 1 ? "holds" : "hold"} them up; the longest for ${age(longest)}.`,
    blocks: [...blocks, ...unheldBlocks(sight, unheld)],
    rest: sight.sessions.length > rowsShown ? sight.sessions.map(sessionText).join("\n") : null,
    buttons: endButtons(
      look,
      roots.flatMap(({ session }) => (session === null ? [] : [session])),
    ),
  };
}

/** Who waits for a lock that the server does not say the holder of. */
function withoutHolder({ sessions, unknownHolders }: Of<"locks">): readonly Session[] {
  if (!unknownHolders) return [];
  return sessions.filter((session) => session.waiting !== null && session.blockedBy.length === 0);
}

function unheldBlocks({ unknownHolders }: Of<"locks">, unheld: readonly Session[]): KnownBlock[] {
  if (unheld.length === 0) return [];
  const lines = unheld.slice(0, rowsShown).map((session) => {
    const who = inert(session.application || session.user);
    return `• *${session.id}* waits for ${inert(session.waiting ?? "")} ${age(session.seconds)} · ${who}`;
  });
  return [
    section(`:warning: *Held by somebody not known*\n${lines.join("\n")}`),
    ...(unknownHolders ? [context(`Unknown: ${inert(unknownHolders)}.`)] : []),
  ];
}

/** Who waits for whom, the nearest first; one that waits for several stands under each. */
function tree(id: string, sessions: readonly Session[], depth: number, above: ReadonlySet<string>): readonly string[] {
  if (depth > 5) return [];
  return sessions
    .filter((session) => session.blockedBy.includes(id) && !above.has(session.id))
    .flatMap((session) => [
      `${"   ".repeat(depth)}└ *${session.id}* waits ${age(session.seconds)} · ${inert(session.application || session.user)}`,
      ...tree(session.id, sessions, depth + 1, new Set([...above, session.id])),
    ]);
}

function connections(sight: Of<"connections">): StoreDrawn {
  const { used, limit, groups } = sight.connections;
  const share = limit > 0 ? used / limit : 0;
  const mark = share >= 0.95 ? ":red_circle: " : share >= 0.8 ? ":large_orange_circle: " : "";
  const by = (kind: "state" | "user" | "application") =>
    groups
      .filter((group) => group.by === kind)
      .slice(0, 8)
      .map((group) => `${inert(group.name)} ${count(group.count)}`)
      .join("\n");
  return {
    summary: `${mark}${used} of ${limit} connections are taken (${Math.round(share * 100)} %).`,
    blocks: [
      fields([
        ["State", by("state")],
        ["Application", by("application")],
        ["User", by("user")],
      ]),
    ],
    rest: null,
    buttons: [],
  };
}

function sizes(sight: Of<"sizes">): StoreDrawn {
  const { tables, databaseBytes, cacheHit, wraparound } = sight.sizes;
  const lines = tables.slice(0, rowsShown).map((table) => {
    const dead =
      table.deadRows !== null && table.deadRows > 0 && table.rows > 0
        ? ` · ${percent(table.deadRows / (table.rows + table.deadRows))} dead`
        : "";
    const vacuumed = table.vacuumedSecondsAgo === null ? "" : ` · vacuumed ${age(table.vacuumedSecondsAgo)} ago`;
    return `• *${inert(table.name)}* ${bytes(table.bytes)} (indexes ${bytes(table.indexBytes)}) · about ${count(table.rows)} rows${dead}${vacuumed}`;
  });
  const danger =
    wraparound !== null && wraparound.age > wraparound.limit / 2
      ? [
          section(
            `:warning: The oldest transaction id is ${count(wraparound.age)} old; the server stops at ${count(wraparound.limit)}.`,
          ),
        ]
      : [];
  return {
    summary: `${bytes(databaseBytes)} in all${cacheHit === null ? "" : `, ${percent(cacheHit)} of reads from memory`}.`,
    blocks: [...danger, ...inSections(lines)],
    rest:
      tables.length > rowsShown
        ? tables
            .map((table) => `${table.name}\t${table.bytes} bytes\tindexes ${table.indexBytes}\t${table.rows} rows`)
            .join("\n")
        : null,
    buttons: [],
  };
}

function indexes(sight: Of<"indexes">): StoreDrawn {
  const { invalid, unused, scanned, resetSecondsAgo, unknown } = sight.indexes;
  if (unknown) {
    return {
      summary: "Use of indexes is not known.",
      blocks: [context(`Unknown: ${inert(unknown)}.`)],
      rest: null,
      buttons: [],
    };
  }
  const list = (rows: typeof invalid) =>
    rows.slice(0, rowsShown).map((row) => `• *${inert(row.name)}* on ${inert(row.table)}, ${bytes(row.bytes)}`);
  const blocks: KnownBlock[] = [];
  if (invalid.length > 0) {
    blocks.push(section(`:warning: *Invalid*: of no use, and kept up to date\n${list(invalid).join("\n")}`));
  }
  if (unused.length > 0) blocks.push(section(`*Never used since the figures began*\n${list(unused).join("\n")}`));
  if (scanned.length > 0) {
    const lines = scanned.map(
      (row) => `• *${inert(row.table)}* read from end to end ${count(row.scans)} times, about ${count(row.rows)} rows`,
    );
    blocks.push(section(`*Tables read without an index*\n${lines.join("\n")}`));
  }
  blocks.push(
    context(
      resetSecondsAgo === null
        ? "The figures were never reset. A replica may use what is unused here."
        : `The figures began ${age(resetSecondsAgo)} ago${resetSecondsAgo < 2_592_000 ? "; less than 30 days say little" : ""}. A replica may use what is unused here.`,
    ),
  );
  return {
    summary: `${invalid.length} invalid, ${unused.length} unused, ${scanned.length} tables read without one.`,
    blocks,
    rest: null,
    buttons: [],
  };
}

function replication(sight: Of<"replication">): StoreDrawn {
  const { replicas, receiving, slots } = sight.replication;
  const lines = replicas.map(
    (one) =>
      `• *${inert(one.name)}* ${inert(one.state)} · ${one.lagSeconds === null ? "lag not known" : `${age(one.lagSeconds)} behind`} · ${bytes(one.lagBytes)}`,
  );
  const kept = slots.map(
    (slot) =>
      `• ${slot.active ? "" : ":warning: "}*${inert(slot.name)}* ${slot.active ? "in use" : "not in use"}, keeps ${bytes(slot.retainedBytes)}`,
  );
  const trouble = receiving?.trouble ? `: it ${inert(receiving.trouble)}` : "";
  const summary =
    receiving === null
      ? `Primary with ${replicas.length} ${replicas.length === 1 ? "replica" : "replicas"}.`
      : receiving.connected
        ? `${trouble === "" ? "" : ":red_circle: "}Replica, ${receiving.lagSeconds === null ? "lag not known" : `${age(receiving.lagSeconds)} behind`}${trouble}.`
        : ":red_circle: Replica that receives nothing: how far it is behind is not known.";
  return {
    summary,
    blocks: [
      ...(lines.length > 0 ? [section(`*Replicas*\n${lines.join("\n")}`)] : []),
      ...(kept.length > 0 ? [section(`*Slots*\n${kept.join("\n")}`)] : []),
    ],
    rest: null,
    buttons: [],
  };
}
