/** Operations on real platforms, carried out by a bot that dies at a moment of the test's choice. */
import { randomUUIDv7 } from "node:crypto";
import type { Caller } from "../../src/domain/access/caller.ts";
import type { Configuration } from "../../src/domain/configuration.ts";
import { approveOperation, confirmOperation } from "../../src/domain/operation/decision.ts";
import { isRunning } from "../../src/domain/operation/lifecycle.ts";
import type { Json, OperationRecord, Target } from "../../src/domain/operation/operation.ts";
import { requestOperation } from "../../src/domain/operation/request.ts";
import type { Provider } from "../../src/domain/platform.ts";
import { applyOperation } from "../../src/jobs/apply-operation.ts";
import { planOperation } from "../../src/jobs/plan-operation.ts";
import { watchOperation } from "../../src/jobs/watch-operation.ts";
import { operations } from "../../src/operations/index.ts";
import { ana, ben, operationsApp, policyRule } from "./operations-app.ts";

/** What a dead process throws at whoever asks it for anything. */
export class Dead extends Error {}

export interface Bench {
  /** Made anew for each process, as what a process remembers dies with it. */
  readonly providers: () => readonly Provider[];
  readonly target: Target;
  readonly operation: string;
  readonly input: Json;
  readonly config?: Partial<Configuration>;
  /** Moves the platform's time on beside the bot's. */
  readonly advance?: (seconds: number) => Promise<void>;
}

/**
 * A bot that asks for an operation, and dies at the nth thing it does while it carries it out: calls that write and
 * transactions count, each before it is done and after.
 */
export function killable(bench: Bench) {
  let left = Number.POSITIVE_INFINITY;
  let isDead = false;
  const passed: string[] = [];

  const moment = (what: string): void => {
    if (isDead) throw new Dead(what);
    passed.push(what);
    left -= 1;
    if (left >= 0) return;
    isDead = true;
    throw new Dead(what);
  };
  const around = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    moment(`before ${what}`);
    const done = await work();
    moment(`after ${what}`);
    return done;
  };
  /** The provider, with every function of its write halves a moment at which the process may die. */
  const watched = (provider: Provider): Provider =>
    Object.fromEntries(
      Object.entries(provider).map(([name, port]) => {
        const write = (port as { readonly write?: Readonly<Record<string, unknown>> } | null)?.write;
        if (typeof port !== "object" || write === undefined) return [name, port];
        const risky = Object.entries(write).map(([verb, work]) => [
          verb,
          typeof work === "function" && verb !== "services"
            ? (...args: readonly unknown[]) => around(verb, () => work(...args) as Promise<unknown>)
            : work,
        ]);
        return [name, { ...port, write: Object.fromEntries(risky) }];
      }),
    ) as unknown as Provider;

  const bot = operationsApp({
    newId: randomUUIDv7,
    providers: bench.providers().map(watched),
    config: { policy: [policyRule({ actions: ["*"], environments: null, confirm: "none" })], ...bench.config },
  });
  const { context, kept } = bot;

  /** What carries operations out, in a process that began just now. */
  const started = () => {
    const own = {
      ...context,
      providers: bench.providers().map(watched),
      transact: ((work: Parameters<typeof context.transact>[0]) =>
        around("a transaction", () => context.transact(work))) as typeof context.transact,
      // The dead write no log.
      log: {
        warn: () => {},
        error: (fields: object, message: string) => {
          if (!isDead) context.log.error(fields, message);
        },
      },
    };
    return {
      "plan-operation": planOperation(own),
      "apply-operation": applyOperation(own),
      "watch-operation": watchOperation(own),
    } as const;
  };
  let process = started();

  /** Runs what is due; a job whose process died is handed out again, as the queue does when its heartbeat ends. */
  const runDue = async (): Promise<"died" | "done"> => {
    for (;;) {
      const due = kept.jobs.find((job) => job.after <= kept.now && job.name in process);
      if (!due) return "done";
      try {
        await process[due.name as keyof typeof process].handle(due.data as { readonly operationId: string });
      } catch (error) {
        if (!(error instanceof Dead)) throw error;
        return "died";
      }
      // One of the same key that was added meanwhile is another one.
      kept.jobs = kept.jobs.filter((job) => job !== due);
    }
  };
  const advance = async (seconds: number): Promise<void> => {
    kept.now = new Date(kept.now.getTime() + seconds * 1000);
    await bench.advance?.(seconds);
  };

  return {
    kept,
    passed,
    config: bot.config,
    transact: bot.transact,
    advance,
    /** Asks and plans; the operation is approved and waits to be carried out. */
    plan: async (caller: Caller = ana): Promise<OperationRecord> => {
      const operation = operations.find(({ name }) => name === bench.operation);
      if (!operation) throw new Error(`There is no operation ${bench.operation}`);
      const { id } = await bot.transact((app) =>
        requestOperation(app, {
          operation,
          target: bench.target,
          input: bench.input,
          reason: null,
          caller,
          asked: { channelId: "C0OPS", channelName: "ops" },
          skipConfirm: false,
        }),
      );
      const plan = kept.jobs.find((job) => job.name === "plan-operation");
      await bot.handlers.get("plan-operation")?.handle({ operationId: id });
      kept.jobs = kept.jobs.filter((job) => job !== plan);
      return bot.record(id);
    },
    confirm: async (id: string): Promise<void> => {
      await advance(5);
      await bot.transact((app) => confirmOperation(app, operations, id, ana, bench.target.name));
      if (bot.record(id).state !== "awaiting-approval") return;
      await bot.transact((app) => approveOperation(app, id, ben));
    },
    approve: async (id: string, userId: string): Promise<OperationRecord> => {
      const caller = bot.people.get(userId);
      if (!caller) throw new Error(`There is no ${userId}`);
      return bot.transact((app) => approveOperation(app, id, caller));
    },
    /** Lets it die at the nth moment from now; without a number it lives. */
    dieAt: (nth: number): void => {
      left = nth;
      passed.length = 0;
    },
    /** Carries it out until it is over or the process dies. */
    run: async (id: string, most = 400): Promise<"died" | "over"> => {
      for (let turn = 0; turn < most; turn += 1) {
        if ((await runDue()) === "died") return "died";
        if (!isRunning(bot.record(id))) return "over";
        await advance(5);
      }
      throw new Error(`It is not over: ${JSON.stringify(bot.record(id))}`);
    },
    /** Another process takes the place of the dead one, so many seconds later. */
    restart: async (seconds = 12): Promise<void> => {
      isDead = false;
      left = Number.POSITIVE_INFINITY;
      process = started();
      await advance(seconds);
    },
    record: bot.record,
  };
}

export type Killable = ReturnType<typeof killable>;
