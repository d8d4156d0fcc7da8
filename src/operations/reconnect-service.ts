import type { Json, Operation, Plan, Run, Sighting, Slice, Target } from "../domain/operation/operation.ts";
import { beside } from "../domain/platform/beside.ts";
import type { MeasuresRead } from "../domain/platform/measures.ts";
import type { RememberedRoute, Traffic } from "../domain/platform/traffic.ts";
import { Refusal } from "../errors.ts";
import {
  expects,
  type IsolationRead,
  type IsolationWrite,
  remembered,
  routesOf,
  rulesInWords,
} from "./isolate-service.ts";

type Measured = { readonly measures: MeasuresRead | null };
export type ReconnectRead = IsolationRead & Measured;
export type ReconnectWrite = IsolationRead & IsolationWrite & Measured;

export interface ReconnectInput {
  /** What led requests to it when it was isolated. */
  readonly routes: readonly RememberedRoute[];
}

/** How much of what it had is let through, one step after the other. */
const shares = [10, 50, 100] as const;
/** So long each step is watched: figures of a minute come up to two minutes late. */
const watchedSeconds = 180;
const lookSeconds = 10;
/** More errors than this in a minute, in per cent of the answers, and it is isolated again. */
const mostErrors = 5;

/** Where a reconnection stands: the step at hand, and since when it is watched; or why it goes back. */
interface Cursor {
  readonly step: number;
  readonly since: string | null;
  readonly back?: string;
}

interface Steps extends ReconnectInput {
  /** 100 alone where nobody else gets requests of these rules, so that there is nothing to divide. */
  readonly shares: readonly number[];
  /** Healthy targets when it was planned; fewer than these and those wanted speak against going on. */
  readonly healthy: number;
}

/** Brings an isolated service back to what led requests to it, step by step, and isolates it again where that goes wrong. */
export const reconnectService: Operation<ReconnectInput, ReconnectRead, ReconnectWrite> = {
  name: "reconnect-service",
  verb: "reconnect",
  summary: "Bring an isolated service back behind its load balancer, step by step",
  targetKind: "service",
  ports: ["services", "traffic"],
  parse,
  plan,
  expectations: async (made, target, see) => {
    const { routes } = stepsOf(made);
    const now = nowOf(await see.traffic(target.placement, routes), routes);
    return Object.fromEntries(Object.keys(made.expects).map((key) => [key, now[key] ?? "gone"]));
  },
  apply: async (made, target, act, run) => {
    const goBack = () => letAll(made, target, act, run, 0);
    await run.slices("requests let back", (cursor, at) => slice(made, target, act, run, cursorOf(cursor), at), goBack);
  },
  look,
};

function parse(input: Json): ReconnectInput {
  const given = input as { readonly routes?: Json; readonly held?: { readonly routes?: Json } } | null;
  const routes = given?.held?.routes ?? given?.routes;
  if (!Array.isArray(routes) || routes.length === 0) {
    throw new Refusal("not_possible", "It was not isolated from here, so nothing is remembered to reconnect.");
  }
  return { routes: (routes as unknown as readonly RememberedRoute[]).map(remembered) };
}

function stepsOf(made: Plan): Steps {
  return made.steps as unknown as Steps;
}

function nowOf(traffic: Traffic | null, routes: readonly RememberedRoute[]): Readonly<Record<string, string>> {
  const found = (traffic?.routes ?? []).filter(({ id }) => routes.some((route) => route.id === id));
  return expects(found, traffic?.holds ?? []);
}

