import type { Redact } from "../domain/capture/redact.ts";
import type { Configuration } from "../domain/configuration.ts";
import type { Log, Metrics } from "../domain/ports.ts";
import type { TransactSlack } from "../domain/slack-side.ts";
import type { People } from "./arguments.ts";
import type { Command } from "./command.ts";
import type { SlackConnection } from "./connection.ts";
import { createHandlers } from "./handlers.ts";
import { within } from "./identity.ts";
import { createIntake } from "./intake.ts";
import { createReceiving, type ReceiveMode, type Receiving } from "./receive.ts";
import { createRouter } from "./route.ts";
import { routesOf } from "./routes.ts";

export interface SlackOptions {
  readonly connection: SlackConnection;
  readonly mode: ReceiveMode;
  readonly botToken: string;
  readonly commands: readonly Command[];
  readonly config: Configuration;
  readonly redact: Redact;
  readonly transact: TransactSlack;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Called when Socket Mode stands again after it broke. */
  readonly onReconnect?: () => void;
}

export interface Slack {
  /** Takes Slack's deliveries over HTTP; null in Socket Mode. */
  readonly requestListener: Receiving["requestListener"];
  /** Why Slack cannot be served now; empty when it can. */
  readonly reasons: () => readonly string[];
  readonly stop: () => Promise<void>;
}

const lookUpMilliseconds = 1000;

/** Everything between Slack and the rest: takes what people ask and tells Slack what is recorded. */
export async function startSlack(options: SlackOptions): Promise<Slack> {
  const { connection, commands, config, redact, transact, log, metrics } = options;
  const { workspace, directory, identify } = connection;
  const router = createRouter({
    commands,
    redact,
    routes: routesOf(commands, config),
    config,
    identify,
    permalink: workspace.permalink,
    membership: connection.membership,
    botUserId: () => workspace.botUserId,
    lookUp: (names) => peopleCalled(names, directory, log),
  });
  const intake = createIntake({ transact, metrics, log, call: connection.call });
  const handlers = createHandlers({ router, intake, transact, isReady: connection.isReady, log });
  const receiving = createReceiving({
    mode: options.mode,
    botToken: options.botToken,
    workspace,
    handlers,
    log,
    ...(options.onReconnect ? { onReconnect: options.onReconnect } : {}),
  });
  await connection.start();
  await receiving.start();
  return {
    requestListener: receiving.requestListener,
    reasons: () => (connection.isReady() && receiving.isConnected() ? [] : ["slack"]),
    stop: async () => {
      await receiving.stop();
      connection.stop();
    },
  };
}

/** Names typed with an @ that Slack did not turn into ids; nobody where Slack does not say in time. */
async function peopleCalled(
  names: readonly string[],
  directory: SlackConnection["directory"],
  log: Log,
): Promise<People> {
  try {
    const known = await within(directory.names(), lookUpMilliseconds);
    const ids = await Promise.all(
      names.map(async (name) => [name.toLowerCase(), await directory.byName(name)] as const),
    );
    const found = new Map(ids);
    return { find: (name) => found.get(name.toLowerCase()) ?? null, names: known };
  } catch (error) {
    log.warn({ err: error }, "could not look up people by name");
    return { find: () => null, names: [] };
  }
}
