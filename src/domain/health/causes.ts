import type { Configuration } from "../configuration.ts";
import type { Json } from "../operation/operation.ts";
import type { ServiceDeployment } from "../platform.ts";
import type { Hint } from "./hints.ts";
import type { Finding } from "./thresholds.ts";

/** Something that would help, as an ask for an operation: it goes through the same door as if it were typed. */
export interface Remedy {
  /** On the button: Terminate 4711. */
  readonly text: string;
  readonly operation: "terminate-session" | "cancel-query" | "retry-failed" | "resume-queues" | "restart-service";
  readonly target: { readonly name: string; readonly environment: string };
  readonly input: Json;
}

/** What probably made it so, in a sentence, and what would help; the likeliest first. */
export interface Cause {
  readonly text: string;
  readonly remedy: Remedy | null;
}

/** What one thing of the catalog came to. */
export interface Grounds {
  readonly name: string;
  readonly environment: string;
  readonly title: string;
  readonly findings: readonly Finding[];
  readonly hints: readonly Hint[];
}

/** Which service of an environment holds connections to a database or works on a queue, as far as the application's name or the configuration says; null where neither does. */
export type HolderOf = (
  store: { readonly name: string; readonly environment: string },
  application: string | null,
) => string | null;

/** By the name its sessions go by, else the one with the largest pool in the configuration, else the only one that needs it. */
export function holderIn(config: Pick<Configuration, "services">): HolderOf {
  return ({ name, environment }, application) => {
    const here = config.services.filter(({ runs }) => runs.some((run) => run.environment === environment));
    const called = here.find((one) => application !== null && [one.name, ...one.aliases].includes(application));
    if (called) return called.name;
    const pools = here.flatMap((service) =>
      service.connectionsPerTask
        .filter(({ database }) => database === name)
        .map(({ count }) => ({ service: service.name, count })),
    );
    const [largest] = pools.toSorted((one, other) => other.count - one.count);
    const [needing, ...more] = here.filter((one) => one.dependsOn.includes(name));
    return largest?.service ?? (more.length === 0 ? (needing?.name ?? null) : null);
  };
}

const hour = 60 * 60_000;
const red = ({ state }: Finding) => state === "critical" || state === "warning";

/** The likely causes of what is wrong, most telling first; none where nothing is wrong or nothing points to a cause. */
export function likelyCauses(all: readonly Grounds[], now: Date, holderOf: HolderOf = () => null): readonly Cause[] {
  const broken = all.flatMap(({ findings }) => findings).filter(red);
  if (broken.length === 0) return [];
  const deployments = all.flatMap((grounds) => deploymentCauses(grounds, broken, now));
  const early = deployments.filter(({ unfinished }) => unfinished);
  const late = deployments.filter(({ unfinished }) => !unfinished);
  return [...early, ...all.flatMap((one) => storeCauses(one, holderOf)), ...late].map(({ text, remedy }) => ({
    text,
    remedy,
  }));
}

/** Deployments that began within the hour before something went red; one that failed says more than one that did not. */
function deploymentCauses({ title, hints }: Grounds, broken: readonly Finding[], now: Date) {
  const recent = hints
    .flatMap((hint) => (hint.kind === "deployment" ? [hint.deployment] : []))
    .filter((deployment) => broken.some((finding) => mayHaveMade(deployment, finding, now)))
    .toSorted((left, right) => right.since.getTime() - left.since.getTime());
  const suspect = recent.find(({ state }) => state === "failed") ?? recent[0];
  if (!suspect) return [];
  return [
    {
      text: `${title}: ${deploymentInWords(suspect, now)}`,
      remedy: null,
      unfinished: suspect.state !== "completed",
    },
  ];
}

/** Where nobody knows since when it is so, it counts as from now. A minute of grace: figures stand at the start of theirs. */
function mayHaveMade(deployment: ServiceDeployment, finding: Finding, now: Date): boolean {
  const since = (finding.since ?? now).getTime();
  const begun = deployment.since.getTime();
  return begun >= since - hour && begun <= since + 60_000;
}

function deploymentInWords(deployment: ServiceDeployment, now: Date): string {
  const minutes = Math.max(0, Math.round((now.getTime() - deployment.since.getTime()) / 60_000));
  const begun = minutes === 0 ? "begun just now" : `begun ${minutes} ${minutes === 1 ? "minute" : "minutes"} ago`;
  const state = { failed: "failed", "in-progress": "still in progress", completed: "completed" }[deployment.state];
  return `the deployment of ${deployment.version}, ${begun}, ${state}${deployment.reason ? `: ${deployment.reason}` : ""}`;
}

