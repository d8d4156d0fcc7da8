/** The outbox between the sandbox's Slack and a real database: intents in, messages out. */
import { randomUUIDv7 } from "node:crypto";
import { onTestFinished } from "vitest";
import type { Incident } from "../../src/domain/incident/incident.ts";
import type { Intent, Lane } from "../../src/domain/intent.ts";
import type { OutboxRows } from "../../src/domain/outbox.ts";
import type { App } from "../../src/domain/ports.ts";
import { createMetrics } from "../../src/http/metrics.ts";
import type { SandboxSlack } from "../../src/sandbox/slack/slack.ts";
import { createCall, type SlackCall } from "../../src/slack/call.ts";
import { createDirectory } from "../../src/slack/directory.ts";
import { type OutboxDrainer, startOutbox } from "../../src/slack/outbox/outbox.ts";
import { alertRecords } from "../../src/store/alerts.ts";
import { auditRecords } from "../../src/store/audit.ts";
import { openPool, type RecordContext } from "../../src/store/database.ts";
import { incidentRecords } from "../../src/store/incidents.ts";
import { outboxRecords } from "../../src/store/outbox.ts";
import { holdOutbox } from "../../src/store/outbox-holder.ts";
import { timelineRecords } from "../../src/store/timeline.ts";
import { createTransact } from "../../src/store/transact.ts";
import { type Drawn, reply } from "../../templates/kit.ts";
import { sampleConfiguration } from "./sample.ts";
import { eventually, type LogLine, openSandbox, query, recordingLog } from "./stage.ts";

type OutboxApp = App & { readonly outbox: OutboxRows };

export interface OutboxStage {
  readonly sandbox: SandboxSlack;
  readonly lines: LogLine[];
  readonly call: SlackCall;
  readonly transact: <T>(work: (app: OutboxApp) => Promise<T>) => Promise<T>;
  readonly add: (...intents: readonly (Intent | readonly [Intent, Lane])[]) => Promise<void>;
  /** What each subject looks like from now on. */
  readonly facts: Map<string, string>;
  readonly startDrainer: () => Promise<OutboxDrainer>;
  readonly incident: (changes?: Partial<Incident>) => Promise<Incident>;
  /** Resolves when no row is due or being sent. */
  readonly settled: () => Promise<void>;
  readonly states: () => Promise<readonly string[]>;
  readonly texts: (channel: string, as?: string) => readonly string[];
  readonly methods: (method: string) => number;
  /** Moves the product's clock. */
  readonly advance: (milliseconds: number) => void;
}

export async function openOutboxStage(databaseUrl: string): Promise<OutboxStage> {
  const sandbox = await openSandbox();
  const lines: LogLine[] = [];
  const log = recordingLog(lines);
  const facts = new Map<string, string>();
  const metrics = createMetrics();
  const pool = openPool(databaseUrl);
  let offset = 0;
  const now = () => new Date(Date.now() + offset);
  const call = createCall({ token: sandbox.botToken, apiUrl: sandbox.apiUrl, metrics });
  const transact = createTransact<OutboxApp>({ pool, now, newId: randomUUIDv7, app: outboxApp });
  const drainers: OutboxDrainer[] = [];
  const stage: OutboxStage = {
    sandbox,
    lines,
    call,
    transact,
    facts,
    add: (...intents) =>
      transact(async (app) => {
        for (const one of intents) {
          if ("kind" in one) await app.outbox.add(one);
          else await app.outbox.add(one[0], one[1]);
        }
      }),
    startDrainer: async () => {
      const drainer = await startOutbox({
        call,
        directory: createDirectory({ call, now }),
        config: sampleConfiguration,
        render: async (view, subject) => draw(view, facts.get(subject) ?? null),
        work: (work) => transact((app) => work(app, app.outbox)),
        isReady: () => true,
        botUserId: () => "U0TOC",
        now,
        log,
        metrics,
        hold: (listener) => holdOutbox(databaseUrl, listener),
      });
      drainers.push(drainer);
      return drainer;
    },
    incident: (changes = {}) => transact((app) => app.incidents.insert(newIncident(changes))),
    settled: async () => {
      await eventually(async () => {
        const open = await query(databaseUrl, "select id from outbox where state in ('due', 'sending')", "id");
        // What waits for its next attempt need not be waited for by the wall clock.
        if (open.length > 0) offset += 200;
        return open.length === 0;
      });
    },
    states: () =>
      query(
        databaseUrl,
        "select kind || ' ' || state || coalesce(' ' || error, '') as s from outbox order by seq",
        "s",
      ),
    texts: (channel, as = "U0ANA") => (sandbox.channel(as, channel)?.messages ?? []).map(({ text }) => text),
    methods: (method) => sandbox.calls.filter((one) => one.method === method).length,
    advance: (milliseconds) => {
      offset += milliseconds;
    },
  };
  onTestFinished(async () => {
    for (const drainer of drainers) await drainer.stop();
    await query(databaseUrl, "truncate outbox, slack_cards", "");
    await query(databaseUrl, "truncate incidents cascade", "");
    await pool.end();
  });
  return stage;
}

function outboxApp(context: RecordContext): OutboxApp {
  const parts = {
    now: context.now,
    config: sampleConfiguration,
    newId: context.newId,
    workspace: { botUserId: "U0TOC", teamId: "T0WAOOAW", permalink: () => "", channelLink: () => "" },
    alerts: alertRecords(context),
    incidents: incidentRecords(context),
    timeline: timelineRecords(context),
    audit: auditRecords(context),
    outbox: outboxRecords(context),
  };
  // Carrying out the outbox needs no other records; whatever asks for them fails loudly.
  return parts as unknown as OutboxApp;
}

function draw(view: string, fact: string | null): Drawn | null {
  if (fact === null) return null;
  if (fact === "break") throw new Error("a fault of ours");
  if (view === "files") return { files: [{ name: "a.md", title: "A", content: fact }], comment: fact };
  if (view === "canvas") return { canvas: { title: "A", markdown: fact } };
  if (view === "home") return { home: reply(fact) };
  return { reply: reply(fact) };
}

function newIncident(changes: Partial<Incident>): Omit<Incident, "number" | "version"> {
  const at = new Date();
  return {
    id: randomUUIDv7(),
    title: "API returns 500s",
    summary: "",
    severity: "SEV2",
    phase: "detected",
    affected: [],
    isPrivate: false,
    reporterId: "U0ANA",
    source: { kind: "command", permalink: null, text: null },
    roles: [],
    times: {
      startedAt: at,
      detectedAt: at,
      declaredAt: at,
      acknowledgedAt: null,
      mitigatedAt: null,
      resolvedAt: null,
      closedAt: null,
    },
    channelId: null,
    channelName: null,
    kind: "real",
    isSilent: false,
    isAnnounced: true,
    fields: {},
    lastUpdate: null,
    nextUpdateAt: null,
    ...changes,
  };
}
