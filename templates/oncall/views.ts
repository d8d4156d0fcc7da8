import type { View } from "../views.ts";
import { overrideRemovedView, overrideView } from "./override.ts";
import { pageAnsweredView, pageUnansweredView, pageView } from "./page.ts";

/** What is drawn of who is on call, by the name intents use. */
export const oncallViews: Readonly<Record<string, View>> = {
  "oncall.page": pageView,
  "oncall.page-unanswered": pageUnansweredView,
  "oncall.page-answered": pageAnsweredView,
  "oncall.override": overrideView,
  "oncall.override-removed": overrideRemovedView,
};
