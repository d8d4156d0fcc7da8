import type { CaptureCounts, CaptureGap, Found, ReconcileReason } from "../../src/domain/capture/records.ts";
import type { Incident } from "../../src/domain/incident/incident.ts";
import { actions, button, context, inert, moment, type Reply, reply, section } from "../kit.ts";
import { about, named } from "./phrases.ts";

const mostGaps = 8;

const reasons: Readonly<Record<ReconcileReason, string>> = {
  start: "after I started",
  reconnect: "after the line to Slack broke",
  resolve: "when it was resolved",
  asked: "when somebody asked",
};

export interface CaptureCheck {
  readonly incident: Incident;
  readonly counts: CaptureCounts;
  readonly gaps: readonly CaptureGap[];
}

/** How completely an incident's channel was captured, to one person. */
export function captureCheck({ incident, counts, gaps }: CaptureCheck): Reply {
  const said = [
    `${number(counts.messages, "message")}${counts.deleted > 0 ? `, ${counts.deleted} of them deleted in Slack and erased here` : ""}`,
    `${number(counts.threads, "thread")}, ${number(counts.edits, "edit")}, ${number(counts.reactions, "reaction")} set or taken away`,
    filesLine(counts.files),
  ].filter(Boolean);
  const text = `The capture of ${named(incident)}: ${number(counts.messages, "message")}, ${number(counts.threads, "thread")}, ${number(gaps.length, "gap")}, ${counts.backFilled} back-filled.`;
  return reply(text, [
    section(`*The capture of ${named(incident)}*\n${said.join("\n")}`),
    section(
      `*${number(gaps.length, "gap")}, ${counts.backFilled} back-filled*${gapLines(gaps, counts.reconciledAt !== null)}`,
    ),
    context(
      `${lastCompared(counts)}${counts.trouble ? ` Slack would not let me read it: ${inert(counts.trouble)}.` : ""}`,
    ),
    actions([
      button({ action: "incident.timeline.reconcile", text: "Compare with Slack now", about: about(incident) }),
    ]),
  ]);
}

function lastCompared(counts: CaptureCounts): string {
  if (counts.underWay) return "Being compared with Slack now.";
  if (!counts.reconciledAt || !counts.reconciledFor) return "Not compared with Slack yet.";
  return `Last compared with Slack ${moment(counts.reconciledAt)}, ${reasons[counts.reconciledFor]}.`;
}

function gapLines(gaps: readonly CaptureGap[], isCompared: boolean): string {
  if (gaps.length === 0) return isCompared ? "\nNothing was missed, as far as it was compared." : "";
  const shown = gaps.slice(-mostGaps).map((gap) => {
    const [from, to] = [moment(gap.from), moment(gap.to, "{time}")];
    return `• ${from} to ${to}: ${foundLine(gap.found)}, found ${reasons[gap.foundFor]}`;
  });
  const hidden = gaps.length - shown.length;
  return ["", ...(hidden > 0 ? [`• ${hidden} earlier`] : []), ...shown].join("\n");
}

function foundLine(found: Found): string {
  const parts = [
    found.messages > 0 ? number(found.messages, "message") : "",
    found.edits > 0 ? number(found.edits, "edit") : "",
    found.deletions > 0 ? number(found.deletions, "deletion") : "",
    found.reactions > 0 ? number(found.reactions, "reaction") : "",
  ];
  return parts.filter(Boolean).join(", ");
}

function filesLine(files: CaptureCounts["files"]): string {
  const parts = [
    files.kept > 0 ? `${number(files.kept, "file")} copied` : "",
    files.waiting > 0 ? `${files.waiting} being copied` : "",
    files["too-big"] > 0 ? `${files["too-big"]} over 10 MB left in Slack` : "",
    files.unavailable > 0 ? `${files.unavailable} not to be had` : "",
    files.erased > 0 ? `${files.erased} erased` : "",
  ];
  return parts.filter(Boolean).join(", ");
}

function number(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
