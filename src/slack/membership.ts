import type { Log } from "../domain/ports.ts";
import { refusedWord, type SlackCall } from "./call.ts";
import { within } from "./identity.ts";
import { record } from "./payload.ts";

const insideMilliseconds = 5 * 60_000;
/** Shorter: somebody who is told that the bot is not here invites it. */
const outsideMilliseconds = 10_000;
const lookMilliseconds = 1000;
const mostKnown = 10_000;

/** Which channels the bot is in, as far as it was asked. */
export interface Membership {
  /** Looks where it is not known; never throws, never takes longer than a second. */
  readonly learn: (channelId: string) => Promise<void>;
  /** Null where it is not known. */
  readonly isIn: (channelId: string) => boolean | null;
  /** The bot came into a channel or left it. */
  readonly moved: (channelId: string, isIn: boolean) => void;
}

export function createMembership(options: {
  readonly call: SlackCall;
  readonly now: () => Date;
  readonly log: Log;
}): Membership {
  const known = new Map<string, { readonly isIn: boolean; readonly until: number }>();

  function keep(channelId: string, isIn: boolean): void {
    if (known.size >= mostKnown) known.clear();
    const milliseconds = isIn ? insideMilliseconds : outsideMilliseconds;
    known.set(channelId, { isIn, until: options.now().getTime() + milliseconds });
  }

  function isIn(channelId: string): boolean | null {
    const found = known.get(channelId);
    return found && found.until > options.now().getTime() ? found.isIn : null;
  }

  async function look(channelId: string): Promise<boolean> {
    try {
      const channel = record((await options.call("conversations.info", { channel: channelId })).channel);
      return channel.is_im === true || channel.is_member === true;
    } catch (error) {
      // A private channel the bot is not in does not exist for it.
      if (refusedWord(error) === "channel_not_found") return false;
      throw error;
    }
  }

  return {
    isIn,
    moved: keep,
    learn: async (channelId) => {
      // Direct messages are known by their letter, and reading about them would take one more scope.
      if (channelId.startsWith("D") || isIn(channelId) !== null) return;
      try {
        keep(channelId, await within(look(channelId), lookMilliseconds));
      } catch (error) {
        options.log.debug({ err: error }, "could not learn whether the bot is in a channel");
      }
    },
  };
}
