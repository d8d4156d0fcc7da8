import { Refusal } from "../../src/errors.ts";
import type { ButtonAsk, Command } from "../../src/slack/command.ts";
import { acknowledge } from "../incident/acknowledge.ts";
import { join } from "../incident/join.ts";
import { resolve } from "../incident/resolve.ts";
import { role } from "../incident/role.ts";
import { timeline } from "../incident/timeline.ts";
import { update } from "../incident/update.ts";

const doors: Readonly<Record<string, readonly [Command, string]>> = {
  acknowledge: [acknowledge, "incident.acknowledge"],
  role: [role, "incident.role"],
  update: [update, "incident.update"],
  resolve: [resolve, "incident.resolve"],
  timeline: [timeline, "incident.timeline"],
  join: [join, "incident.join"],
};

/** What was chosen in the menu of an incident on App Home: the same as the button of that name on its card. */
export const homeMenu: NonNullable<Command["buttons"]> = {
  "home.incident": (ask: ButtonAsk) => {
    const [verb = "", id = ""] = ask.about.id.split("/");
    const [owner, action = ""] = doors[verb] ?? [];
    const door = owner?.buttons?.[action];
    if (!door) throw new Refusal("stale", "That menu is no longer in use.", "Open the app's home again.");
    return door({ ...ask, about: { ...ask.about, id } });
  },
};
