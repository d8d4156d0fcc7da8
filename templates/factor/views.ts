import type { View } from "../views.ts";
import { factorNotice, factorsRemoved, lockedNotice } from "./messages.ts";

/** What is told of second factors; the subject is what happened and to which: added:<id>, removed:<id>, locked:<person>:<until>. */
export const factorViews = {
  "ops.factor": async (app, subject) => {
    const [what, id = "", ...rest] = subject.split(":");
    if (what === "locked") return { reply: lockedNotice(new Date(rest.join(":"))) };
    const factor = await app.factors.byId(id);
    // What was set up is told as it was, also where it was taken away before the message was sent.
    if (factor === null) return null;
    const shown = what === "added" ? { ...factor, removedAt: null } : factor;
    const others = what === "added" ? [] : await app.factors.removedWith(factor);
    return { reply: factorNotice({ factor: shown, others }) };
  },
  "ops.factor.removed": async (app, subject) => {
    const factor = await app.factors.byId(subject.split(":")[1] ?? "");
    return factor === null ? null : { reply: factorsRemoved(factor) };
  },
} satisfies Readonly<Record<string, View>>;
