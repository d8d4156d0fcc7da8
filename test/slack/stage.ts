/**
 * The Slack side between the sandbox's Slack and a real database, with commands of the test's own: what main.ts puts
 * together, without the queue and the platforms.
 */
import { randomUUIDv7 } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import pg from "pg";
import { onTestFinished } from "vitest";
import { createRedact } from "../../src/domain/capture/redact.ts";
import type { Configuration } from "../../src/domain/configuration.ts";
import type { Log } from "../../src/domain/ports.ts";
import type { SlackApp } from "../../src/domain/slack-side.ts";
import { createMetrics } from "../../src/http/metrics.ts";
import { startClock } from "../../src/sandbox/clock.ts";
import { type SandboxSlack, startSlack as startSandboxSlack } from "../../src/sandbox/slack/slack.ts";
import type { Command } from "../../src/slack/command.ts";
import { connectSlack, type SlackConnection } from "../../src/slack/connection.ts";
import { type Slack, startSlack } from "../../src/slack/slack.ts";
import { auditRecords } from "../../src/store/audit.ts";
import { openDatabase, openPool, type RecordContext } from "../../src/store/database.ts";
import { intakeRecords } from "../../src/store/intake.ts";
import { migrate } from "../../src/store/migrate.ts";
import { createTransact } from "../../src/store/transact.ts";
import { testDatabase } from "../support/postgres.ts";
import { sampleConfiguration } from "./sample.ts";

export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface Stage {
  readonly sandbox: SandboxSlack;
  readonly slack: Slack;
  readonly connection: SlackConnection;
  readonly pool: pg.Pool;
  /** Where the bot takes deliveries. */
  readonly url: string;
  readonly lines: readonly LogLine[];
  /** What the test's commands wrote, one row for each time they ran. */
  readonly noted: () => Promise<readonly string[]>;
}

/** A database of the test file's own with the product's schema and a table that shows what was recorded. */
export async function stageDatabase(): Promise<string> {
  const url = await testDatabase(async (template) => {
    const db = openDatabase(openPool(template, { statementMilliseconds: 0 }));
    await migrate(db);
    await db.destroy();
  });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query("create table noted (seq bigint generated always as identity, what text not null)");
  await client.end();
  return url;
}

/** What a test's command records with: commits or vanishes with the ask. */
export type StageApp = SlackApp & { readonly note: (what: string) => Promise<void> };

export async function openStage(options: {
  readonly databaseUrl: string;
  readonly commands: readonly Command[];
  readonly mode?: "http" | "socket";
  readonly config?: Configuration;
  /** Another way to the same database, for the bot alone: one that can be taken away. */
  readonly through?: string;
  readonly sandbox?: SandboxSlack;
}): Promise<Stage> {
  const { databaseUrl, commands, mode = "http", config = sampleConfiguration } = options;
  const sandbox = options.sandbox ?? (await openSandbox());
  const lines: LogLine[] = [];
  const log = recordingLog(lines);
  const pool = openPool(options.through ?? databaseUrl);
  const metrics = createMetrics();
  const now = () => new Date();
  const connection = connectSlack({ botToken: sandbox.botToken, apiUrl: sandbox.apiUrl, now, log, metrics });
  const transact = createTransact<StageApp>({
    pool,
    now,
    newId: randomUUIDv7,
    app: (context) => stageApp(context, config),
  });
  const slack = await startSlack({
    connection,
    mode:
      mode === "http"
        ? { kind: "http", signingSecret: sandbox.signingSecret }
        : { kind: "socket", appToken: sandbox.appToken, apiUrl: sandbox.apiUrl },
    redact: createRedact([]),
    botToken: sandbox.botToken,
    commands,
    config,
    transact,
    log,
    metrics,
  });
  const server = mode === "http" ? await listen(slack) : null;
  const url = server ? `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events` : "";
  sandbox.deliverTo(server ? url : null);
  onTestFinished(async () => {
    sandbox.deliverTo(null);
    await slack.stop();
    server?.closeAllConnections();
    server?.close();
    await pool.end();
    await dropNotes(databaseUrl);
  });
  return { sandbox, slack, connection, pool, url, lines, noted: () => notes(databaseUrl) };
}

export async function openSandbox(): Promise<SandboxSlack> {
  const sandbox = await startSandboxSlack({
    clock: startClock(),
    commands: ["/ops", "/incident"].map((command) => ({ command, description: "", usageHint: "", completions: [] })),
    shortcuts: [
      { callbackId: "sample_global", name: "Sample", type: "global" },
      { callbackId: "sample_message", name: "Sample of a message", type: "message" },
    ],
  });
  onTestFinished(() => sandbox.stop());
  return sandbox;
}

function stageApp(context: RecordContext, config: Configuration): StageApp {
  const parts = {
    now: context.now,
    config,
    newId: context.newId,
    audit: auditRecords(context),
    intake: intakeRecords(context),
    note: async (what: string) => {
      await context.db
        .withTables<{ readonly noted: { readonly what: string } }>()
        .insertInto("noted")
        .values({ what })
        .execute();
    },
  };
  // The test's commands need no other records; one that asks for them fails loudly.
  return parts as unknown as StageApp;
}

async function listen(slack: Slack): Promise<Server> {
  const server = createServer((request, response) => slack.requestListener?.(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

async function notes(url: string): Promise<readonly string[]> {
  return query(url, "select what from noted order by seq", "what");
}

async function dropNotes(url: string): Promise<void> {
  await query(url, "truncate noted, slack_intake", "");
}

/** One column of a query, over a connection of its own. */
export async function query(url: string, text: string, column: string): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, string>>(text)).rows.map((row) => row[column] ?? "");
  } finally {
    await client.end();
  }
}

export function recordingLog(lines: LogLine[]): Log {
  const at = (level: LogLine["level"]) => (fields: object, message: string) => {
    lines.push({ level, message, fields: fields as Readonly<Record<string, unknown>> });
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** Waits until the work answers something; fails with the test's own time limit. */
export async function eventually<T>(
  work: () => Promise<T | undefined | null | false> | T | undefined | null | false,
): Promise<T> {
  for (;;) {
    const found = await work();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