async function plan(input: ReconnectInput, target: Target, see: ReconnectRead): Promise<Plan> {
  const name = `${target.name} in ${target.environment}`;
  const [state, traffic, balancer] = await Promise.all([
    see.describe(target.placement),
    see.traffic(target.placement, input.routes),
    see.balancer(target.placement),
  ]);
  const holds = (traffic?.holds ?? []).filter(({ route }) => input.routes.some(({ id }) => id === route));
  const held = input.routes.filter(({ id }) => holds.some(({ route }) => route === id));
  const isOver = held.length === 0;
  if (!isOver) refuseMoved(held, traffic, name);
  const healthy = balancer?.healthy ?? 0;
  const all = Math.max(balancer?.total ?? 0, state.desired);
  if (!isOver && healthy < Math.max(1, all)) {
    throw new Refusal(
      "not_possible",
      all === 0
        ? `${name} has no targets behind its load balancer, so reconnecting it would only bring errors.`
        : `Only ${healthy} of ${all} targets of ${name} are healthy, so it stays isolated.`,
      `See why with \`/ops diagnose ${target.name}\`, and reconnect it when all are healthy.`,
    );
  }
  const routes = (traffic?.routes ?? []).filter(({ id }) => held.some((one) => one.id === id));
  const isDivided = routes.some(({ others }) => others.length > 0);
  const taken = isDivided ? shares : [100];
  return {
    summary: `Reconnect ${name} to its load balancer`,
    changes: routes.map((route) => ({
      label: route.title,
      from:
        route.others.length === 0 ? "answered with 503" : `${percentOf(holds, route.id)} % of what ${target.name} had`,
      to: `${route.others.length === 0 ? "" : "10 %, 50 %, then "}${Number(route.share.toFixed(1))} % of its requests, as before`,
    })),
    risks: isOver
      ? []
      : [
          `${healthy === 1 ? "1 target gets" : `${healthy} targets get`} requests again${isDivided ? "" : " at once, all of them"}.`,
        ],
    observed: [
      `Running ${state.running} of ${state.desired}, ${healthy} of ${all} targets healthy.`,
      `${taken.length > 1 ? "Each step is" : "It is"} watched for ${watchedSeconds / 60} min: where healthy targets are lost or more than ${mostErrors} % of the answers in a minute are errors (5xx), it is isolated again.`,
      ...(see.measures === null ? ["Errors cannot be read here: the health of its targets alone decides."] : []),
    ],
    expects: nowOf(traffic, held),
    steps: { routes: held, shares: taken, healthy } as unknown as Json,
    undo: isOver
      ? null
      : {
          operation: "isolate-service",
          target: { environment: target.environment, name: target.name },
          input: {},
        },
    undoLabel: "Isolate again",
    nothingToDo: isOver ? `Nothing of the bot's holds back requests of ${name} any more.` : null,
    count: null,
  };
}

function percentOf(holds: Traffic["holds"], id: string): number {
  return holds.find(({ route }) => route === id)?.percent ?? 0;
}

/** Nothing is given back to what is not there any more as it was. */
function refuseMoved(held: readonly RememberedRoute[], traffic: Traffic | null, name: string): void {
  const byHand = (holds: readonly string[]) =>
    `Put it back as it was, or take the bot's ${holds.length === 1 ? "rule" : "rules"} away by hand (${holds.join("; ")}), and ask again.`;
  const titles = held.flatMap(({ id }) => traffic?.holds.find(({ route }) => route === id)?.title ?? []);
  const moved = held.filter(({ id, state }) => traffic?.routes.find((route) => route.id === id)?.state !== state);
  if (moved.length > 0) {
    const what = moved.map(({ title }) => title).join("; ");
    const why = `Since ${name} was isolated somebody changed what led requests to it: ${what}. It stays isolated.`;
    throw new Refusal("not_possible", why, byHand(titles));
  }
  const changed = traffic?.holds.filter(
    ({ route, percent }) => percent === null && held.some(({ id }) => id === route),
  );
  if (changed !== undefined && changed.length > 0) {
    const what = changed.map(({ title }) => title).join("; ");
    const why = `Somebody changed the rule of the bot's that holds back requests of ${name}: ${what}. It is left alone.`;
    throw new Refusal("not_possible", why, byHand(changed.map(({ title }) => title)));
  }
}

function cursorOf(cursor: Json): Cursor {
  return cursor === null ? { step: 0, since: null } : (cursor as unknown as Cursor);
}

async function letAll(made: Plan, target: Target, act: ReconnectWrite, run: Run, percent: number): Promise<void> {
  const traffic = percent > 0 && percent < 100 ? await act.traffic(target.placement, routesOf(made)) : null;
  for (const route of routesOf(made)) {
    // What nobody else answers cannot be divided: it comes back with the last step.
    const isAlone = traffic?.routes.find(({ id }) => id === route.id)?.others.length === 0;
    if (!isAlone) await act.letThrough(target.placement, route, percent, run.operationId);
  }
}

