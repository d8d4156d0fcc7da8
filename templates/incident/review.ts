import { type ReviewPeriod, reviewFigures } from "../../src/domain/incident/review.ts";
import { actions, button } from "../kit.ts";
import type { View } from "../views.ts";
import { figuresReply } from "./figures.ts";

/** The weekly or monthly review. Subject: period and day. */
export const reviewView: View = async (app, subject) => {
  const [period = "weekly", day = ""] = subject.split(":");
  const { figures, before } = await reviewFigures(app, period as ReviewPeriod, day);
  const heading = period === "weekly" ? `Incidents of the week to ${day}` : `Incidents of the month to ${day}`;
  const note = "Without private incidents, drills and duplicates. Action items: as they stand now.";
  const drawn = figuresReply(app.config, { heading, figures, before, note });
  const buttons = actions([
    button({ action: "incident.actions.overdue", text: "Overdue action items", about: { id: "review" } }),
    button({ action: "incident.list", text: "Open incidents", about: { id: "review" } }),
  ]);
  return { reply: { ...drawn, blocks: [...drawn.blocks, buttons] } };
};
