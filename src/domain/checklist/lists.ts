import { Refusal } from "../../errors.ts";
import { showInquiry } from "../inquiry/inquiry.ts";
import { newcomerSettings, newcomerTicked } from "../newcomer/newcomer.ts";
import type { App } from "../ports.ts";
import { deploymentTicks } from "../release-care/ticking.ts";
import { requireReview } from "../review/reviews.ts";
import { requireTurn, showTurn } from "../upkeep/turns.ts";
import { setTick } from "./checklist.ts";

/** A person ticks an item of one of the lists, or takes the tick away; what shows the list is drawn anew. */
export async function itemTurned(
  app: App,
  list: string,
  change: { readonly index: number; readonly on: boolean; readonly byId: string },
): Promise<void> {
  const at = list.indexOf(":");
  const owner = owners[list.slice(0, at)];
  const found = await owner?.(app, list.slice(at + 1));
  if (!found) throw new Refusal("not_found", "This list is not known here any more.", "Look at the newest message.");
  await setTick(app, list, found.items, change, found.subject);
  await found.redraw(change);
}

interface Owned {
  readonly items: readonly string[];
  /** By which the audit log knows it; left out: the list's own name. */
  readonly subject?: string;
  readonly redraw: (change: { readonly index: number; readonly on: boolean; readonly byId: string }) => Promise<void>;
}

/** By the word a list begins with: what is on it, and how what shows it is drawn anew. */
const owners: Readonly<Record<string, (app: App, id: string) => Promise<Owned | null>>> = {
  review: async (app, id) => {
    const inquiry = await app.inquiries.byId("review", id);
    if (inquiry === null) return null;
    return { items: requireReview(app, inquiry.question.review).ask, redraw: () => showInquiry(app, inquiry) };
  },
  newcomer: async (app, userId) => {
    if ((await app.newcomers.of(userId)) === null) return null;
    return { items: newcomerSettings(app).items, redraw: () => newcomerTicked(app, userId) };
  },
  upkeep: async (app, id) => {
    const { turn, task } = await requireTurn(app, id);
    return { items: task.checklist, redraw: () => showTurn(app, turn) };
  },
  deploy: deploymentTicks,
};
