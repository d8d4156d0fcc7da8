/** Every kind of record the bot keeps, for one transaction. A new kind is one line here and one in App. */
import { actionItemRecords } from "./action-items.ts";
import { alertRecords } from "./alerts.ts";
import { archivingRecords } from "./archiving.ts";
import { armingRecords } from "./armings.ts";
import { auditRecords } from "./audit.ts";
import { archiveRecords } from "./audit-archive.ts";
import { auditLogRecords } from "./audit-log.ts";
import { backupRecords } from "./backups.ts";
import { beliefRecords, visitRecords } from "./beliefs.ts";
import { capturedFileRecords } from "./captured-files.ts";
import { captureRecords } from "./captures.ts";
import { changeRecords } from "./changes.ts";
import { clockRecords } from "./clocks.ts";
import { costRecords } from "./costs.ts";
import { counterpartRecords } from "./counterparts.ts";
import { curationRecords } from "./curation.ts";
import type { RecordContext } from "./database.ts";
import { factorRecords } from "./factors.ts";
import { figureRecords } from "./figures.ts";
import { followerRecords } from "./followers.ts";
import { groupBindingRecords } from "./group-bindings.ts";
import { handoffRecords } from "./handoffs.ts";
import { holdRecords } from "./holds.ts";
import { incidentLinkRecords } from "./incident-links.ts";
import { incidentSearch } from "./incident-search.ts";
import { incidentRecords } from "./incidents.ts";
import { inquiryRecords } from "./inquiries.ts";
import { leaseRecords } from "./leases.ts";
import { lockRecords } from "./locks.ts";
import { newcomerRecords } from "./newcomers.ts";
import { operationRecords } from "./operations.ts";
import { outsideShiftRecords } from "./outside-shifts.ts";
import { overrideRecords } from "./overrides.ts";
import { pageRecords } from "./pages.ts";
import { names, peopleRecords } from "./people.ts";
import { postmortemWorkRecords } from "./postmortem-work.ts";
import { postmortemRecords } from "./postmortems.ts";
import { publicRecords } from "./public-page.ts";
import { reactionRecords } from "./reactions.ts";
import { reconciliationRecords } from "./reconciliations.ts";
import { releaseWatchRecords } from "./release-watches.ts";
import { reportRecords } from "./reports.ts";
import { sampleRecords } from "./samples.ts";
import { securityStepRecords } from "./security-steps.ts";
import { storeLookRecords } from "./store-looks.ts";
import { ticketRequestRecords } from "./ticket-requests.ts";
import { tickRecords } from "./ticks.ts";
import { timelineRecords } from "./timeline.ts";
import { turnRecords } from "./turns.ts";
import { watchRecords } from "./watches.ts";

export function recordsOf(context: RecordContext) {
  return {
    names: names(context),
    people: peopleRecords(context),
    overrides: overrideRecords(context),
    pages: pageRecords(context),
    handoffs: handoffRecords(context),
    outsideShifts: outsideShiftRecords(context),
    incidents: incidentRecords(context),
    watches: watchRecords(context),
    clocks: clockRecords(context),
    search: incidentSearch(context),
    links: incidentLinkRecords(context),
    figures: figureRecords(context),
    archiving: archivingRecords(context),
    followers: followerRecords(context),
    publicPage: publicRecords(context),
    securitySteps: securityStepRecords(context),
    timeline: timelineRecords(context),
    curation: curationRecords(context),
    reactions: reactionRecords(context),
    captures: captureRecords(context),
    beliefs: beliefRecords(context),
    visits: visitRecords(context),
    capturedFiles: capturedFileRecords(context),
    reconciliations: reconciliationRecords(context),
    postmortems: postmortemRecords(context),
    postmortemWork: postmortemWorkRecords(context),
    actionItems: actionItemRecords(context),
    counterparts: counterpartRecords(context),
    ticketRequests: ticketRequestRecords(context),
    operations: operationRecords(context),
    locks: lockRecords(context),
    holds: holdRecords(context),
    factors: factorRecords(context),
    groupBindings: groupBindingRecords(context),
    leases: leaseRecords(context),
    storeLooks: storeLookRecords(context),
    backups: backupRecords(context),
    reports: reportRecords(context),
    changes: changeRecords(context),
    inquiries: inquiryRecords(context),
    samples: sampleRecords(context),
    costs: costRecords(context),
    ticks: tickRecords(context),
    turns: turnRecords(context),
    newcomers: newcomerRecords(context),
    releaseWatches: releaseWatchRecords(context),
    armings: armingRecords(context),
    alerts: alertRecords(context),
    auditLog: auditLogRecords(context),
    archive: archiveRecords(context),
    audit: auditRecords(context),
  };
}
