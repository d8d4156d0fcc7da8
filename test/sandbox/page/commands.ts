import type { CommandState } from "../../../src/sandbox/page/protocol.ts";

/** Two commands as a bot declares them. */
export const commands: readonly CommandState[] = [
  {
    command: "/incident",
    description: "Declare and run an incident",
    usageHint: "declare sev2 API returns 500s",
    completions: [
      { text: "declare <severity> <title>", summary: "Declare an incident" },
      { text: "list", summary: "Open incidents" },
      { text: "postmortem", summary: "Write the post-mortem" },
      { text: "resolve", summary: "Say that it is over" },
    ],
  },
  {
    command: "/ops",
    description: "Operate a service",
    usageHint: "scale backend 6",
    completions: [
      { text: "scale <service> <count>", summary: "Set how many tasks run" },
      { text: "scale backend <count>", summary: "Scale backend" },
      { text: "/ops status [service]", summary: "What runs where" },
    ],
  },
];
