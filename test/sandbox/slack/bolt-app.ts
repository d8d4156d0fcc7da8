import { App, HTTPReceiver, LogLevel } from "@slack/bolt";
import { WebClient } from "@slack/web-api";
import { onTestFinished } from "vitest";
import { type SandboxClock, startClock } from "../../../src/sandbox/clock.ts";
import { type SandboxSlack, type SlackOptions, startSlack } from "../../../src/sandbox/slack/slack.ts";

export interface Stage {
  readonly slack: SandboxSlack;
  readonly clock: SandboxClock;
  readonly client: WebClient;
}

const commands = [
  { command: "/ops", description: "Operations", usageHint: "scale <service> <count>", completions: [] },
  { command: "/incident", description: "Incidents", usageHint: "declare", completions: [] },
];

const shortcuts = [
  { callbackId: "declare", name: "Declare", type: "global" as const },
  { callbackId: "note", name: "Note", type: "message" as const },
];

/** A sandbox Slack for one test, and the real Web API client to talk to it. */
export async function stage(options: Partial<SlackOptions> = {}): Promise<Stage> {
  const clock = options.clock ?? startClock();
  const slack = await startSlack({ clock, commands, shortcuts, ...options });
  onTestFinished(() => slack.stop());
  return { slack, clock, client: webClient(slack) };
}

export function webClient(slack: SandboxSlack, token = slack.botToken): WebClient {
  return new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logLevel: LogLevel.ERROR,
    logger: silent,
  });
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

/** A real Bolt app behind signed HTTP; `listen` adds its listeners. */
export async function boltOverHttp(slack: SandboxSlack, listen: (app: App) => void): Promise<App> {
  const receiver = new HTTPReceiver({ signingSecret: slack.signingSecret, logger: silent });
  const app = new App({
    token: slack.botToken,
    receiver,
    logger: silent,
    clientOptions: { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } },
  });
  listen(app);
  const server = (await app.start({ port: 0, host: "127.0.0.1" })) as import("node:http").Server;
  onTestFinished(async () => {
    slack.deliverTo(null);
    server.closeAllConnections();
    await app.stop();
  });
  slack.deliverTo(`http://127.0.0.1:${(server.address() as import("node:net").AddressInfo).port}/slack/events`);
  return app;
}

/** A real Bolt app in Socket Mode. */
export async function boltOverSocket(slack: SandboxSlack, listen: (app: App) => void): Promise<App> {
  const app = new App({
    token: slack.botToken,
    appToken: slack.appToken,
    socketMode: true,
    logger: silent,
    clientOptions: { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } },
  });
  listen(app);
  await app.start();
  onTestFinished(async () => {
    await app.stop();
  });
  return app;
}

/** Waits until the work answers something; fails with the test's own time limit. */
export async function eventually<T>(work: () => T | undefined | null | false): Promise<T> {
  for (;;) {
    const found = work();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
