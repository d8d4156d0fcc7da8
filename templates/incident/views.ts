import type { View } from "../views.ts";
import { itemReminderView, itemYoursView, ticketTroubleView } from "./action-items.ts";
import { announcementView, withdrawnView } from "./announcement.ts";
import { archiveNoticeView } from "./archive-notice.ts";
import { beliefsView } from "./beliefs.ts";
import { incidentCardView } from "./card.ts";
import { clockRanOutView } from "./clocks.ts";
import { exportView } from "./export.ts";
import { handoffFailedView, handoffReminderView, handoffView } from "./handoff.ts";
import { actionItemNoticeView, noLeadView, noticeView, roleAssignedView, updateDueView, whereView } from "./notices.ts";
import { outsidePageTroubleView, publishDueView } from "./public.ts";
import { reviewView } from "./review.ts";
import { securityView } from "./security.ts";
import { ticketOnlyView } from "./tickets.ts";
import { toldView } from "./told.ts";
import { watchView } from "./watch.ts";

/** What is drawn of incidents, by the name intents use. */
export const incidentViews: Readonly<Record<string, View>> = {
  "incident.card": incidentCardView,
  "incident.announcement": announcementView,
  "incident.withdrawn": withdrawnView,
  "incident.security": securityView,
  "incident.told": toldView,
  "incident.ticket-only": ticketOnlyView,
  "incident.publish-due": publishDueView,
  "incident.outside-page-trouble": outsidePageTroubleView,
  "incident.beliefs": beliefsView,
  "incident.watch": watchView,
  "incident.notice": noticeView,
  "incident.update-due": updateDueView,
  "incident.clock-ran-out": clockRanOutView,
  "incident.no-lead": noLeadView,
  "incident.handoff": handoffView,
  "incident.handoff-reminder": handoffReminderView,
  "incident.handoff-failed": handoffFailedView,
  "incident.where": whereView,
  "incident.role-assigned": roleAssignedView,
  "action-item.notice": actionItemNoticeView,
  "incident.archive-notice": archiveNoticeView,
  "incident.export": exportView,
  "incident.review": reviewView,
  "action-item.reminder": itemReminderView,
  "action-item.yours": itemYoursView,
  "action-item.ticket-trouble": ticketTroubleView,
};
