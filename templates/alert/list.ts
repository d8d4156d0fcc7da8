import type { KnownBlock } from "@slack/types";
import type { AlertFacts } from "../../src/domain/alert/facts.ts";
import { context, inert, type Reply, reply, section } from "../kit.ts";
import { heading, small, stateOf } from "./card.ts";

export interface AlertListFacts {
  readonly facts: readonly AlertFacts[];
  readonly total: number;
  /** What of the catalog was asked about; null for everything. */
  readonly service: string | null;
  /** Whether anybody can send alerts at all. */
  readonly hasSources: boolean;
}

/** Everything that fires now, worst first, each with a link to its message. */
export function alertList({ facts, total, service, hasSources }: AlertListFacts): Reply {
  const about = service === null ? "" : ` about ${service}`;
  if (facts.length === 0) {
    const text = `No alert fires${inert(about)}.`;
    const hint =
      "Nobody can send any yet: name a source, or a watch of the bot's own, under `alerts` in the configuration; see docs/alerts.md.";
    return reply(text, [section(hasSources ? text : `${text}\n${hint}`)]);
  }
  const blocks: KnownBlock[] = facts.flatMap((one) => [
    section(one.permalink === null ? heading(one) : `${heading(one)} · <${one.permalink}|message>`),
    context([...small(one), ...stateOf(one)].join(" · ")),
  ]);
  if (total > facts.length) blocks.push(context(`${total - facts.length} more are not shown.`));
  return reply(`${total} ${total === 1 ? "alert fires" : "alerts fire"}${about}`, blocks);
}
