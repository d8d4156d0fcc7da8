import type { Place } from "../intent.ts";
import type { App } from "../ports.ts";

/** Where a person was when they asked, as Slack tells it. */
export interface Asked {
  readonly channelId: string | null;
  readonly channelName: string | null;
}

/**
 * Where what everybody should see is posted: the channel it was asked in, and where the bot cannot post there the
 * operations channel, or else the person's own conversation with the bot.
 */
export function placeFor(app: App, asked: Asked, userId: string): Place {
  if (asked.channelId === null) return elsewhere(app, userId);
  // A conversation between two people looks the same as the one with the bot; only the latter is surely readable.
  if (asked.channelId.startsWith("D")) return { user: userId };
  if (app.workspace.isIn?.(asked.channelId) === false) return elsewhere(app, userId);
  return { channel: asked.channelId };
}

function elsewhere(app: App, userId: string): Place {
  return app.config.channels.operations === null ? { user: userId } : { configured: "operations" };
}

/** Where those who look after operations are told; where announcements go in the absence of such a channel. */
export function operatorsPlace(app: Pick<App, "config">): Place {
  return { configured: app.config.channels.operations === null ? "incidents" : "operations" };
}

/** Whether the place is another one than where the person is, so that they must be told. */
export function isElsewhere(place: Place, asked: Asked): boolean {
  return !("channel" in place) || place.channel !== asked.channelId;
}

/** A place as the end of "The plan comes …". */
export function placeInWords(app: App, place: Place): string {
  if ("channel" in place) return `in <#${place.channel}>`;
  if ("configured" in place)
    return `in #${(app.config.channels[place.configured] ?? place.configured).replace(/^#/, "")}`;
  if ("incident" in place) return "in the incident's channel";
  return "as a direct message";
}
