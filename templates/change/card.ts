import type { KnownBlock } from "@slack/types";
import { principalsInWords } from "../../src/domain/access/principal.ts";
import { type Change, type ChangeClass, changeName } from "../../src/domain/change/change.ts";
import { stateWords } from "../../src/domain/change/keep.ts";
import { quoteTyped } from "../../src/domain/text.ts";
import {
  actions,
  type ButtonFacts,
  button,
  context,
  cut,
  fields,
  inert,
  moment,
  person,
  type Reply,
  reply,
  section,
} from "../kit.ts";

const marks: Readonly<Record<Change["state"], string>> = {
  draft: ":memo:",
  review: ":hourglass_flowing_sand:",
  approved: ":clipboard:",
  "in-progress": ":arrows_counterclockwise:",
  verified: ":white_check_mark:",
  failed: ":x:",
  closed: ":white_check_mark:",
  cancelled: ":no_entry_sign:",
};

/** One change: what, why, how it is approved and where it stands, with what can be done next. */
export function changeCard(change: Change, kind: ChangeClass | null): Reply {
  const name = `${changeName(change)} ${inert(change.title)}`;
  const head = `${marks[change.state]} *${name}*\n${inert(change.class)} change, ${stateWords[change.state]} · asked by ${person(change.requesterId)}`;
  const long = (label: string, text: string) =>
    text === "" ? [] : [section(`*${label}*\n${cut(quoteTyped(text), 900)}`)];
  const blocks: KnownBlock[] = [
    section(head),
    ...long("What", change.what),
    ...long("Why", change.why),
    fields([
      ["Services", inert(change.services.join(", "))],
      ["Window", change.window === null ? "none" : `${moment(change.window.from)} to ${moment(change.window.until)}`],
    ]),
    ...long("Test evidence", change.test),
    ...long("Way back", change.rollback),
    ...(change.result === null
      ? []
      : long(change.endedAt && change.state === "failed" ? "What went wrong" : "Seen", change.result)),
    ...notesOf(change),
    context(...standing(change, kind)),
  ];
  const next = buttonsOf(change);
  if (next.length > 0) blocks.push(actions(next.map(button), "change"));
  return reply(`${changeName(change)} ${change.title}: ${stateWords[change.state]}`, blocks);
}

const notesShown = 10;

function notesOf({ notes = [] }: Change) {
  if (notes.length === 0) return [];
  const lines = notes
    .slice(-notesShown)
    .map(({ at, text, byId }) => `${moment(at, "{time}")} ${cut(inert(text), 180)} – ${person(byId)}`);
  const earlier = notes.length > notesShown ? `\n_${notes.length - notesShown} earlier_` : "";
  return [section(`*Recorded*\n${lines.join("\n")}${earlier}`)];
}

function standing(change: Change, kind: ChangeClass | null): string[] {
  const given = change.approvals.map(({ userId }) => person(userId)).join(", ");
  const left = Math.max(0, (kind?.approvals ?? 0) - change.approvals.length);
  const approval =
    change.state === "review" && kind !== null
      ? `Needs ${left} ${left === 1 ? "approval" : "approvals"} by ${principalsInWords(kind.approvers)}, not ${person(change.requesterId)}${given === "" ? "" : ` (given: ${given})`}`
      : given === ""
        ? (kind?.approvals ?? 0) === 0
          ? "Approved beforehand by its class"
          : "Not approved yet"
        : `Approved by ${given}`;
  return [
    approval,
    ...((change.operations ?? []).length === 0
      ? []
      : [`Operations: ${(change.operations ?? []).map((code) => `\`${code}\``).join(", ")}`]),
    ...(change.startedAt === null ? [] : [`Started ${moment(change.startedAt)}`]),
    ...(change.endedAt === null ? [] : [`Ended ${moment(change.endedAt)}`]),
    ...(change.postmortem !== null
      ? [`Post-mortem: ${quoteTyped(change.postmortem)}`]
      : change.postmortemDueAt === null
        ? []
        : [`Post-mortem due ${moment(change.postmortemDueAt)}`]),
  ];
}

function buttonsOf(change: Change): ButtonFacts[] {
  const about = { id: change.id, version: change.version };
  const one = (action: string, text: string, style?: "primary" | "danger"): ButtonFacts => ({
    action: `ops.change.${action}`,
    text,
    about,
    ...(style ? { style } : {}),
  });
  const off = {
    ...one("cancel", "Call off"),
    confirm: { title: "Call it off?", text: "It is over then, and can be drafted again.", yes: "Call off", no: "Back" },
  };
  const all: Readonly<Record<Change["state"], ButtonFacts[]>> = {
    draft: [one("submit", "Submit", "primary"), one("edit", "Edit"), off],
    review: [one("approve", "Approve", "primary"), one("return", "Send back", "danger"), one("edit", "Edit"), off],
    approved: [one("start", "Start", "primary"), off],
    "in-progress": [one("verified", "Verified", "primary"), one("failed", "Failed", "danger")],
    verified: [one("close", "Close")],
    failed: [one("close", "Close")],
    closed: [],
    cancelled: [],
  };
  return all[change.state];
}

/** Changes at a glance: those under way first. */
export function changeList(open: readonly Change[], over: readonly Change[]): Reply {
  if (open.length === 0 && over.length === 0) {
    return reply("No change yet.", [section("No change yet. Try `/ops change standard <title>`.")]);
  }
  const block = (title: string, changes: readonly Change[]) =>
    changes.length === 0 ? [] : [section(cut(`*${title}*\n${changes.map(line).join("\n")}`, 2900))];
  return reply(`${open.length} changes under way, ${over.length} over`, [
    ...block("Under way", open),
    ...block("Over", over),
    context("`/ops change CHG-…` shows one with its buttons."),
  ]);
}

function line(change: Change): string {
  const services = change.services.length === 0 ? "" : ` · ${inert(change.services.join(", "))}`;
  const due =
    change.postmortemDueAt !== null && change.postmortem === null
      ? ` · post-mortem due ${moment(change.postmortemDueAt)}`
      : "";
  return `• ${marks[change.state]} \`${changeName(change)}\` ${cut(inert(change.title), 100)} (${inert(change.class)}): ${stateWords[change.state]}${services} · ${person(change.requesterId)}${due}`;
}

/** What is said when the post-mortem of a change is due. */
export function changeDue(change: Change): Reply {
  return reply(
    `:memo: The post-mortem of ${changeName(change)} ${inert(change.title)} is due. ${person(change.requesterId)}, close it with the link.`,
  );
}
