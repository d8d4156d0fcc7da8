import type { KnownBlock } from "@slack/types";
import type { CatchUp } from "../../src/domain/incident/catch-up.ts";
import { shorten } from "../../src/domain/text.ts";
import { context, moment, person, type Reply, reply, section } from "../kit.ts";
import { named, statusOf } from "./phrases.ts";

/** What one person missed, each line with its link. */
export function catchUpReply({ incident, since, lines, left, messages }: CatchUp): Reply {
  const state = `*${named(incident)}* is ${statusOf(incident)}, ${incident.severity}.`;
  const head = since
    ? lines.length === 0 && messages === 0
      ? `Nothing changed since ${moment(since)}.`
      : `Since ${moment(since)}:`
    : "From the start, most important first:";
  const blocks: KnownBlock[] = [section(`${state}\n${head}`)];
  for (let from = 0; from < lines.length; from += 5) {
    blocks.push(
      section(
        lines
          .slice(from, from + 5)
          .map(line)
          .join("\n"),
      ),
    );
  }
  const more = [
    ...(left > 0 ? [`${left} more on the timeline`] : []),
    ...(messages > 0 ? [`${messages} ${messages === 1 ? "message" : "messages"} in the channel`] : []),
  ];
  if (more.length > 0) blocks.push(context(more.join(" · ")));
  return reply(`${named(incident)}: ${lines.length + left} changes`, blocks);
}

function line({ entry, link }: CatchUp["lines"][number]): string {
  const who = entry.actorId ? person(entry.actorId) : "Tocsin";
  const text = shorten(entry.text.replaceAll("\n", " "), 400);
  return `• ${moment(entry.at, "{date_short_pretty} {time}")} ${who}: ${text}${link ? ` (<${link}|look>)` : ""}`;
}
