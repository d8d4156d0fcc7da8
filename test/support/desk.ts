/**
 * Commands with a real store and everything else recorded: what an ask answers, and what it has Slack, the queue and
 * the audit log do. Nothing here talks to Slack.
 */
import { afterAll } from "vitest";
import { commands } from "../../commands/index.ts";
import { loadConfiguration } from "../../src/config.ts";
import type { Caller } from "../../src/domain/access/caller.ts";
import type { NewAuditEntry } from "../../src/domain/audit/entry.ts";
import { createRedact } from "../../src/domain/capture/redact.ts";
import type { Configuration } from "../../src/domain/configuration.ts";
import type { Intent, Lane, MissingPiece } from "../../src/domain/intent.ts";
import type { JobName } from "../../src/domain/jobs.ts";
import type { App } from "../../src/domain/ports.ts";
import { Refusal } from "../../src/errors.ts";
import { createAuthenticator } from "../../src/second-factor/authenticator.ts";
import type { Answer, At, FormValues } from "../../src/slack/command.ts";
import { parseLine } from "../../src/slack/parse.ts";
import { openDatabase, openPool, type RecordContext } from "../../src/store/database.ts";
import { migrate } from "../../src/store/migrate.ts";
import { type Records, withRecords } from "../../src/store/records.ts";
import { createTransact } from "../../src/store/transact.ts";
import { views } from "../../templates/views.ts";
import { testDatabase } from "./postgres.ts";

export interface RecordedJob {
  readonly name: JobName;
  readonly data: unknown;
  readonly key: string | undefined;
  readonly after: Date | undefined;
}

/** The configuration of the example, read once. */
export const { configuration: waooaw } = await loadConfiguration({ path: "examples/waooaw/tocsin.yaml", named: true }, {
  environment: process.env,
  operations: null,
} as never);

const workspacePeople = ["ana", "ben", "chi", "dev", "eva", "sam"];

export function caller(userId: string, changes: Partial<Caller> = {}): Caller {
  return {
    userId,
    teamId: "T0WAOOAW",
    name: userId.slice(2).toLowerCase(),
    email: null,
    kind: "member",
    groupIds: [],
    timezone: "Europe/London",
    ...changes,
  };
}

export const nowhere: At = { channelId: null, channelName: null, message: null, inForm: false };

export function inChannel(channelId: string): At {
  return { ...nowhere, channelId, channelName: "a-channel" };
}

export type Desk = Awaited<ReturnType<typeof openDesk>>;

