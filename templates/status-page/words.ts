import type { ComponentState, PublicStatus } from "../../src/domain/status-page/page.ts";

/** How a component does, in words for everybody. */
export const stateWords: Readonly<Record<ComponentState, string>> = {
  operational: "Operational",
  maintenance: "Under maintenance",
  degraded: "Degraded performance",
  partial_outage: "Partial outage",
  major_outage: "Major outage",
};

/** The page's first sentence. */
export const overallWords: Readonly<Record<ComponentState, string>> = {
  operational: "All systems operational",
  maintenance: "Maintenance is under way",
  degraded: "Performance is degraded",
  partial_outage: "There is a partial outage",
  major_outage: "There is a major outage",
};

export const statusWords: Readonly<Record<PublicStatus, string>> = {
  investigating: "Investigating",
  identified: "Identified",
  monitoring: "Monitoring",
  resolved: "Resolved",
};
