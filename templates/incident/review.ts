import type { KnownBlock } from "@slack/types";
import { reviewFigures } from "../../src/domain/incident/review.ts";
import type { App } from "../../src/domain/ports.ts";
import { reviewsOf } from "../../src/domain/review/reviews.ts";
import type { Review, ReviewPeriod } from "../../src/domain/review/settings.ts";
import { timeOn } from "../../src/domain/time/cadence.ts";
import { actions, button, type Reply } from "../kit.ts";
import type { View } from "../views.ts";
import { figuresReply } from "./figures.ts";

const periodWords: Readonly<Record<ReviewPeriod, string>> = { daily: "day", weekly: "week", monthly: "month" };

/** A review of incidents alone. Subject: its name and day. */
export const reviewView: View = async (app, subject) => {
  const [name = "", day = ""] = subject.split(":");
  const review = reviewsOf(app).find((one) => one.name === name);
  if (!review) return null;
  const drawn = await incidentFigures(app, review, day);
  const buttons = actions([
    button({ action: "incident.actions.overdue", text: "Overdue action items", about: { id: "review" } }),
    button({ action: "incident.list", text: "Open incidents", about: { id: "review" } }),
  ]);
  return { reply: { ...drawn, blocks: [...drawn.blocks, buttons] } };
};

/** The figures of the time before a review, as blocks of a larger card. */
export async function figureBlocks(app: App, review: Review, day: string | null): Promise<readonly KnownBlock[]> {
  return (await incidentFigures(app, review, day)).blocks;
}

async function incidentFigures(app: App, review: Review, day: string | null): Promise<Reply> {
  // A review is of the time before it came round, however late it is drawn.
  const came = review.rhythm && day !== null ? timeOn(review.rhythm, day) : null;
  const { figures, before } = await reviewFigures(app, review.period, came ?? app.now);
  const heading = `Incidents of the ${periodWords[review.period]} to ${day ?? app.now.toISOString().slice(0, 10)}`;
  const note = "Without private incidents, drills and duplicates. Action items: as they stand now.";
  return figuresReply(app.config, { heading, figures, before, note });
}
