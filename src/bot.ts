/** The bot put together: with main.ts the only file that knows everyone. */
import { randomUUIDv7 } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { commands } from "../commands/index.ts";
import type { Drawn } from "../templates/kit.ts";
import { drawForDestination } from "../templates/postmortem/elsewhere.ts";
import { views } from "../templates/views.ts";
import { takenHandles } from "./domain/access/group-binding.ts";
import { takeAlerts } from "./domain/alert/take.ts";
import { headText } from "./domain/audit/report.ts";
import { reconcileAll } from "./domain/capture/reconcile.ts";
import { createRedact } from "./domain/capture/redact.ts";
import type { Configuration } from "./domain/configuration.ts";
import { takePagerDutyEvent } from "./domain/oncall/pagerduty-events.ts";
import type { OutboxRows } from "./domain/outbox.ts";
import { lookUpPeople } from "./domain/people/look-up.ts";
import type { App, Log } from "./domain/ports.ts";
import type { SlackApp } from "./domain/slack-side.ts";
import { readPublicPage } from "./domain/status-page/publish.ts";
import type { ConfigurationError } from "./errors.ts";
import { Refusal } from "./errors.ts";
import { createAlertDoor } from "./http/alerts/door.ts";
import { type FetchText, fetchText } from "./http/alerts/sns.ts";
import { createFactorPages } from "./http/factor/pages.ts";
import { createMetrics } from "./http/metrics.ts";
import { startHttp } from "./http/server.ts";
import { armJobs, jobHandlers } from "./jobs/index.ts";
import { createQueue, type QueueOptions } from "./jobs/queue.ts";
import { startSealing } from "./jobs/seal-audit.ts";
import { operations } from "./operations/index.ts";
import { auditArchive } from "./providers/audit-archive/audit-archive.ts";
import type { AwsOptions } from "./providers/aws.ts";
import { actAs } from "./providers/aws-sessions.ts";
import { providers, rolesOf } from "./providers/index.ts";
import { keepers, trackers } from "./providers/integrations.ts";
import { createMailer } from "./providers/mail/mail.ts";
import { createPagerDuty } from "./providers/pagerduty/pagerduty.ts";
import { createAuthenticator } from "./second-factor/authenticator.ts";
import { connectSlack } from "./slack/connection.ts";
import { startOutbox } from "./slack/outbox/outbox.ts";
import type { ReceiveMode } from "./slack/receive.ts";
import { startSlack } from "./slack/slack.ts";
import { sealAudit } from "./store/audit-seal.ts";
import { auditHead, verifyAudit } from "./store/audit-verify.ts";
import { openDatabase, openPool, type RecordContext } from "./store/database.ts";
import { databaseAway } from "./store/database-away.ts";
import { executorOf } from "./store/executor.ts";
import { intakeRecords } from "./store/intake.ts";
import { migrate } from "./store/migrate.ts";
import { outboxRecords } from "./store/outbox.ts";
import { holdOutbox } from "./store/outbox-holder.ts";
import { rememberPerson } from "./store/people.ts";
import { withRecords } from "./store/records.ts";
import { createTransact } from "./store/transact.ts";

