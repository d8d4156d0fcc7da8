import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { requireMember } from "../incident/access.ts";
import type { App } from "../ports.ts";
import { cleanLine, cleanText } from "../text.ts";
import type { PublicMaintenance } from "./page.ts";
import { refuseInternal } from "./publish.ts";

/** Announces a maintenance on the status page. */
export async function announceMaintenance(
  app: App,
  caller: Caller,
  said: {
    readonly title: string;
    readonly text: string;
    readonly components: readonly string[];
    readonly startsAt: Date | null;
    readonly endsAt: Date | null;
  },
): Promise<PublicMaintenance> {
  requireMember(caller);
  const settings = app.config.statusPage;
  if (!settings) throw noStatusPage();
  const title = cleanLine(said.title);
  if (title === "") throw new Refusal("missing_argument", "Say what is done.", null, "title");
  const { startsAt, endsAt } = said;
  if (!startsAt || !endsAt) throw new Refusal("missing_argument", "Say from when to when.", null, "starts");
  if (endsAt <= startsAt) throw new Refusal("bad_argument", "It must end after it begins.", null, "ends");
  if (endsAt <= app.now) throw new Refusal("bad_argument", "That is over already.", null, "ends");
  const text = cleanText(said.text);
  refuseInternal(title, "title");
  refuseInternal(text, "text");
  const components = settings.components.map(({ name }) => name).filter((name) => said.components.includes(name));
  const maintenance = { id: app.newId(), title, text, components, startsAt, endsAt };
  await app.publicPage.addMaintenance(maintenance);
  await app.audit.add({
    actor: caller.userId,
    action: "status-page.maintenance-announced",
    subject: title,
    details: { text, components, startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString() },
  });
  return maintenance;
}

/** Takes an announced maintenance off the status page. */
export async function cancelMaintenance(app: App, caller: Caller, id: string): Promise<PublicMaintenance> {
  requireMember(caller);
  const removed = await app.publicPage.removeMaintenance(id);
  if (!removed) throw new Refusal("not_found", "That maintenance is gone already.");
  await app.audit.add({
    actor: caller.userId,
    action: "status-page.maintenance-cancelled",
    subject: removed.title,
    details: {},
  });
  return removed;
}

export function noStatusPage(): Refusal {
  return new Refusal(
    "not_possible",
    "There is no status page here.",
    "An administrator adds status_page to the configuration.",
  );
}