/** One step, one look at it, or the way back. What is decided is recorded before it is done, so that a restart does the same. */
async function slice(made: Plan, target: Target, act: ReconnectWrite, run: Run, at: Cursor, now: Date): Promise<Slice> {
  const steps = stepsOf(made).shares;
  const percent = steps[at.step] ?? 100;
  const goesOn = (cursor: Cursor, progress: string, waitSeconds: number): Slice => ({
    cursor: cursor as unknown as Json,
    progress,
    share: Math.min(0.9, (at.step + (at.since === null ? 0 : 0.5)) / steps.length),
    waitSeconds,
  });
  if (at.back !== undefined) {
    await letAll(made, target, act, run, 0);
    return { cursor: null, progress: `isolated again, ${at.back}`, share: null, facts: { wentBack: at.back } };
  }
  const { words, trouble } = await health(made, target, act, at.since === null ? null : new Date(at.since), now);
  if (trouble !== null) {
    const back = `because ${trouble}${at.since === null && at.step === 0 ? "" : ` with ${percent} % let through`}`;
    return goesOn({ ...at, back }, `isolating it again, ${back}`, 0);
  }
  const said = percent === 100 ? "all its requests let through" : `${percent} % of its requests let through`;
  if (at.since === null) {
    await letAll(made, target, act, run, percent);
    return goesOn(
      { step: at.step, since: now.toISOString() },
      `${said}, ${words}; stopping it now isolates it again`,
      lookSeconds,
    );
  }
  const watched = (now.getTime() - Date.parse(at.since)) / 1000;
  if (watched < watchedSeconds) {
    return goesOn(
      at,
      `${said}, ${words}; stopping it now isolates it again`,
      Math.min(lookSeconds, watchedSeconds - watched),
    );
  }
  if (at.step + 1 < steps.length) return goesOn({ step: at.step + 1, since: null }, `${said}, ${words}`, 0);
  return { cursor: null, progress: `${steps.map((share) => `${share} %`).join(", ")}; ${words}`, share: 1 };
}

/** How it is in words, and what speaks against going on; null where nothing does. */
async function health(
  made: Plan,
  target: Target,
  see: ReconnectRead,
  since: Date | null,
  now: Date,
): Promise<{ readonly words: string; readonly trouble: string | null }> {
  const [{ desired }, balancer, errors] = await Promise.all([
    see.describe(target.placement),
    see.balancer(target.placement),
    since === null ? null : errorsSince(target, see, since, now),
  ]);
  const { healthy, total } = balancer ?? { healthy: 0, total: 0 };
  const said = errors === null ? "" : `, ${Number(errors.toFixed(1))} % errors (5xx)`;
  const words = `${healthy} of ${total} targets healthy${said}`;
  // Targets that are only just coming up are no trouble, and neither is that fewer are wanted.
  const least = Math.max(1, Math.min(stepsOf(made).healthy, desired));
  if (healthy < least) return { words, trouble: `only ${healthy} of ${least} targets are healthy` };
  if (errors !== null && errors > mostErrors) {
    return { words, trouble: `${Number(errors.toFixed(1))} % of the answers in a minute were errors (5xx)` };
  }
  return { words, trouble: null };
}

/** The worst whole minute since then; null where there is none yet, or nothing measures it. */
async function errorsSince(target: Target, see: ReconnectRead, since: Date, now: Date): Promise<number | null> {
  const groups = see.measures?.groups[target.placement.provider] ?? [];
  const group = groups.find(({ measures }) => measures.includes("error-rate"));
  if (group === undefined) return null;
  const read = await beside(group.read(target.placement, now));
  const points = read.found?.figures.find(({ measure }) => measure === "error-rate")?.points ?? [];
  const whole = points.filter(({ at }) => at >= since).map(({ value }) => value);
  return whole.length === 0 ? null : Math.max(...whole);
}

async function look(
  made: Plan,
  target: Target,
  see: ReconnectRead,
  _since: Date,
  _operationId?: string,
  facts?: { readonly [name: string]: Json },
): Promise<Sighting> {
  const routes = routesOf(made);
  const [{ desired }, traffic, balancer] = await Promise.all([
    see.describe(target.placement),
    see.traffic(target.placement, routes),
    see.balancer(target.placement),
  ]);
  const held = (traffic?.holds ?? []).filter(({ route }) => routes.some(({ id }) => id === route));
  const { healthy, total } = balancer ?? { healthy: 0, total: 0 };
  const free = routes.length - held.length;
  const progress = `${rulesInWords(free)} of ${routes.length} as before it was isolated, ${healthy} of ${total} targets healthy`;
  const seen = { progress, share: free / Math.max(1, routes.length), events: [] };
  if (held.length > 0) {
    const why = typeof facts?.wentBack === "string" ? `, ${facts.wentBack}` : "";
    return { ...seen, verdict: "reverted", reason: `It is isolated again${why}.` };
  }
  const moved = routes.filter(({ id, state }) => traffic?.routes.find((route) => route.id === id)?.state !== state);
  if (moved.length > 0) {
    const what = moved.map(({ title }) => title).join("; ");
    return { ...seen, verdict: "reverted", reason: `Meanwhile somebody changed ${what}.` };
  }
  if (healthy > 0 && healthy >= Math.min(stepsOf(made).healthy, desired))
    return { ...seen, verdict: "as-asked", reason: null };
  return { ...seen, verdict: "on-the-way", reason: null };
}
