import { Refusal } from "../../errors.ts";
import { mayServe } from "../people/records.ts";
import type { App } from "../ports.ts";

const why: Readonly<Record<string, string>> = {
  guest: "is a guest",
  outsider: "is not of this workspace",
  deleted: "has left this workspace",
  bot: "is an app",
};

/** Refuses people who cannot work on an incident: guests, people from elsewhere, deactivated ones and apps. */
export async function requireServing(app: App, userId: string, field: string): Promise<void> {
  const known = (await app.people.known([userId])).get(userId);
  if (mayServe(known)) return;
  throw new Refusal(
    "unknown_person",
    `<@${userId}> ${why[known?.kind ?? ""] ?? "cannot hold a role"}; roles are for full members of this workspace.`,
    "Name somebody else.",
    field,
  );
}
