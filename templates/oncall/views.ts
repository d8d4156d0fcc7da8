import type { View } from "../views.ts";
import { newcomerDoneView, newcomerReminderView, newcomerView, shadowView } from "./newcomer.ts";
import { overrideRemovedView, overrideView } from "./override.ts";
import { pageAnsweredView, pageUnansweredView, pageView } from "./page.ts";

/** What is drawn of who is on call, by the name intents use. */
export const oncallViews: Readonly<Record<string, View>> = {
  "oncall.page": pageView,
  "oncall.page-unanswered": pageUnansweredView,
  "oncall.page-answered": pageAnsweredView,
  "oncall.newcomer": newcomerView,
  "oncall.newcomer-reminder": newcomerReminderView,
  "oncall.newcomer-done": newcomerDoneView,
  "oncall.shadow": shadowView,
  "oncall.override": overrideView,
  "oncall.override-removed": overrideRemovedView,
};
