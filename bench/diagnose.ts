import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseConfiguration } from "../src/config.ts";
import type { DiagnosisFound } from "../src/domain/health/diagnosis.ts";
import { everySubject, type Subject } from "../src/domain/health/subjects.ts";
import type { Provider } from "../src/domain/platform.ts";
import type { App } from "../src/domain/ports.ts";
import { askSource } from "../src/jobs/ask-source.ts";
import { diagnose as diagnoseThing } from "../src/jobs/diagnose.ts";
import { readErrorLines } from "../src/jobs/examine-logs.ts";
import type { OperationContext } from "../src/jobs/operation-context.ts";
import { operations } from "../src/operations/index.ts";
import { providers } from "../src/providers/index.ts";
import { median } from "./load.ts";
import { machine, row } from "./processes.ts";

/** Everything at once takes as long as the slowest source, and little more. */
const aim = 1.3;
const targets = 30;
const rounds = 5;
/** How long a source takes to answer one call; the cloud is asked up to three times in a row for one check. */
const latency = { cloudMilliseconds: 400, healthMilliseconds: 1000, prometheusMilliseconds: 600 };

/**
 * Diagnoses a service that needs 29 others, eight checks each, against the slowest source of them asked alone for all
 * of its targets: the real job and the real providers, on sources that take their time and have the limits of AWS.
 */
export async function diagnose(): Promise<void> {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL("slow-sources.ts", import.meta.url)), JSON.stringify({ services: targets, ...latency })],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  try {
    const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
    const { aws, url } = JSON.parse(line);
    const { configuration } = parseConfiguration([{ name: "bench.yaml", text: configurationText(url) }], {
      environment: {},
      operations,
    });
    const all = providers({ aws, connections: new Map(), prometheus: configuration.integrations.prometheus ?? null });
    const subjects = everySubject(configuration);
    const alone = new Map<string, number[]>();
    const whole: number[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      for (const [name, ask] of Object.entries(sources(all))) {
        const milliseconds = await timed(() => Promise.all(subjects.map(ask)));
        // The first round opens the connections.
        if (round > 0) alone.set(name, [...(alone.get(name) ?? []), milliseconds]);
      }
      const milliseconds = await timed(async () => mustBeRead(await diagnosed(all, configuration)));
      if (round > 0) whole.push(milliseconds);
    }
    report(alone, whole);
  } finally {
    child.kill("SIGKILL");
  }
}

/** Each check by itself, asked as often at once and a second as the bot asks that source. */
function sources(all: readonly Provider[]): Readonly<Record<string, (subject: Subject) => Promise<unknown>>> {
  const provider = (id: string) => {
    const found = all.find((one) => one.id === id);
    if (!found) throw new Error(`There is no provider ${id}`);
    return found;
  };
  const [ecs, cloudwatch, prometheus, http] = ["ecs", "cloudwatch", "prometheus", "http"].map(provider);
  const [usage, traffic] = cloudwatch?.measures?.groups.ecs ?? [];
  const context = { log: silent, newId: () => "bench0", providers: all };
  const asked = async (source: string, read: () => Promise<unknown>) => {
    const answer = await askSource(context, { source: `${source}, alone`, of: source }, read);
    if (!("value" in answer)) throw new Error(`${source} ${answer.trouble}`);
  };
  return {
    "running (ECS)": ({ placement }) => asked("ecs", async () => ecs?.services?.read.describe(placement)),
    "load balancer (ELB)": ({ placement }) => asked("ecs", async () => ecs?.services?.read.balancer(placement)),
    "CPU, memory (CloudWatch)": ({ placement }) => asked("figures", async () => usage?.read(placement, new Date())),
    "rates, times (CloudWatch)": ({ placement }) => asked("figures", async () => traffic?.read(placement, new Date())),
    "alarms (CloudWatch)": ({ placement, alarms }) =>
      asked("alarms", async () => cloudwatch?.measures?.alarms(placement, alarms)),
    "error lines (CloudWatch Logs)": async ({ logs }) => logs && readErrorLines(context, logs, new Date()),
    "own metric (Prometheus)": ({ thresholds, environment }) =>
      asked("prometheus", () =>
        Promise.all(
          thresholds.map(
            ({ threshold: { source } }) => source && prometheus?.metric?.(source, new Date(), environment),
          ),
        ),
      ),
    "health (HTTP)": ({ checks, name }) =>
      asked(name, () =>
        Promise.all(checks.filter(({ source }) => source === "http").map((check) => http?.health?.read(check))),
      ),
  };
}

