import { describe, expect, test } from "vitest";
import type { Configuration } from "../../../src/domain/configuration.ts";
import { type Grounds, holderIn, likelyCauses } from "../../../src/domain/health/causes.ts";
import type { Hint } from "../../../src/domain/health/hints.ts";
import type { Finding } from "../../../src/domain/health/thresholds.ts";
import { type Session, superusers } from "../../../src/domain/platform/databases.ts";

const now = new Date("2026-11-22T10:00:00Z");
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
const finding = (more: Partial<Finding> = {}): Finding => ({ title: "", state: "critical", detail: "", ...more });
const grounds = (findings: readonly Finding[], hints: readonly Hint[], name = "backend"): Grounds => ({
  ...{ name, title: name, environment: "production", findings, hints },
});
const deployment = (minutes: number, state: "completed" | "failed"): Hint => ({
  kind: "deployment",
  deployment: {
    ...{ id: "d", primary: true, reason: null, version: `v${minutes}`, desired: 4, running: 4, pending: 0, failed: 0 },
    state,
    since: minutesAgo(minutes),
  },
});
const session = (more: Partial<Session> = {}): Session => ({
  ...{ id: "4711", since: "s", statementSince: "t", user: "app", application: "checkout", database: "shop" },
  ...{ state: "idle-in-transaction", seconds: 90, transactionSeconds: 90, waiting: null, blockedBy: [] },
  ...{ statement: "update orders set note = ?", spared: null },
  ...more,
});
const texts = (all: readonly Grounds[]) => likelyCauses(all, now).map(({ text }) => text);

describe("a deployment", () => {
  test("of the hour before it went red is the likely cause, and one that failed before one that did not", () => {
    expect(texts([grounds([finding()], [deployment(59, "completed")])])).toEqual([
      "backend: the deployment of v59, begun 59 minutes ago, completed",
    ]);
    expect(texts([grounds([finding()], [deployment(5, "completed"), deployment(9, "failed")])])[0]).toMatch(
      /v9.*failed$/,
    );
    expect(texts([grounds([finding()], [deployment(61, "failed")])])).toEqual([]);
  });

  test("counts from when it went red, not from now, and one that came later made nothing red", () => {
    const since = { since: minutesAgo(100) };
    expect(texts([grounds([finding(since)], [deployment(130, "completed")])])).toHaveLength(1);
    expect(texts([grounds([finding(since)], [deployment(30, "failed")])])).toEqual([]);
  });

  test("is no cause while nothing is wrong", () => {
    expect(texts([grounds([finding({ state: "unknown" })], [deployment(5, "failed")])])).toEqual([]);
  });
});

describe("a data store", () => {
  const red = (measure: NonNullable<Finding["measure"]>, detail: string, more: Partial<Finding> = {}) =>
    finding({ measure, detail: `${detail}, critical > 1; trend unknown`, title: measure, ...more });
  test.each([
    [
      "names who holds others up, what it does, and offers to end it",
      grounds([red("blocked", "6")], [{ kind: "blocker", id: "4711", session: session(), holdsUp: 6 }], "pg"),
      "pg: session 4711 of checkout holds up 6, idles in an open transaction after update orders set note = ?",
      { text: "Terminate 4711", operation: "terminate-session", input: { session: { id: "4711", since: "s" } } },
    ],
    [
      "offers nothing for a session that must be left alone, and says why",
      grounds(
        [red("blocked", "6")],
        [{ kind: "blocker", id: "0", session: session({ spared: superusers }), holdsUp: 6 }],
      ),
      /holds up 6.* \(it is not ended from here: it is a superuser's\)$/,
      null,
    ],
    [
      "says what a superuser's session has run for so long, and offers nothing",
      grounds([red("longest-query", "900 s")], [{ kind: "statement", session: session({ spared: superusers }) }], "pg"),
      "pg: session 4711 of checkout has run for 900 s: update orders set note = ? (it is not ended from here: it is a superuser's)",
      null,
    ],
    [
      "says who holds the connections of a full pool",
      grounds([red("connections", "99 of 100")], [{ kind: "connections", by: "backend", count: 64 }], "pg"),
      "pg: hardly a connection is left (99 of 100); most are held by backend (64)",
      null,
    ],
    [
      "says that hardly any storage is left, and how more is added",
      grounds([red("disk", "99 %")], [], "postgres"),
      "postgres: hardly any storage is left (99 %); `/ops resize postgres --storage <GiB> --now` adds storage without an interruption",
      null,
    ],
    [
      "says that a cache drops keys",
      grounds([red("evictions", "4,200 a minute"), red("memory", "99 %")], [], "redis"),
      "redis: it is full and drops keys (4,200 a minute), with its memory at 99 %; what it no longer answers, the database gets",
      null,
    ],
    [
      "says that jobs pile up in a queue that is paused, and offers to resume it",
      grounds(
        [red("waiting", "12,480", { of: "emails" })],
        [{ kind: "queue", queue: "emails", paused: true, workers: 2 }],
        "jobs",
      ),
      "jobs: jobs pile up in emails: 12,480 jobs wait, because it is paused",
      { text: "Resume emails", operation: "resume-queues", input: { queues: ["emails"] } },
    ],
    [
      "offers to cancel the statement that runs for long",
      grounds([red("longest-query", "7 min")], [{ kind: "statement", session: session() }], "pg"),
      "pg: session 4711 of checkout has run for 7 min: update orders set note = ?",
      { text: "Cancel 4711", operation: "cancel-query", input: { session: { id: "4711", since: "s" } } },
    ],
    [
      "offers to retry failed jobs",
      grounds([red("failed", "40 %", { of: "emails" })], [], "jobs"),
      "jobs: 40 % of the finished jobs of emails failed",
      { text: "Retry failed emails", operation: "retry-failed", input: { queue: "emails" } },
    ],
  ] as const)("%s", (_, of, text, remedy) => {
    const [cause] = likelyCauses([of], now);
    if (typeof text === "string") expect(cause?.text).toBe(text);
    else expect(cause?.text).toMatch(text);
    const target = { name: of.name, environment: "production" };
    expect(cause?.remedy).toEqual(remedy === null ? null : { ...remedy, target });
  });

  test("with hardly a connection left offers to restart who holds them: by the sessions' name, else by the largest pool", () => {
    const service = (name: string, count: number, environment = "production") => ({
      ...{ name, aliases: [`shop-${name}`], runs: [{ environment }] },
      connectionsPerTask: count > 0 ? [{ database: "pg", count }] : [],
      dependsOn: name === "worker" ? ["jobs"] : [],
    });
    const services = [
      service("worker", 5),
      service("backend", 10),
      service("agent", 0),
      service("other", 90, "staging"),
    ];
    const holderOf = holderIn({ services } as unknown as Pick<Configuration, "services">);
    const remedy = (by: string | null) => {
      const hints: readonly Hint[] = by === null ? [] : [{ kind: "connections", by, count: 64 }];
      return likelyCauses([grounds([red("connections", "99 of 100")], hints, "pg")], now, holderOf)[0]?.remedy;
    };
    expect(remedy("shop-agent")).toMatchObject({ text: "Restart agent", operation: "restart-service" });
    expect(remedy("psql")).toMatchObject({ target: { name: "backend", environment: "production" } });
    expect(remedy(null)).toMatchObject({ text: "Restart backend", input: {} });
    expect(holderOf({ name: "mysql", environment: "production" }, "psql")).toBeNull();
    expect(holderOf({ name: "jobs", environment: "production" }, null)).toBe("worker");
  });
});
