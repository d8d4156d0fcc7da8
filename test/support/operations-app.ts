import type { Caller } from "../../src/domain/access/caller.ts";
import type { NewAuditEntry } from "../../src/domain/audit/entry.ts";
import type { Tick } from "../../src/domain/checklist/checklist.ts";
import type { Configuration, PolicyRule } from "../../src/domain/configuration.ts";
import type { Hold } from "../../src/domain/guard/hold.ts";
import type { Incident } from "../../src/domain/incident/incident.ts";
import type { Inquiry } from "../../src/domain/inquiry/inquiry.ts";
import type { Intent, Lane } from "../../src/domain/intent.ts";
import type { JobName } from "../../src/domain/jobs.ts";
import type { Lease } from "../../src/domain/operation/lease.ts";
import { isRunning } from "../../src/domain/operation/lifecycle.ts";
import type { OperationRecord, Target } from "../../src/domain/operation/operation.ts";
import type { Provider } from "../../src/domain/platform.ts";
import type { App, Transact } from "../../src/domain/ports.ts";
import type { NewTimelineEntry } from "../../src/domain/timeline/entry.ts";
import { Refusal } from "../../src/errors.ts";
import { applyOperation } from "../../src/jobs/apply-operation.ts";
import { checkOperation } from "../../src/jobs/check-operation.ts";
import { expireOperation } from "../../src/jobs/expire-operation.ts";
import { type JobHandler, jobHandler } from "../../src/jobs/handler.ts";
import { inquire } from "../../src/jobs/inquire.ts";
import { planOperation } from "../../src/jobs/plan-operation.ts";
import { tendLease } from "../../src/jobs/tend-lease.ts";
import { watchOperation } from "../../src/jobs/watch-operation.ts";
import { operations } from "../../src/operations/index.ts";
import { backendPlacement, type fakeService } from "./fake-service.ts";

export const backend: Target = {
  kind: "service",
  name: "backend",
  environment: "production",
  production: true,
  placement: backendPlacement,
};

export function member(userId: string, more: Partial<Caller> = {}): Caller {
  return {
    userId,
    teamId: "T0WAOOAW",
    name: userId.slice(2).toLowerCase(),
    email: `${userId.slice(2).toLowerCase()}@waooaw.example`,
    kind: "member",
    groupIds: [],
    groupHandles: [],
    timezone: "UTC",
    ...more,
  };
}

export const ana = member("U0ANA");
export const ben = member("U0BEN", { groupIds: ["S0ONCALL"], groupHandles: ["oncall"] });
export const chi = member("U0CHI");

export function policyRule(rule: Partial<PolicyRule> = {}): PolicyRule {
  return {
    name: "production scaling",
    actions: ["scale-service"],
    environments: ["production"],
    targets: null,
    within: null,
    duringIncident: null,
    allow: ["members"],
    approvals: 0,
    approvers: [],
    confirm: "click",
    severities: null,
    onlyIn: null,
    approvalMinutes: null,
    secondFactor: null,
    breakGlass: null,
    ...rule,
  };
}

/** Services of the catalog by these names, each in production. */
export function servicesNamed(names: readonly string[]): Configuration["services"] {
  return names.map((name) => ({
    name,
    title: name,
    aliases: [],
    summary: name,
    owner: null,
    links: [],
    runs: [backendPlacement],
    dependsOn: [],
    connectionsPerTask: [],
    health: [],
  }));
}

export function configuration(more: Partial<Configuration> = {}): Configuration {
  return {
    organisation: "WAOOAW",
    severities: [],
    roles: [],
    people: [],
    oncall: [],
    channels: {
      incidents: "incidents",
      alerts: null,
      operations: "ops",
      deployments: null,
      monitoring: null,
      prefix: "inc",
    },
    environments: [{ name: "production", aliases: ["prod"], production: true, default: true, region: null }],
    services: servicesNamed(["backend"]),
    resources: [],
    thresholds: [],
    connections: new Map(),
    policy: [policyRule()],
    freezes: [],
    windows: [],
    reactions: { timeline: "pushpin", actionItem: "white_check_mark" },
    operations: { expireMinutes: 15, verifyMinutes: 15, steadySeconds: 60, diagnoseIncidents: true },
    postmortem: { template: "default", sections: [] },
    dashboards: [],
    ...more,
  } as Configuration;
}

interface Waiting {
  readonly name: JobName;
  readonly data: { readonly operationId: string };
  readonly key: string;
  readonly after: Date;
}

