import type { Channels, OperationDefaults, Role, Severity } from "../domain/configuration.ts";

/** How long health is watched after resolving. */
export const defaultWatchMinutes = 30;

/** What a configuration that leaves a section out gets. */
export const defaultSeverities: readonly Severity[] = [
  severity("SEV1", ["critical"], "Complete outage, data loss", "rotating_light", 5, 15, 48),
  severity("SEV2", ["major"], "Major feature down, significant degradation", "red_circle", 15, 30, 48),
  severity("SEV3", ["minor"], "Minor feature affected, workaround available", "large_orange_circle", 60, 60, null),
  severity("SEV4", ["cosmetic"], "Cosmetic issue, no business impact", "large_blue_circle", null, null, null),
];

function severity(
  name: string,
  aliases: readonly string[],
  summary: string,
  emoji: string,
  respondMinutes: number | null,
  updateMinutes: number | null,
  postmortemHours: number | null,
): Severity {
  return {
    name,
    aliases,
    summary,
    emoji,
    respondMinutes,
    respondIn: "always",
    updateMinutes,
    mitigateMinutes: null,
    resolveMinutes: null,
    watchMinutes: defaultWatchMinutes,
    postmortemHours,
    page: [],
    pageUnresolved: [],
    invite: [],
    closeRequires: [],
  };
}

export const defaultRoles: readonly Role[] = [
  {
    name: "commander",
    title: "Incident commander",
    aliases: ["ic", "lead"],
    summary: "Leads the response and decides; does not fix.",
  },
  {
    name: "communications",
    title: "Communications",
    aliases: ["comms"],
    summary: "Writes the updates and keeps people outside informed.",
  },
  {
    name: "operations",
    title: "Operations",
    aliases: ["ops"],
    summary: "Finds the cause and makes the changes.",
  },
  { name: "scribe", title: "Scribe", aliases: ["notes"], summary: "Keeps the timeline complete." },
];

export const defaultChannels: Channels = {
  incidents: "incidents",
  alerts: null,
  operations: null,
  deployments: null,
  monitoring: null,
  stakeholders: [],
  prefix: "inc",
};

export const defaultReactions = { timeline: "pushpin", actionItem: "white_check_mark" };

/** Fifteen minutes covers a rolling change of a large service; a minute of calm tells a change from a flapping one. */
export const defaultOperations: OperationDefaults = {
  expireMinutes: 15,
  verifyMinutes: 15,
  steadySeconds: 60,
  diagnoseIncidents: true,
};
