import type { View } from "../views.ts";
import { changeCard, changeDue } from "./card.ts";

/** The views of changes; the subject is the change's id. */
export const changeViews = {
  "ops.change": async (app, subject) => {
    const change = await app.changes.byId(subject);
    if (change === null) return null;
    return { reply: changeCard(change, app.config.changes.find(({ name }) => name === change.class) ?? null) };
  },
  "ops.change.due": async (app, subject) => {
    const change = await app.changes.byId(subject);
    return change === null ? null : { reply: changeDue(change) };
  },
} satisfies Readonly<Record<string, View>>;