/** Operations on records held in memory, with a clock that only tests move, and the jobs run by hand. */
export function operationsApp(
  options: {
    readonly config?: Partial<Configuration>;
    readonly service?: ReturnType<typeof fakeService>;
    readonly providers?: readonly Provider[];
    readonly incident?: Incident;
    readonly isIn?: (channelId: string) => boolean | null;
    /** Short ones in their order, where left out. */
    readonly newId?: () => string;
  } = {},
) {
  const config = configuration(options.config);
  const people = new Map([ana, ben, chi].map((caller) => [caller.userId, caller]));
  const kept = {
    now: new Date("2026-11-22T10:00:00Z"),
    operations: new Map<string, OperationRecord>(),
    locks: new Map<string, string>(),
    holds: [] as Hold[],
    leases: new Map<string, Lease>(),
    inquiries: new Map<string, Inquiry>(),
    audit: [] as NewAuditEntry[],
    backups: [] as string[],
    ticks: new Map<string, Tick[]>(),
    timeline: [] as NewTimelineEntry[],
    intents: [] as { intent: Intent; lane: Lane | undefined }[],
    jobs: [] as Waiting[],
    logged: [] as string[],
    ids: 0,
  };
  const newId = () => {
    if (options.newId) return options.newId();
    kept.ids += 1;
    return `id-${String(kept.ids).padStart(4, "0")}`;
  };
  const app = (): App =>
    ({
      now: kept.now,
      config,
      newId,
      redact: (text: string) => text,
      workspace: {
        botUserId: "U0TOC",
        teamId: "T0WAOOAW",
        channelLink: (channel: string) => `https://waooaw.slack.com/archives/${channel}`,
        permalink: (channel: string, ts: string) => `https://waooaw.slack.com/archives/${channel}/p${ts}`,
        ...(options.isIn ? { isIn: options.isIn } : {}),
      },
      incidents: {
        byId: async (id: string) => (options.incident?.id === id ? options.incident : null),
        byChannel: async (id: string) => (options.incident?.channelId === id ? options.incident : null),
        members: async () => [],
      },
      timeline: { add: async (entry: NewTimelineEntry) => void kept.timeline.push(entry) },
      operations: {
        insert: async (operation: Omit<OperationRecord, "version">) => put({ ...operation, version: 1 }),
        update: async (operation: OperationRecord, changes: Partial<OperationRecord>) => {
          const current = kept.operations.get(operation.id);
          if (current?.version !== operation.version) throw new Refusal("stale", "It has changed.");
          return put({ ...operation, ...changes, version: operation.version + 1 });
        },
        byId: async (id: string) => kept.operations.get(id) ?? null,
        byCode: async (code: string) => [...kept.operations.values()].find((one) => one.code === code) ?? null,
        list: async (filter: Parameters<App["operations"]["list"]>[0]) =>
          [...kept.operations.values()]
            .filter(
              (one) =>
                (filter.target === undefined || one.request.target.name === filter.target.name) &&
                (filter.open === undefined || isRunning(one) === filter.open),
            )
            .toReversed()
            .slice(0, filter.limit),
      },
      locks: {
        take: async (target: string, operationId: string) => {
          const holder = kept.locks.get(target) ?? operationId;
          kept.locks.set(target, holder);
          return holder === operationId ? { taken: true } : { taken: false, operationId: holder };
        },
        release: async (target: string, operationId: string) => {
          if (kept.locks.get(target) === operationId) kept.locks.delete(target);
        },
        holder: async (target: string) => kept.locks.get(target) ?? null,
      },
      people: { known: async () => new Map([...people].map(([id, one]) => [id, one])) },
      holds: { standing: async () => kept.holds },
      authenticator: null,
      leases: {
        insert: async (lease: Lease) => void kept.leases.set(lease.id, lease),
        byId: async (id: string) => kept.leases.get(id) ?? null,
        lock: async (id: string) => kept.leases.get(id) ?? null,
        byOperation: async (id: string) => [...kept.leases.values()].find((one) => one.operationId === id) ?? null,
        update: async (lease: Lease, changes: Partial<Lease>) => {
          kept.leases.set(lease.id, { ...lease, ...changes });
          return { ...lease, ...changes };
        },
        open: async (target?: Lease["target"]) =>
          [...kept.leases.values()].filter(
            (one) => one.state !== "over" && (target === undefined || one.target.name === target.name),
          ),
      },
      inquiries: {
        insert: async (inquiry: Inquiry) => void kept.inquiries.set(inquiry.id, inquiry),
        byId: async (kind: Inquiry["kind"], id: string) => {
          const inquiry = kept.inquiries.get(id);
          return inquiry?.kind === kind ? inquiry : null;
        },
        ofIncident: async (kind: Inquiry["kind"], incidentId: string) =>
          [...kept.inquiries.values()].filter((one) => one.kind === kind && one.incidentId === incidentId).toReversed(),
        keepPicture: async () => {},
        picture: async () => null,
        found: async (id: string, found: Inquiry["found"]) => {
          const inquiry = kept.inquiries.get(id);
          if (inquiry) kept.inquiries.set(id, { ...inquiry, found });
        },
      },
      backups: {
        keep: async (backup: { readonly id: string }) => void kept.backups.push(backup.id),
        keepRestore: async (restore: { readonly id: string }) => void kept.backups.push(restore.id),
        proved: async () => {},
      },
      ticks: {
        of: async (list: string) => kept.ticks.get(list) ?? [],
        set: async (list: string, item: string, tick: Omit<Tick, "item"> | null) => {
          const others = (kept.ticks.get(list) ?? []).filter((one) => one.item !== item);
          kept.ticks.set(list, tick === null ? others : [...others, { item, ...tick }]);
        },
      },
      samples: { since: async () => [], add: async () => {} },
      // No task of a schedule waits for any of these.
      turns: { open: async () => [] },
      audit: { add: async (entry: NewAuditEntry) => void kept.audit.push(entry) },
      outbox: { add: async (intent: Intent, lane?: Lane) => void kept.intents.push({ intent, lane }) },
      jobs: {
        add: async (name: JobName, data: Waiting["data"], { key = newId(), after = kept.now } = {}) => {
          kept.jobs = kept.jobs.filter((job) => job.name !== name || job.key !== key);
          kept.jobs.push({ name, data, key, after });
        },
      },
    }) as unknown as App;
  const put = (operation: OperationRecord): OperationRecord => {
    kept.operations.set(operation.id, operation);
    return operation;
  };
  const transact: Transact = async (work) => {
    const before = {
      operations: new Map(kept.operations),
      locks: new Map(kept.locks),
      leases: new Map(kept.leases),
      inquiries: new Map(kept.inquiries),
      audit: [...kept.audit],
      backups: [...kept.backups],
      ticks: new Map(kept.ticks),
      timeline: [...kept.timeline],
      intents: [...kept.intents],
      jobs: [...kept.jobs],
    };
    try {
      return await work(app());
    } catch (error) {
      Object.assign(kept, before);
      throw error;
    }
  };
  const context = {
    transact,
    operations,
    providers: options.providers ?? (options.service ? [options.service.provider] : []),
    identify: async (userId: string) => people.get(userId) ?? member(userId, { kind: "unknown" }),
    newId,
    now: () => kept.now,
    log: {
      warn: (_fields: object, message: string) => void kept.logged.push(message),
      error: (_fields: object, message: string) => void kept.logged.push(message),
    },
  };
  const handlers = new Map<JobName, JobHandler>(
    [
      planOperation(context),
      applyOperation(context),
      watchOperation(context),
      checkOperation(context),
      expireOperation(context),
      inquire(context),
      jobHandler(tendLease(context)),
    ].map((handler) => [handler.name, handler]),
  );
  /** Runs every job that is due, and those they add that are due too. */
  const runJobs = async (): Promise<void> => {
    for (;;) {
      const due = kept.jobs.find((job) => job.after <= kept.now);
      if (!due) return;
      kept.jobs = kept.jobs.filter((job) => job !== due);
      await handlers.get(due.name)?.handle(due.data);
    }
  };
  return {
    kept,
    people,
    config,
    context,
    transact,
    handlers,
    runJobs,
    /** Moves the clock, running what falls due on the way. */
    advance: async (seconds: number): Promise<void> => {
      const until = new Date(kept.now.getTime() + seconds * 1000);
      for (;;) {
        await runJobs();
        const next = kept.jobs.map((job) => job.after).toSorted((a, b) => a.getTime() - b.getTime())[0];
        if (!next || next > until) break;
        kept.now = next;
      }
      kept.now = until;
    },
    record: (id: string): OperationRecord => {
      const record = kept.operations.get(id);
      if (!record) throw new Error(`There is no operation ${id}`);
      return record;
    },
  };
}
