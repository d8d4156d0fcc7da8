import type { KnownBlock } from "@slack/types";
import type { StoreLook } from "../../src/domain/operation/store-look.ts";
import type { Session } from "../../src/domain/platform/databases.ts";
import { button, cut, inert, option, section, selectMenu } from "../kit.ts";
import { age } from "./figures.ts";
import type { StoreDrawn } from "./store.ts";

/** A message shows this many rows; the file has all of them. */
export const rowsShown = 8;
const statementShown = 160;

/** The first sessions, some to a block. */
export function sessionBlocks(sessions: readonly Session[]): KnownBlock[] {
  return inSections(sessions.slice(0, rowsShown).map((session) => `• *${session.id}* ${sessionLine(session)}`));
}

/** What a session does, in two lines at most. */
export function sessionLine(session: Session): string {
  const state =
    session.state === "idle-in-transaction"
      ? `:warning: idle in an open transaction for ${age(session.transactionSeconds)}`
      : `runs ${age(session.seconds)}`;
  const parts = [
    state,
    inert(session.application || "unnamed"),
    session.waiting === null || session.blockedBy.length === 0 ? null : `waits for ${session.blockedBy.join(", ")}`,
  ];
  const about = parts.filter((part) => part !== null).join(" · ");
  if (session.statement === "") return about;
  return `${about}\n${session.statement === null ? "_statement hidden_" : `\`${shown(session.statement)}\``}`;
}

/** A session as a line of a file. */
export function sessionText(session: Session): string {
  const waits = session.blockedBy.length > 0 ? `waits for ${session.blockedBy.join(", ")}` : "";
  return [
    session.id,
    session.state,
    `${session.seconds} s`,
    `${session.user}@${session.database}`,
    session.application,
    waits,
    session.statement ?? "hidden",
  ].join("\t");
}

/** Ending the first is a button; the others stand in a menu. A session that must be left alone is not offered. */
export function endButtons(look: Pick<StoreLook, "id">, sessions: readonly Session[]): StoreDrawn["buttons"] {
  const endable = sessions.filter((session) => session.spared === null);
  const [first, ...others] = endable;
  if (!first) return [];
  const cancel =
    first.state === "active"
      ? [button({ action: "ops.db.cancel", text: `Cancel ${first.id}`, about: { id: `${look.id}/${first.id}` } })]
      : [];
  return [
    ...cancel,
    button({
      action: "ops.db.terminate",
      text: `Terminate ${first.id}`,
      about: { id: `${look.id}/${first.id}` },
      style: "danger",
    }),
    ...(others.length > 0
      ? [
          selectMenu(
            "ops.db.terminate-other",
            others.slice(0, 50).map((session) => option(`Terminate ${session.id}`, `${look.id}/${session.id}`)),
            "Another session",
          ),
        ]
      : []),
  ];
}

/** A statement's beginning, as code. */
export function shown(statement: string): string {
  return cut(inert(statement.replaceAll("`", "'")), statementShown) || " ";
}

/** Lines in as few blocks as are easily read. */
export function inSections(lines: readonly string[]): KnownBlock[] {
  const blocks: KnownBlock[] = [];
  for (let start = 0; start < lines.length; start += 4) blocks.push(section(lines.slice(start, start + 4).join("\n")));
  return blocks;
}