function storeCauses(grounds: Grounds, holderOf: HolderOf): readonly Cause[] {
  const { name, environment, title, findings, hints } = grounds;
  const target = { name, environment };
  const broken = (measure: Finding["measure"]) => findings.find((one) => one.measure === measure && red(one));
  const causes: Cause[] = [];
  const add = (text: string, remedy: (Omit<Remedy, "target"> & Partial<Remedy>) | null = null) =>
    void causes.push({ text: `${title}: ${text}`, remedy: remedy && { target, ...remedy } });

  for (const hint of hints.filter(({ kind }) => kind === "blocker").slice(0, 2)) {
    if (hint.kind !== "blocker" || !broken("blocked")) continue;
    const { id, session, holdsUp } = hint;
    const who = session?.application ? ` of ${session.application}` : "";
    const does =
      session?.state === "idle-in-transaction" ? "idles in an open transaction after" : session ? "runs" : null;
    const what = session && does ? `, ${does} ${session.statement ?? "a statement that is hidden from the bot"}` : "";
    const remedy =
      session === null || session.spared !== null
        ? null
        : {
            text: `Terminate ${id}`,
            operation: "terminate-session" as const,
            input: { session: { id, since: session.since } },
          };
    add(`session ${id}${who} holds up ${holdsUp}${what}${leftAlone(session?.spared ?? null)}`, remedy);
  }
  const full = broken("connections");
  if (full) {
    const most = hints.find((hint) => hint.kind === "connections");
    const held = most?.kind === "connections" ? `; most are held by ${most.by} (${most.count})` : "";
    // Who holds the pool lets go of it when its tasks are replaced.
    const holder = holderOf(target, most?.kind === "connections" ? most.by : null);
    add(`hardly a connection is left (${shownValue(full)})${held}`, restartOf(holder, environment));
  }
  const filling = broken("disk");
  if (filling) {
    const adds = `\`/ops resize ${name} --storage <GiB> --now\` adds storage without an interruption`;
    add(`hardly any storage is left (${shownValue(filling)}); ${adds}`);
  }
  const evicting = broken("evictions");
  if (evicting) {
    const memory = findings.find((one) => one.measure === "memory");
    const fill = memory ? `, with its memory at ${shownValue(memory)}` : "";
    add(`it is full and drops keys (${shownValue(evicting)})${fill}; what it no longer answers, the database gets`);
  }
  for (const hint of hints) {
    if (hint.kind !== "queue" || !(broken("waiting") || broken("oldest"))) continue;
    const of = findings.find((one) => one.measure === "waiting" && one.of === hint.queue && red(one));
    const old = findings.find((one) => one.measure === "oldest" && one.of === hint.queue && red(one));
    if (!of && !old) continue;
    const why = hint.paused
      ? ", because it is paused"
      : hint.workers === 0
        ? ", because no worker is there"
        : `, with ${hint.workers} workers`;
    const jobs = of ? `${shownValue(of)} jobs wait` : `a job has waited ${shownValue(old ?? { detail: "long" })}`;
    const resume = {
      text: `Resume ${hint.queue}`,
      operation: "resume-queues" as const,
      input: { queues: [hint.queue] },
    };
    const hire = hint.workers === 0 ? restartOf(holderOf(target, null), environment) : null;
    add(`jobs pile up in ${hint.queue}: ${jobs}${why}`, hint.paused ? resume : hire);
  }
  for (const failed of findings.filter((one) => one.measure === "failed" && red(one))) {
    const queue = failed.of ?? null;
    add(`${shownValue(failed)} of the finished jobs${queue ? ` of ${queue}` : ""} failed`, {
      text: `Retry failed${queue ? ` ${queue}` : ""}`,
      operation: "retry-failed",
      input: { queue },
    });
  }
  const slow = broken("longest-query");
  const statement = hints.find((hint) => hint.kind === "statement");
  if (slow && statement?.kind === "statement") {
    const { id, since, application, spared } = statement.session;
    add(
      `session ${id}${application ? ` of ${application}` : ""} has run for ${shownValue(slow)}: ${statement.session.statement ?? "hidden from the bot"}${leftAlone(spared)}`,
      spared === null ? { text: `Cancel ${id}`, operation: "cancel-query", input: { session: { id, since } } } : null,
    );
  }
  const busy = broken("load") ?? broken("cpu");
  if (causes.length === 0 && busy) add(`it is busy (${busy.title} ${shownValue(busy)})`);
  return causes;
}

function restartOf(service: string | null, environment: string): Remedy | null {
  if (service === null) return null;
  return {
    text: `Restart ${service}`,
    operation: "restart-service",
    target: { name: service, environment },
    input: {},
  };
}

/** Why there is no button to end a session. */
function leftAlone(spared: string | null): string {
  return spared === null ? "" : ` (it is not ended from here: ${spared})`;
}

/** The value alone, which every detail begins with. */
function shownValue({ detail }: Pick<Finding, "detail">): string {
  return detail.split(", ")[0]?.split("; ")[0] ?? detail;
}
