import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { App, HTTPReceiver, LogLevel } from "@slack/bolt";
import { type SandboxClock, startClock } from "../../../src/sandbox/clock.ts";
import { type SandboxCloud, startCloud } from "../../../src/sandbox/cloud/cloud.ts";
import type { WorkspaceState } from "../../../src/sandbox/page/protocol.ts";
import { createPage } from "../../../src/sandbox/page/server.ts";
import { type SandboxSlack, startSlack } from "../../../src/sandbox/slack/slack.ts";
import { commands } from "./commands.ts";

export interface PageStage {
  readonly address: string;
  readonly slack: SandboxSlack;
  readonly cloud: SandboxCloud;
  readonly clock: SandboxClock;
  readonly bot: App;
  readonly stop: () => Promise<void>;
}

const shortcuts: WorkspaceState["shortcuts"] = [
  { callbackId: "incident_declare", name: "Declare an incident", type: "global" },
  { callbackId: "timeline_add", name: "Add to the timeline", type: "message" },
];

/** The real sandbox with a small Bolt app in it, behind the page; `listen` adds what the app does. */
export async function startPageStage(
  listen: (bot: App, stage: { readonly slack: SandboxSlack }) => void,
): Promise<PageStage> {
  const clock = startClock();
  const [slack, cloud] = await Promise.all([startSlack({ clock, commands, shortcuts }), startCloud({ clock })]);
  const page = createPage({ slack, cloud });
  const server = createServer((request, response) => {
    if (!page(request, response)) response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const receiver = new HTTPReceiver({ signingSecret: slack.signingSecret, logger: silent });
  const bot = new App({
    token: slack.botToken,
    receiver,
    logger: silent,
    clientOptions: { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } },
  });
  listen(bot, { slack });
  const botServer = (await bot.start({ port: 0, host: "127.0.0.1" })) as import("node:http").Server;
  slack.deliverTo(`http://127.0.0.1:${(botServer.address() as AddressInfo).port}/slack/events`);
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    slack,
    cloud,
    clock,
    bot,
    stop: async () => {
      slack.deliverTo(null);
      botServer.closeAllConnections();
      server.closeAllConnections();
      await Promise.all([
        bot.stop(),
        new Promise<void>((resolve) => void server.close(() => resolve())),
        slack.stop(),
        cloud.stop(),
      ]);
    },
  };
}

const silent = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  setLevel: () => {},
  getLevel: () => LogLevel.ERROR,
  setName: () => {},
};
