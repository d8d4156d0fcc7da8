import { remindOfHandoff } from "../domain/incident/handoff.ts";
import type { Transact } from "../domain/ports.ts";
import type { JobHandler } from "./handler.ts";

/** Asks again whoever has not answered a hand-over. */
export function remindHandoff(needs: { readonly transact: Transact }): JobHandler<"remind-handoff"> {
  return {
    name: "remind-handoff",
    handle: ({ handoffId, round }) => needs.transact((app) => remindOfHandoff(app, handoffId, round)),
  };
}
