/** The bot put together: with main.ts the only file that knows everyone. */
import { randomUUIDv7 } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { commands } from "../commands/index.ts";
import type { Drawn } from "../templates/kit.ts";
import { views } from "../templates/views.ts";
import { headText } from "./domain/audit/report.ts";
import { reconcileAll } from "./domain/capture/reconcile.ts";
import { createRedact } from "./domain/capture/redact.ts";
import type { Configuration } from "./domain/configuration.ts";
import type { OutboxRows } from "./domain/outbox.ts";
import { lookUpPeople } from "./domain/people/look-up.ts";
import type { App, Log } from "./domain/ports.ts";
import type { SlackApp } from "./domain/slack-side.ts";
import { readPublicPage } from "./domain/status-page/publish.ts";
import type { ConfigurationError } from "./errors.ts";
import { createMetrics } from "./http/metrics.ts";
import { startHttp } from "./http/server.ts";
import { armJobs, jobHandlers } from "./jobs/index.ts";
import { createQueue, type QueueOptions } from "./jobs/queue.ts";
import { startSealing } from "./jobs/seal-audit.ts";
import { operations } from "./operations/index.ts";
import type { AwsOptions } from "./providers/aws.ts";
import { providers } from "./providers/index.ts";
import { createPagerDuty } from "./providers/pagerduty/pagerduty.ts";
import { connectSlack } from "./slack/connection.ts";
import { startOutbox } from "./slack/outbox/outbox.ts";
import type { ReceiveMode } from "./slack/receive.ts";
import { startSlack } from "./slack/slack.ts";
import { sealAudit } from "./store/audit-seal.ts";
import { auditHead } from "./store/audit-verify.ts";
import { openDatabase, openPool, type RecordContext } from "./store/database.ts";
import { executorOf } from "./store/executor.ts";
import { intakeRecords } from "./store/intake.ts";
import { migrate } from "./store/migrate.ts";
import { outboxRecords } from "./store/outbox.ts";
import { holdOutbox } from "./store/outbox-holder.ts";
import { rememberPerson } from "./store/people.ts";
import { recordsOf } from "./store/records.ts";
import { createTransact } from "./store/transact.ts";

