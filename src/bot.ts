/** The bot put together: with main.ts the only file that knows everyone. */
import { randomUUIDv7 } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { commands } from "../commands/index.ts";
import type { Drawn } from "../templates/kit.ts";
import { views } from "../templates/views.ts";
import { headText } from "./domain/audit/report.ts";
import type { Configuration } from "./domain/configuration.ts";
import type { OutboxRows } from "./domain/outbox.ts";
import type { App, Log, SlackApp } from "./domain/ports.ts";
import { createMetrics } from "./http/metrics.ts";
import { startHttp } from "./http/server.ts";
import { applyOperation } from "./jobs/apply-operation.ts";
import { captureActionItem } from "./jobs/capture-action-item.ts";
import { captureMessage } from "./jobs/capture-message.ts";
import { expireOperation } from "./jobs/expire-operation.ts";
import { type JobHandler, jobHandler } from "./jobs/handler.ts";
import { lookStatus } from "./jobs/look-status.ts";
import { planOperation } from "./jobs/plan-operation.ts";
import { armAuditHead, postAuditHead } from "./jobs/post-audit-head.ts";
import { createQueue, type QueueOptions } from "./jobs/queue.ts";
import { remindLead } from "./jobs/remind-lead.ts";
import { remindPostmortem } from "./jobs/remind-postmortem.ts";
import { remindUpdate } from "./jobs/remind-update.ts";
import { startSealing } from "./jobs/seal-audit.ts";
import { watchOperation } from "./jobs/watch-operation.ts";
import { operations } from "./operations/index.ts";
import type { AwsOptions } from "./providers/aws.ts";
import { providers } from "./providers/index.ts";
import { connectSlack } from "./slack/connection.ts";
import { startOutbox } from "./slack/outbox/outbox.ts";
import type { ReceiveMode } from "./slack/receive.ts";
import { startSlack } from "./slack/slack.ts";
import { actionItemRecords } from "./store/action-items.ts";
import { auditRecords } from "./store/audit.ts";
import { sealAudit } from "./store/audit-seal.ts";
import { auditHead } from "./store/audit-verify.ts";
import { openDatabase, openPool, type RecordContext } from "./store/database.ts";
import { executorOf } from "./store/executor.ts";
import { incidentRecords } from "./store/incidents.ts";
import { intakeRecords } from "./store/intake.ts";
import { lockRecords } from "./store/locks.ts";
import { lookRecords } from "./store/looks.ts";
import { migrate } from "./store/migrate.ts";
import { operationRecords } from "./store/operations.ts";
import { outboxRecords } from "./store/outbox.ts";
import { holdOutbox } from "./store/outbox-holder.ts";
import { names, rememberName } from "./store/people.ts";
import { postmortemRecords } from "./store/postmortems.ts";
import { reactionRecords } from "./store/reactions.ts";
import { timelineRecords } from "./store/timeline.ts";
import { createTransact } from "./store/transact.ts";

export interface BotOptions {
  readonly config: Configuration;
  readonly databaseUrl: string;
  readonly slack: { readonly botToken: string; readonly apiUrl: string; readonly mode: ReceiveMode };
  readonly aws: AwsOptions;
  readonly http: { readonly host: string; readonly port: number; readonly metricsToken: string | null };
  readonly log: Log;
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
  const pool = openPool(databaseUrl);
  const db = openDatabase(pool);
  const { botToken, apiUrl, mode } = options.slack;
  const connection = connectSlack({
    botToken,
    apiUrl,
    now,
    log,
    metrics,
    remember: (person) => rememberName(db, person),
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
    newId: context.newId,
    workspace: connection.workspace,
    names: names(context),
    incidents: incidentRecords(context),
    timeline: timelineRecords(context),
    reactions: reactionRecords(context),
    postmortems: postmortemRecords(context),
    actionItems: actionItemRecords(context),
    operations: operationRecords(context),
    locks: lockRecords(context),
    looks: lookRecords(context),
    audit: auditRecords(context),
    outbox: outboxRecords(context, () => outboxRecorded()),
    jobs: queue.jobs(executorOf(context.db)),
    intake: intakeRecords(context),
  });
  const record = createTransact<WholeApp>({ db, now, newId: randomUUIDv7, app: appOf });
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

  await queue.open();
  const slack = await startSlack({ connection, mode, botToken, commands, config, transact, log, metrics });
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
  const context = {
    transact,
    operations,
    providers: providers(options.aws),
    identify: connection.identify,
    newId: randomUUIDv7,
    log,
    now,
  };
  const messages = { transact, messages: connection.messages };
  const handlers: readonly JobHandler[] = [
    planOperation(context),
    applyOperation(context),
    watchOperation(context),
    expireOperation(context),
    lookStatus(context),
    jobHandler(captureMessage(messages)),
    jobHandler(captureActionItem(messages)),
    jobHandler(remindUpdate({ transact })),
    jobHandler(remindLead({ transact })),
    jobHandler(remindPostmortem({ transact })),
    postAuditHead({ transact, head: async () => headOf(await auditHead(db)) }),
  ];
  await queue.work(handlers);
  await transact(armAuditHead);

  const reasons = async (): Promise<readonly string[]> => [...(await databaseReasons(pool)), ...slack.reasons()];
  const server = await startHttp({
    ...options.http,
    slack: () => slack.requestListener,
    reasons,
    metrics,
    ...(options.fallback ? { fallback: options.fallback } : {}),
  });
  return {
    address: server.address,
    port: server.port,
    reasons,
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
