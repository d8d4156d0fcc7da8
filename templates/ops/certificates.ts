import type { KnownBlock } from "@slack/types";
import { countsOf, overall } from "../../src/domain/health/diagnosis.ts";
import type { Inquiry } from "../../src/domain/inquiry/inquiry.ts";
import { actions, button, context, cut, inert, moment, type Reply, reply, section } from "../kit.ts";
import { stateMarks } from "./diagnosis.ts";

const rowsShown = 60;

/** When certificates end, worst first, or that they are being looked at. */
export function certificatesCard({ id, found, askedBy }: Inquiry<"certificates">): Reply {
  if (found === null) return reply("Looking at certificates…", [section(":mag: Looking at certificates…")]);
  const again = actions([button({ action: "ops.certs.again", text: "Look again", about: { id } })], "certificates");
  const footer = context(
    `Seen ${moment(found.at, "{time_secs}")} for <@${askedBy}>. Warning from 30 days before the end, critical from 7.`,
  );
  const { findings } = found;
  if (findings.length === 0) {
    const none =
      "No https address is configured. Add `health` to a service, or `certificates`; see docs/configuration.md.";
    return reply("No https address is configured.", [section(none), footer, again]);
  }
  const rows = findings
    .slice(0, rowsShown)
    .map(({ title, state, detail }) => `${stateMarks[state]} *${inert(title)}* ${cut(inert(detail), 300)}`);
  const blocks: KnownBlock[] = [section(`${stateMarks[overall(findings)]} *Certificates* · ${countsOf(findings)}`)];
  for (let start = 0; start < rows.length; start += 6) blocks.push(section(rows.slice(start, start + 6).join("\n")));
  if (findings.length > rowsShown) blocks.push(context(`${findings.length - rowsShown} more are not shown.`));
  return reply(`Certificates: ${countsOf(findings)}`, [...blocks, footer, again]);
}