export interface BotOptions {
  readonly config: Configuration;
  readonly databaseUrl: string;
  readonly slack: { readonly botToken: string; readonly apiUrl: string; readonly mode: ReceiveMode };
  readonly aws: AwsOptions;
  readonly http: { readonly host: string; readonly port: number; readonly metricsToken: string | null };
  readonly log: Log;
  /** Values that are never kept of what people write. */
  readonly redactions?: readonly string[];
  readonly now: () => Date;
  /** Only for tests: the clock of the job queue. */
  readonly jobClock?: QueueOptions["clock"];
  /** Takes HTTP requests that are nobody else's. */
  readonly fallback?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export interface Bot {
  readonly address: string;
  readonly port: number;
  readonly reasons: () => Promise<readonly string[]>;
  /** Settles, with why, only when the bot cannot go on: Slack refuses the token after all. */
  readonly failed: Promise<ConfigurationError>;
  /** Takes no more asks, lets what is under way end, and closes everything. */
  readonly stop: () => Promise<void>;
}

/** A database that hangs must not keep the process from ending. */
const closeMilliseconds = 500;

type WholeApp = SlackApp & { readonly outbox: OutboxRows };

/** Starts the bot on a database that is there; Slack may be away. */
export async function startBot(options: BotOptions): Promise<Bot> {
  const { config, databaseUrl, log, now } = options;
  const metrics = createMetrics();
  await prepareDatabase(databaseUrl);
  const redact = createRedact(options.redactions ?? []);
  const pool = openPool(databaseUrl);
  const db = openDatabase(pool);
  const { botToken, apiUrl, mode } = options.slack;
  const failed = Promise.withResolvers<ConfigurationError>();
  const connection = connectSlack({
    botToken,
    apiUrl,
    now,
    log,
    metrics,
    refused: failed.resolve,
    remember: (person) => rememberPerson(db, person),
  });
  const queue = createQueue({
    connectionString: databaseUrl,
    log,
    ...(options.jobClock ? { clock: options.jobClock } : {}),
  });
  const sealing = startSealing({
    seal: () => sealAudit(db, now()),
    onError: (error) => log.warn({ err: error }, "The audit log could not be sealed; trying again"),
  });

  // The outbox is drained by what is put together below.
  let outboxRecorded = (): void => {};
  const appOf = (context: RecordContext): WholeApp => ({
    now: context.now,
    config,
    redact,
    newId: context.newId,
    workspace: connection.workspace,
    ...recordsOf(context),
    outbox: outboxRecords(context, () => outboxRecorded()),
    jobs: queue.jobs(executorOf(context.db), context.watch),
    intake: intakeRecords(context),
  });
  const record = createTransact<WholeApp>({ pool, now, newId: randomUUIDv7, app: appOf });
  const transact: typeof record = async (work) => {
    const result = await record(work);
    sealing.wake();
    return result;
  };
  const render = (view: string, subject: string): Promise<Drawn | null> =>
    transact((app: App) => {
      const draw = views[view];
      if (!draw) throw new Error(`There is no view "${view}"`);
      return draw(app, subject);
    });

  const onReconnect = (): void => {
    transact((app) => reconcileAll(app, "reconnect")).catch((error: unknown) =>
      log.warn({ err: error }, "could not ask for the channels to be compared with Slack"),
    );
  };
  await queue.open();
  const slack = await startSlack({ connection, mode, botToken, commands, config, transact, log, metrics, onReconnect });
  const outbox = await startOutbox({
    call: connection.call,
    directory: connection.directory,
    config,
    render,
    work: (work) => transact((app) => work(app, app.outbox)),
    isReady: connection.isReady,
    botUserId: () => connection.workspace.botUserId,
    now,
    log,
    metrics,
    hold: (listener) => holdOutbox(databaseUrl, listener),
  });
  outboxRecorded = outbox.recorded;
  const handlers = jobHandlers({
    transact,
    operations,
    providers: providers({ aws: options.aws, connections: config.connections }),
    identify: connection.identify,
    messages: connection.messages,
    channels: connection.channels,
    files: connection.files,
    pagerDuty: config.integrations.pagerduty ? createPagerDuty(config.integrations.pagerduty) : null,
    lookUp: (references) =>
      lookUpPeople({ transact, identify: connection.identify, people: connection.directory.people }, references),
    auditHead: async () => headOf(await auditHead(db)),
    newId: randomUUIDv7,
    log,
    now,
  });
  await queue.work(handlers);
  await transact(armJobs);

  const reasons = async (): Promise<readonly string[]> => [...(await databaseReasons(pool)), ...slack.reasons()];
  const server = await startHttp({
    ...options.http,
    slack: () => slack.requestListener,
    reasons,
    publicPage: () => transact(readPublicPage),
    metrics,
    ...(options.fallback ? { fallback: options.fallback } : {}),
  });
  return {
    address: server.address,
    port: server.port,
    reasons,
    failed: failed.promise,
    stop: async () => {
      // Each has a limit of its own; together they end within ten seconds, also while Slack hangs.
      await Promise.all([server.stop(), slack.stop()]);
      await Promise.all([queue.stop(), outbox.stop()]);
      await atMost(sealing.stop(), closeMilliseconds);
      await atMost(db.destroy(), closeMilliseconds);
    },
  };
}

function headOf(head: Awaited<ReturnType<typeof auditHead>>): string | null {
  return head && headText(head);
}

async function prepareDatabase(url: string): Promise<void> {
  // Migrations may take longer than an ask may.
  const db = openDatabase(openPool(url, { max: 2, name: "tocsin migrations", statementMilliseconds: 0 }));
  try {
    await migrate(db);
  } finally {
    await db.destroy();
  }
}

/** Whoever asks is answered in two seconds, also when the network between swallows everything. */
async function databaseReasons(pool: ReturnType<typeof openPool>): Promise<readonly string[]> {
  let answers = false;
  const asked = pool.query("select 1").then(
    () => {
      answers = true;
    },
    () => {},
  );
  await atMost(asked, 2000);
  return answers ? [] : ["database"];
}

async function atMost(work: Promise<unknown>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
