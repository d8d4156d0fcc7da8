import { addHours } from "date-fns/addHours";
import { addMinutes } from "date-fns/addMinutes";
import { subHours } from "date-fns/subHours";
import type { App } from "../ports.ts";
import { tellsTheEnd } from "./settings.ts";

/** Few enough that nothing else waits for it; the rest follows a minute later. */
const atOnce = 500;

/** Has alerts that are long over forgotten within a day; nothing where they are kept for ever. */
export async function armForgetting(app: App, after: Date = addHours(app.now, 24)): Promise<void> {
  if (app.config.alerts?.keepHours == null) return;
  await app.jobs.add("forget-alerts", {}, { key: "next", after });
}

/** Forgets alerts that were over so long ago; those of incidents stay with them. */
export async function forgetAlerts(app: App): Promise<void> {
  const { keepHours = null, sources = [] } = app.config.alerts ?? {};
  if (keepHours === null) return;
  const telling = sources.filter(({ sender }) => tellsTheEnd(sender)).map(({ name }) => name);
  const gone = await app.alerts.forget({ before: subHours(app.now, keepHours), telling, limit: atOnce });
  await armForgetting(app, gone < atOnce ? undefined : addMinutes(app.now, 1));
}
