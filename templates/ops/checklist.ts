import type { KnownBlock } from "@slack/types";
import type { Ticked } from "../../src/domain/checklist/checklist.ts";
import { button, cut, inert, moment, section } from "../kit.ts";

/** The items of a list that people tick, each with its button; `list` names it, as the button carries it. */
export function checklistBlocks(list: string, items: readonly Ticked[], most = 20): readonly KnownBlock[] {
  return items.slice(0, most).map(({ item, tick }, index) =>
    section(
      tick === null
        ? `:white_large_square: ${cut(inert(item), 1000)}`
        : `:ballot_box_with_check: ${cut(inert(item), 1000)} – <@${tick.byId}>, ${moment(tick.at, "{date_short_pretty} {time}")}`,
      button({
        action: "ops.checklist.turn",
        text: tick === null ? "Tick" : "Undo",
        about: { id: `${list}#${index}#${tick === null ? "on" : "off"}` },
        label: `${tick === null ? "Tick" : "Take the tick away from"} ${cut(item, 50)}`,
      }),
    ),
  );
}
