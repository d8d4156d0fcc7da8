/** What a severity may ask for before an incident is closed. The post-mortem must be published; the others are typed. */
export const closeFields = [
  "summary",
  "affected",
  "commander",
  "cause",
  "impact",
  "resolution",
  "mitigated",
  "postmortem",
] as const;
export type CloseField = (typeof closeFields)[number];
