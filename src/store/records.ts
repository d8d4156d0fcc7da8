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

/** How each kind is made for a transaction. */
const kinds = {
  names,
  people: peopleRecords,
  overrides: overrideRecords,
  pages: pageRecords,
  handoffs: handoffRecords,
  outsideShifts: outsideShiftRecords,
  incidents: incidentRecords,
  watches: watchRecords,
  clocks: clockRecords,
  search: incidentSearch,
  links: incidentLinkRecords,
  figures: figureRecords,
  archiving: archivingRecords,
  followers: followerRecords,
  publicPage: publicRecords,
  securitySteps: securityStepRecords,
  timeline: timelineRecords,
  curation: curationRecords,
  reactions: reactionRecords,
  captures: captureRecords,
  beliefs: beliefRecords,
  visits: visitRecords,
  capturedFiles: capturedFileRecords,
  reconciliations: reconciliationRecords,
  postmortems: postmortemRecords,
  postmortemWork: postmortemWorkRecords,
  actionItems: actionItemRecords,
  counterparts: counterpartRecords,
  ticketRequests: ticketRequestRecords,
  operations: operationRecords,
  locks: lockRecords,
  holds: holdRecords,
  factors: factorRecords,
  groupBindings: groupBindingRecords,
  leases: leaseRecords,
  storeLooks: storeLookRecords,
  backups: backupRecords,
  reports: reportRecords,
  changes: changeRecords,
  inquiries: inquiryRecords,
  samples: sampleRecords,
  costs: costRecords,
  ticks: tickRecords,
  turns: turnRecords,
  newcomers: newcomerRecords,
  releaseWatches: releaseWatchRecords,
  armings: armingRecords,
  alerts: alertRecords,
  auditLog: auditLogRecords,
  archive: archiveRecords,
  audit: auditRecords,
};

export type Records = { readonly [Name in keyof typeof kinds]: ReturnType<(typeof kinds)[Name]> };

const context = Symbol("context");
const made = Symbol("made");
interface Made {
  readonly [context]: RecordContext;
  readonly [made]: Record<string, unknown>;
}

const getters = Object.create(
  Object.prototype,
  Object.fromEntries(
    Object.entries(kinds).map(([name, make]) => [
      name,
      {
        get(this: Made) {
          this[made][name] ??= make(this[context]);
          return this[made][name];
        },
      },
    ]),
  ),
);

/**
 * Adds every kind of record to what else a transaction offers, which wins. Each is made when it is first asked for: an
 * ask needs a handful of the fifty. They are inherited, so spreading what this answers loses them.
 */
export function withRecords<Rest extends object>(of: RecordContext, rest: Rest): Records & Rest {
  return { __proto__: getters, ...rest, [context]: of, [made]: {} } as unknown as Records & Rest;
}
