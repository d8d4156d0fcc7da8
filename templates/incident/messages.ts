import type { KnownBlock } from "@slack/types";
import type { CapturedMessage } from "../../src/domain/capture/records.ts";
import type { Incident } from "../../src/domain/incident/incident.ts";
import { quoteMessage, shorten } from "../../src/domain/text.ts";
import { type TimelineView, viewWord } from "../../src/domain/timeline/view.ts";
import { actions, button, context, inert, type Modal, modal, moment, person, section } from "../kit.ts";
import { named } from "./phrases.ts";
import { filterWords } from "./timeline.ts";

export const messagesPerPage = 12;

export interface MessagesPage {
  readonly incident: Incident;
  readonly view: TimelineView;
  /** Oldest first. */
  readonly messages: readonly {
    readonly message: CapturedMessage;
    readonly permalink: string;
    readonly files: number;
    readonly onTimeline: boolean;
  }[];
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
}

/** What was said in the channel, to pick from what belongs on the timeline. */
export function messagesModal(page: MessagesPage): Modal {
  const { incident, view, messages } = page;
  const about = { id: viewWord(view) };
  const blocks: KnownBlock[] = [
    context(
      `*${named(incident)}* · what was said in the channel${filterWords({ ...view, group: null, hidden: false })}`,
    ),
    actions(
      [
        button({ action: "incident.timeline.messages-filter", text: "Filter", about }),
        button({ action: "incident.timeline.back", text: "Back to the timeline", about }),
      ],
      "messages-top",
    ),
  ];
  for (const one of messages) {
    const { message } = one;
    const add = button({
      action: "incident.timeline.promote",
      text: "Add",
      about: { id: `${message.channelId}~${message.ts}` },
      label: "Add to the timeline",
    });
    blocks.push(section(messageLine(one), one.onTimeline ? undefined : add));
  }
  if (messages.length === 0) blocks.push(section("Nothing fits."));
  const [first, last] = [messages[0]?.message, messages.at(-1)?.message];
  const turn = (text: string, action: string, place: TimelineView["place"]) =>
    button({ action: `incident.timeline.messages-${action}`, text, about: { id: viewWord({ ...view, place }) } });
  const turns = [
    ...(first && page.hasOlder ? [turn("Older", "older", { before: { at: first.sentAt, id: first.ts } })] : []),
    ...(last && page.hasNewer ? [turn("Newer", "newer", { after: { at: last.sentAt, id: last.ts } })] : []),
  ];
  if (turns.length > 0) blocks.push(actions(turns, `turn-${first?.ts ?? ""}`));
  return modal({ callback: "incident.timeline.messages", title: "Messages", close: "Close", about }, blocks);
}

function messageLine({ message, permalink, files, onTimeline }: MessagesPage["messages"][number]): string {
  const who = message.authorId ? person(message.authorId) : inert(message.authorName ?? "an app");
  const parts = [
    `*${moment(message.sentAt)}* ${who}`,
    `<${permalink}|message>`,
    ...(message.threadTs ? ["in a thread"] : []),
    ...(message.editedTs ? ["edited"] : []),
    ...(files > 0 ? [`${files} ${files === 1 ? "file" : "files"}`] : []),
    ...(onTimeline ? ["_on the timeline_"] : []),
  ];
  const text = shorten(quoteMessage(message.text ?? ""), 1200) || "(without text)";
  return `${parts.join(" · ")}\n${text}`;
}
