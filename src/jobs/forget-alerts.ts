import { forgetAlerts } from "../domain/alert/forget.ts";
import type { Transact } from "../domain/ports.ts";
import type { JobHandler } from "./handler.ts";

/** Forgets alerts that are long over. */
export function forgetAlertsJob(needs: { readonly transact: Transact }): JobHandler<"forget-alerts"> {
  return { name: "forget-alerts", handle: () => needs.transact(forgetAlerts) };
}
