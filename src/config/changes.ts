import type { z } from "zod";
import { type ChangeClass, changeFields } from "../domain/change/change.ts";
import { choice, count, hours, list, named, object, paged, principal, text } from "./pieces.ts";

/** Classes of changes as people write them. */
export const changesSchema = named(
  object({
    summary: text.describe("What belongs to it, in one line.").optional(),
    approvals: count(5).describe("How many others must approve; 0: approved beforehand.").optional(),
    approvers: list(principal).describe("Who may approve; left out: members.").optional(),
    requires: list(choice(changeFields)).describe("What it must say before it can be submitted.").optional(),
    page: list(paged).describe("Who is paged when it is submitted: teams of oncall, or Slack user ids.").optional(),
    postmortem_within: hours.describe("When its post-mortem is due after its end: 24h, or none.").optional(),
    operation_approvals: count(5)
      .describe("Each operation carried out under it takes this many approvals at least.")
      .optional(),
  }),
  "a class's name",
).describe("Classes of changes for /ops change; standard, major and emergency when left out.");

const major = { approvals: 2, requires: ["why", "services", "window", "test", "rollback"] } as const;

/** The classes in the order they were written. */
export function completeChanges(written: z.infer<typeof changesSchema> | undefined): readonly ChangeClass[] {
  if (!written) {
    return [
      changeClass("standard", { summary: "Low risk, approved beforehand" }),
      changeClass("major", { summary: "High risk or much affected: reviewed, tested, in a window", ...major }),
      changeClass("emergency", { summary: "Must be done now; reviewed afterwards", postmortem_within: "24h" }),
    ];
  }
  return Object.entries(written).map(([name, one]) => changeClass(name, one));
}

interface WrittenClass {
  readonly summary?: string | undefined;
  readonly approvals?: number | undefined;
  readonly approvers?: readonly string[] | undefined;
  readonly requires?: ChangeClass["requires"] | undefined;
  readonly page?: readonly string[] | undefined;
  readonly postmortem_within?: string | undefined;
  readonly operation_approvals?: number | undefined;
}

function changeClass(name: string, one: WrittenClass): ChangeClass {
  return {
    name,
    summary: one.summary ?? "",
    approvals: one.approvals ?? 0,
    approvers: one.approvers ?? ["members"],
    requires: one.requires ?? [],
    page: one.page ?? [],
    postmortemHours: hoursOf(one.postmortem_within),
    operationApprovals: one.operation_approvals ?? 0,
  };
}

function hoursOf(span: string | undefined): number | null {
  if (span === undefined || span === "none") return null;
  return Number.parseInt(span, 10) * (span.endsWith("d") ? 24 : 1);
}
