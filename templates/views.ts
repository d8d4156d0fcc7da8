import type { App } from "../src/domain/ports.ts";
import { alertViews } from "./alert/views.ts";
import { changeViews } from "./change/views.ts";
import { factorViews } from "./factor/views.ts";
import { homeView } from "./home/home.ts";
import { incidentViews } from "./incident/views.ts";
import type { Drawn } from "./kit.ts";
import { oncallViews } from "./oncall/views.ts";
import { groupViews } from "./ops/group.ts";
import { operationViews } from "./ops/views.ts";
import { postmortemViews } from "./postmortem/views.ts";

/** Draws a subject's newest state; called when the message is sent, in a transaction of its own. */
export type View = (app: App, subject: string) => Promise<Drawn | null>;

/** Every view an intent may name. */
export const views: Readonly<Record<string, View>> = {
  home: homeView,
  ...incidentViews,
  ...operationViews,
  ...groupViews,
  ...alertViews,
  ...changeViews,
  ...factorViews,
  ...oncallViews,
  ...postmortemViews,
};
