import type { IncomingMessage, ServerResponse } from "node:http";
import { startClock } from "./clock.ts";
import { type SandboxCloud, startCloud } from "./cloud/cloud.ts";
import type { CommandState, WorkspaceState } from "./page/protocol.ts";
import { createPage } from "./page/server.ts";
import { type Partners, startPartners } from "./partners/index.ts";
import { type SandboxSlack, startSlack } from "./slack/slack.ts";

export interface WorldOptions {
  readonly commands: readonly CommandState[];
  readonly shortcuts: WorkspaceState["shortcuts"];
  /** What the app's manifest asks for: bot scopes, and the events it is told of. */
  readonly scopes: readonly string[];
  readonly events: readonly string[];
  /** How many times faster than the wall clock the cloud moves. */
  readonly cloudSpeed: number;
  /** What an earlier world dumped. */
  readonly saved?: unknown;
}

export interface World {
  readonly slack: SandboxSlack;
  readonly cloud: SandboxCloud;
  /** The web services the bot works with: a pager, a tracker, a wiki. */
  readonly partners: Partners;
  /** Answers false for paths that are not the page's. */
  readonly page: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Everything people and the cloud did, as plain JSON. */
  readonly dump: () => unknown;
  readonly stop: () => Promise<void>;
}

interface Saved {
  readonly slack?: unknown;
  readonly cloud?: unknown;
  readonly partners?: Readonly<Record<string, unknown>>;
}

/** A Slack, a cloud, web services and a page to use them by, on 127.0.0.1; what it holds outlives it as far as it was dumped. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const clock = startClock();
  const saved = (options.saved ?? {}) as Saved;
  const [slack, cloud, partners] = await Promise.all([
    startSlack({
      clock,
      commands: options.commands,
      shortcuts: options.shortcuts,
      scopes: options.scopes,
      events: options.events,
      // As src/slack/manifest.ts declares its commands.
      escapeCommands: true,
      ...(saved.slack ? { restore: saved.slack } : {}),
    }),
    startCloud({ clock, speed: options.cloudSpeed, ...(saved.cloud ? { restore: saved.cloud } : {}) }),
    startPartners({ clock, ...(saved.partners ? { restore: saved.partners } : {}) }),
  ]);
  return {
    slack,
    cloud,
    partners,
    page: createPage({ slack, cloud }),
    dump: () => ({ slack: slack.dump(), cloud: cloud.dump(), partners: partners.dump() }),
    stop: async () => {
      await Promise.all([slack.stop(), cloud.stop(), partners.stop()]);
    },
  };
}