const silent = { warn: () => {}, error: (fields: object, message: string) => console.error(message, fields) };

/** The job as the bot runs it, on records that are kept nowhere. */
async function diagnosed(all: readonly Provider[], config: App["config"]): Promise<DiagnosisFound> {
  const question = { target: { name: "s1", environment: "production" }, declared: null };
  const inquiry = { id: "bench", kind: "diagnosis", place: { channel: "C0BENCH" }, incidentId: null, question };
  let found: DiagnosisFound | null = null;
  const nothing = async () => {};
  const app = {
    now: new Date(),
    config,
    redact: (text: string) => text,
    inquiries: {
      byId: async () => inquiry,
      found: async (_id: string, what: DiagnosisFound) => {
        found = what;
      },
    },
    samples: { since: async () => [], add: nothing },
    outbox: { add: nothing },
    jobs: { add: nothing },
  } as unknown as App;
  const transact = (work: (app: App) => unknown) => work(app);
  const context = { transact, providers: all, log: silent, newId: () => "bench0" };
  await diagnoseThing({ ...context, now: () => new Date() } as unknown as OperationContext & { now: () => Date }, "x");
  if (found === null) throw new Error("Nothing was found");
  return found;
}

/** A source that refuses would be fast: that is no diagnosis. Services that never ran have no figures, which is an answer. */
function mustBeRead({ findings }: DiagnosisFound): void {
  const none = "CPU utilization, Memory utilization";
  const unread = findings.filter(
    ({ state, title, detail }) =>
      state === "unknown" && !none.includes(title) && !detail.endsWith(`not known: ${none}`),
  );
  if (findings.length < targets || unread.length > 0)
    throw new Error(`Not all was read: ${JSON.stringify(unread[0] ?? findings)}`);
}

function configurationText(url: string): string {
  const service = (index: number) => `
  s${index}:
    title: Service ${index}
    ${index === 1 ? `depends_on: [${Array.from({ length: targets - 1 }, (_, other) => `s${other + 2}`).join(", ")}]` : ""}
    environments:
      production:
        ecs: { cluster: waooaw-production, service: bench-${index} }
        logs: { cloudwatch: { group: /ecs/waooaw-backend-production } }
        health: { url: "${url}/health/${index}", slow: 30s }`;
  const names = Array.from({ length: targets }, (_, index) => `s${index + 1}`);
  return `organisation: Bench
environments: { production: { production: true } }
integrations: { prometheus: { url: "${url}" } }
services:${names.map((_, index) => service(index + 1)).join("")}
thresholds:
  - { metric: Jobs waiting, targets: [${names.join(", ")}], prometheus: sum(jobs_waiting), warning: "> 100" }
  - { metric: CPU utilization, warning: "> 90 %" }
  - { metric: Memory utilization, warning: "> 90 %" }
`;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function report(alone: ReadonlyMap<string, readonly number[]>, whole: readonly number[]): void {
  const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`;
  const medians = [...alone].map(([name, all]) => [name, median(all)] as const);
  const slowest = Math.max(...medians.map(([, milliseconds]) => milliseconds));
  const sum = medians.reduce((total, [, milliseconds]) => total + milliseconds, 0);
  const ratio = median(whole) / slowest;
  process.stdout.write(
    `${[
      machine(),
      "",
      `${targets} targets × ${alone.size} checks, median of ${rounds}; a call to the cloud takes ${latency.cloudMilliseconds} ms, to Prometheus ${latency.prometheusMilliseconds} ms, to a health address ${latency.healthMilliseconds} ms`,
      ...medians.map(([name, milliseconds]) => row(`  ${name}, alone`.padEnd(40), seconds(milliseconds))),
      row("  one source after the other".padEnd(40), seconds(sum)),
      row("  diagnosed".padEnd(40), seconds(median(whole))),
      "",
      `${ratio.toFixed(2)} × the slowest source alone, wanted at most ${aim}: ${ratio <= aim ? "met" : "missed"}`,
    ].join("\n")}\n`,
  );
}
