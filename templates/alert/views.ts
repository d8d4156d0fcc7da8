import type { View } from "../views.ts";
import { alertCardView } from "./card.ts";

/** What is drawn of alerts, by the name intents use. */
export const alertViews: Readonly<Record<string, View>> = { "alert.card": alertCardView };
