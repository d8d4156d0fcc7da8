import type { Report } from "../../src/domain/report/report.ts";
import { actions, button, context, moment, type Reply, reply, section } from "../kit.ts";
import { secretBlocks, secretsSummary } from "./secrets.ts";

/** A report as its card shows it: what was seen, or that it is being made. */
export function reportReply(report: Report): Reply {
  const { found, askedBy, id } = report;
  if (found === null) return reply("Looking…", [section(":mag: Looking…")]);
  const whom = askedBy === null ? "" : ` for <@${askedBy}>`;
  return reply(secretsSummary(found.seen.secrets), [
    ...secretBlocks(found.seen.secrets),
    context(`Seen ${moment(found.at, "{time_secs}")}${whom}`),
    actions([button({ action: "ops.report.again", text: "Look again", about: { id } })], "report"),
  ]);
}