export interface BotOptions {
  readonly config: Configuration;
  readonly databaseUrl: string;
  readonly slack: { readonly botToken: string; readonly apiUrl: string; readonly mode: ReceiveMode };
  readonly aws: AwsOptions;
  readonly http: { readonly host: string; readonly port: number; readonly metricsToken: string | null };
  /** Null: what asks for a second factor is refused. `site` null: at the bot's own address. */
  readonly secondFactor?: { readonly key: string; readonly site: string | null } | null;
  readonly log: Log;
  /** Values that are never kept of what people write. */
  readonly redactions?: readonly string[];
  readonly now: () => Date;
  /** Only for tests: the clock of the job queue. */
  readonly jobClock?: QueueOptions["clock"];
  /** How Amazon SNS is reached; in the sandbox and in tests its stand-in. */
  readonly fetchText?: FetchText;
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
    takenHandles: (groups) => transact((app) => takenHandles(app, groups)),
  });
  const queue = createQueue({
    connectionString: databaseUrl,
    log,
    isAway: (error) => databaseAway(error) !== null,
    ...(options.jobClock ? { clock: options.jobClock } : {}),
  });
  const sealing = startSealing({
    seal: () => sealAudit(db, now()),
    onError: (error) => log.warn({ err: error }, "The audit log could not be sealed; trying again"),
  });

  // The bot's own address is known once it listens.
  let ownAddress = "";
  const secondFactor = options.secondFactor ?? null;
  const site = (): string => secondFactor?.site ?? ownAddress;
  const authenticator = secondFactor === null ? null : createAuthenticator({ key: secondFactor.key, site });

  // The outbox is drained by what is put together below.
  let outboxRecorded = (): void => {};
  const appOf = (context: RecordContext): WholeApp =>
    withRecords(context, {
      now: context.now,
      config,
      redact,
      newId: context.newId,
      workspace: connection.workspace,
      authenticator,
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
  const slack = await startSlack({
    connection,
    mode,
    botToken,
    commands,
    config,
    redact,
    transact,
    log,
    metrics,
    onReconnect,
  });
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
    providers: providers({
      aws: options.aws,
      connections: config.connections,
      prometheus: config.integrations.prometheus ?? null,
      roles: rolesOf(config),
      now,
      backups: config.backups,
    }),
    actAs,
    identify: connection.identify,
    messages: connection.messages,
    channels: connection.channels,
    files: connection.files,
    trackers: trackers(config.integrations),
    keepers: keepers(config.integrations, drawForDestination),
    mailer: config.integrations.mail ? createMailer(config.integrations.mail) : null,
    pagerDuty: config.integrations.pagerduty ? createPagerDuty(config.integrations.pagerduty) : null,
    lookUp: (references) =>
      lookUpPeople({ transact, identify: connection.identify, people: connection.directory.people }, references),
    archive: config.audit.archive ? auditArchive(options.aws, config.audit.archive) : null,
    verifyAudit: () => verifyAudit(db),
    auditHead: async () => headOf(await auditHead(db)),
    newId: randomUUIDv7,
    log,
    now,
  });
  await queue.work(handlers);
  await patiently(() => transact(armJobs));

  const reasons = async (): Promise<readonly string[]> => [...(await databaseReasons(pool)), ...slack.reasons()];
  const webhookSecret = config.integrations.pagerduty?.webhookSecret;
  const server = await startHttp({
    ...options.http,
    slack: () => slack.requestListener,
    reasons,
    publicPage: () => transact(readPublicPage),
    pagerDuty: webhookSecret
      ? { secret: webhookSecret, take: (event) => transact((app) => takePagerDutyEvent(app, event)) }
      : null,
    alerts: config.alerts
      ? createAlertDoor({
          sources: config.alerts.sources,
          take: (source, sent) => transact((app) => takeAlerts(app, source, sent)),
          fetchText: options.fetchText ?? fetchText,
          log,
          count: metrics.alertsPosted,
        })
      : null,
    factorPages: createFactorPages({
      transact,
      identify: connection.identify,
      operations,
      site: () => (authenticator === null ? null : site()),
      ready: async () => authenticator?.ready(),
      log,
    }),
    metrics,
    ...(options.fallback ? { fallback: options.fallback } : {}),
  });
  ownAddress = server.address;
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

/** Nobody waits for a start as they wait for an answer: a database that is slow for a moment gets half a minute. */
async function patiently(work: () => Promise<unknown>): Promise<void> {
  for (let left = 30; ; left -= 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (left === 0 || !(error instanceof Refusal && error.code === "try_again")) throw error;
      await wait(1000);
    }
  }
}
