import type { ActAnswer } from "../../page/protocol.ts";
import { directChannel } from "../channels.ts";
import { type Core, nextTimestamp } from "../core.ts";
import { NotAllowed } from "../failure.ts";
import { viewObject } from "../views.ts";
import type { Person } from "../workspace.ts";

/** Opens the app's Home tab. */
export function homeAct(core: Core, person: Person): ActAnswer {
  if (!core.homeTab) throw new NotAllowed("This app has no Home tab.");
  tellHomeOpened(core, person, "home");
  return { ok: true };
}

/** Tells the app that somebody looks at one of its tabs. */
export function tellHomeOpened(core: Core, person: Person, tab: "home" | "messages"): void {
  const { homes, views, app } = core.workspace;
  const view = views[homes[person.id] ?? ""];
  const channel = directChannel(core, app.botUserId, person.id);
  core.emit({
    subscription: "app_home_opened",
    channel: null,
    event: {
      type: "app_home_opened",
      user: person.id,
      channel: channel.id,
      tab,
      ...(view && tab === "home" ? { view: viewObject(core, view) } : {}),
      event_ts: nextTimestamp(core),
    },
  });
}
