import { isMember } from "../../src/domain/incident/access.ts";
import type { Command, EventAsk } from "../../src/slack/command.ts";

/** App Home is drawn when somebody opens it. */
export const homeEvents: NonNullable<Command["events"]> = {
  app_home_opened: async ({ app, caller, event }: EventAsk) => {
    if (event.tab !== "home" || typeof event.user !== "string") return;
    // It names incidents, which guests and people from elsewhere need not know of.
    if (!caller || !isMember(caller)) return;
    await app.outbox.add({ kind: "home", userId: event.user }, "answer");
  },
};