/** Opens a database of the test file's own and answers the ways to ask. */
export async function openDesk(config: Configuration = waooaw) {
  const url = await testDatabase(async (template) => {
    const pool = openPool(template, { statementMilliseconds: 0 });
    await migrate(openDatabase(pool));
    await pool.end();
  });
  const pool = openPool(url);
  afterAll(() => pool.end());
  const desk = {
    now: new Date("2026-11-22T02:00:00Z"),
    intents: [] as { readonly intent: Intent; readonly lane: Lane }[],
    jobs: [] as RecordedJob[],
    audit: [] as NewAuditEntry[],
    missing: [] as MissingPiece[],
  };
  let ids = 0;
  const transact = async <T>(work: (app: App) => Promise<T>): Promise<T> => {
    const staged = { intents: [...desk.intents], jobs: [...desk.jobs], audit: [...desk.audit] };
    const begun = { intents: staged.intents.length, jobs: staged.jobs.length, audit: staged.audit.length };
    const run = createTransact({
      pool,
      now: () => desk.now,
      newId: () => `id-${String(++ids).padStart(6, "0")}`,
      app: (context: RecordContext): App =>
        withRecords<Omit<App, keyof Records> & Pick<App, "audit">>(context, {
          now: context.now,
          config,
          redact: createRedact([]),
          newId: context.newId,
          workspace: {
            botUserId: "U0TOC",
            teamId: "T0WAOOAW",
            channelLink: (channel) => `https://waooaw.slack.com/archives/${channel}`,
            permalink: (channel, ts, thread) =>
              `https://waooaw.slack.com/archives/${channel}/p${ts.replace(".", "")}${thread && thread !== ts ? `?thread_ts=${thread}` : ""}`,
          },
          authenticator: createAuthenticator({
            key: "a key of thirty-two characters or more",
            site: () => "https://tocsin.example.com",
          }),
          audit: { add: async (entry) => void staged.audit.push(entry), recent: async () => [] },
          outbox: {
            add: async (intent, lane = "normal") => void staged.intents.push({ intent, lane }),
            missing: async () => desk.missing,
            sendRefused: async () => {},
            withdraw: async () => {},
            posted: async () => null,
            documents: async () => [],
          },
          jobs: {
            add: async (name, data, options) =>
              void staged.jobs.push({ name, data, key: options?.key, after: options?.after }),
          },
        }),
    });
    const result = await run(work);
    desk.intents.push(...staged.intents.slice(begun.intents));
    desk.jobs.push(...staged.jobs.slice(begun.jobs));
    desk.audit.push(...staged.audit.slice(begun.audit));
    return result;
  };

  const door = <T>(kind: "buttons" | "forms" | "shortcuts", id: string): T => {
    const found = commands.map((command) => command[kind]?.[id]).find((candidate) => candidate !== undefined);
    if (!found) throw new Error(`No command has ${kind} ${id}`);
    return found as T;
  };

  return Object.assign(desk, {
    transact,
    /** Types a slash command as Slack delivers it. */
    types: async (who: Caller, line: string, at: At = nowhere): Promise<Answer | undefined> => {
      const [slash = "", ...rest] = line.split(" ");
      const people = {
        find: (name: string) => (workspacePeople.includes(name) ? `U0${name.toUpperCase()}` : null),
        names: workspacePeople,
      };
      const parsed = parseLine({ slash, text: rest.join(" "), me: who.userId, people }, commands, config);
      if (parsed.kind !== "run") throw new Error("That asks for help.");
      return transact((app) => parsed.command.run({ app, caller: who, at, args: parsed.args as never }));
    },
    presses: (
      who: Caller,
      action: string,
      about: { readonly id: string; readonly version?: number; readonly channel?: string },
      at: At = nowhere,
    ): Promise<Answer | undefined> => {
      const press = door<(ask: unknown) => Promise<Answer | undefined>>("buttons", action);
      return transact((app) => press({ app, caller: who, at, about, values: formValues({}) }));
    },
    submits: (
      who: Caller,
      callback: string,
      about: { readonly id: string; readonly version?: number; readonly channel?: string },
      values: Readonly<Record<string, unknown>>,
      at: At = nowhere,
    ): Promise<Answer | undefined> => {
      const submit = door<(ask: unknown) => Promise<Answer | undefined>>("forms", callback);
      return transact((app) => submit({ app, caller: who, at, about, values: formValues(values) }));
    },
    shortcut: (who: Caller, callback: string, at: At): Promise<Answer | undefined> => {
      const { run } = door<{ readonly run: (ask: unknown) => Promise<Answer | undefined> }>("shortcuts", callback);
      return transact((app) => run({ app, caller: who, at }));
    },
    event: (type: string, event: Readonly<Record<string, unknown>>, who: Caller | null = null): Promise<void> => {
      const listeners = commands.flatMap((command) => command.events?.[type] ?? []);
      if (listeners.length === 0) throw new Error(`Nobody listens to ${type}`);
      return transact(async (app) => {
        for (const listen of listeners) await listen({ app, caller: who, event });
      });
    },
    reacts: (
      who: Caller,
      name: string,
      mark: { readonly on: boolean; readonly channelId: string; readonly ts: string; readonly eventTs: string },
    ): Promise<void> =>
      transact(async (app) => {
        for (const reaction of commands.flatMap((command) => command.reactions ?? [])) {
          if (reaction.name(config) === name) await reaction.run({ app, caller: who, name, ...mark });
        }
      }),
    draws: (view: string, subject: string) =>
      transact(async (app) => {
        const draw = views[view];
        if (!draw) throw new Error(`No view ${view}`);
        return draw(app, subject);
      }),
    /** What Slack was asked to do since the last look. */
    takeIntents: (): readonly Intent[] => desk.intents.splice(0).map(({ intent }) => intent),
  });
}

/** The values of a form by input name, as src/slack reads them. */
export function formValues(values: Readonly<Record<string, unknown>>): FormValues {
  const one = (name: string) =>
    typeof values[name] === "string" && values[name] !== "" ? (values[name] as string) : null;
  return {
    text: one,
    choice: one,
    choices: (name) => (Array.isArray(values[name]) ? (values[name] as string[]) : []),
    user: one,
    date: one,
    moment: (name) => (values[name] instanceof Date ? (values[name] as Date) : null),
    ticked: (name) => values[name] === true,
  };
}

/** The refusal an ask meets; fails when it is granted. */
export async function refusal(asked: Promise<unknown>): Promise<Refusal> {
  try {
    await asked;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error("It was not refused.");
}
