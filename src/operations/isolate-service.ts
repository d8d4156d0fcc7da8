import type { Json, Operation, Plan, Sighting, Target } from "../domain/operation/operation.ts";
import { textHash } from "../domain/operation/plan-hash.ts";
import { beside } from "../domain/platform/beside.ts";
import type {
  RememberedRoute,
  Route,
  RouteHold,
  Traffic,
  TrafficRead,
  TrafficWrite,
} from "../domain/platform/traffic.ts";
import type { ServicesRead, ServicesWrite } from "../domain/platform.ts";
import { Refusal } from "../errors.ts";

export type IsolationRead = ServicesRead & TrafficRead;
export type IsolationWrite = ServicesWrite & TrafficWrite;

/** Takes a service out of its load balancer while its tasks go on; what led requests to it is remembered, and not touched. */
export const isolateService: Operation<Record<string, never>, IsolationRead, IsolationWrite> = {
  name: "isolate-service",
  verb: "isolate",
  summary: "Take a service out of its load balancer while its tasks go on",
  targetKind: "service",
  ports: ["services", "traffic"],
  parse: () => ({}),
  plan,
  expectations: async (made, target, see) => {
    const traffic = await see.traffic(target.placement);
    const now = allExpected(traffic?.routes ?? [], traffic?.holds ?? []);
    return Object.fromEntries(Object.keys(made.expects).map((key) => [key, now[key] ?? "gone"]));
  },
  apply: async (made, target, act, run) => {
    for (const route of routesOf(made)) {
      await run.step(`${route.title}: requests held back`, () =>
        act.letThrough(target.placement, route, 0, run.operationId),
      );
    }
  },
  look,
};

/** What a plan to isolate or to reconnect works on. */
export function routesOf(made: Plan): readonly RememberedRoute[] {
  return (made.steps as unknown as { readonly routes: readonly RememberedRoute[] }).routes;
}

/** A route and what is held back of it, each in words that differ when it was changed. */
export function expects(
  routes: readonly RememberedRoute[],
  holds: readonly RouteHold[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    routes.map(({ id, title, state }) => {
      const hold = holds.find(({ route }) => route === id);
      const held = hold === undefined ? "not held back" : `held back to ${hold.percent ?? "an unknown"} %`;
      return [`route “${title}”`, `${held} (state ${textHash(state)})`];
    }),
  );
}

/** All of them must be known: one more, and it would still be reached. */
function allExpected(
  routes: readonly RememberedRoute[],
  holds: readonly RouteHold[],
): Readonly<Record<string, string>> {
  return { "number of rules that lead to it": `${routes.length}`, ...expects(routes, holds) };
}

/** Only what matters afterwards: what else is known of a route is read anew. */
export function remembered({ id, title, state }: RememberedRoute): RememberedRoute {
  return { id, title, state };
}

/** "1 rule", "2 rules" */
export function rulesInWords(count: number): string {
  return count === 1 ? "1 rule" : `${count} rules`;
}

async function plan(_input: Record<string, never>, target: Target, see: IsolationRead): Promise<Plan> {
  const name = `${target.name} in ${target.environment}`;
  const [state, traffic, balancer] = await Promise.all([
    see.describe(target.placement),
    see.traffic(target.placement),
    beside(see.balancer(target.placement)),
  ]);
  const { routes, holds } = holdable(traffic, target);
  const open = routes.filter(({ id }) => !isHeld(holds, id));
  const targets = balancer.found;
  const [healthy, all] = [targets?.healthy ?? 0, targets?.total ?? 0];
  const nothingToDo =
    routes.length === 0
      ? `No rule of a load balancer sends requests to ${name}.`
      : open.length === 0
        ? `${name} is isolated already: all its requests are held back.`
        : null;
  const memory = routes.map(remembered);
  return {
    summary: `Isolate ${name} from its load balancer`,
    changes: open.map((route) => ({
      label: route.title,
      from: `${inPercent(route.share)} of its requests to ${target.name}`,
      to: route.others.length === 0 ? "answered with 503" : `all to ${route.others.join(", ")}`,
    })),
    risks: nothingToDo === null ? risksOf(target, open, all) : [],
    observed: [
      `Running ${state.running} of ${state.desired}. ${
        balancer.unread === null
          ? `${healthy} of ${all} targets healthy; they are still checked.`
          : `The health of its targets could not be read (${balancer.unread}).`
      }`,
      "A rule of the bot's is put before each of these and nothing else is touched, so what is there comes back exactly: `/ops reconnect`.",
    ],
    expects: allExpected(routes, holds),
    steps: { routes: memory } as unknown as Json,
    undo:
      nothingToDo === null
        ? {
            operation: "reconnect-service",
            target: { environment: target.environment, name: target.name },
            input: { routes: memory } as unknown as Json,
          }
        : null,
    undoLabel: "Reconnect",
    nothingToDo,
    count: null,
    confirm: "type",
    ...(target.production ? { approvals: 1 } : {}),
    ...(nothingToDo === null ? { lease: { seconds: null, held: { count: all, bounds: null, routes: memory } } } : {}),
  };
}

/** What leads requests to it, where all of that can be held back; throws a Refusal that says what to do instead. */
function holdable(traffic: Traffic | null, target: Target): Traffic {
  const name = `${target.name} in ${target.environment}`;
  const instead = `\`/ops stop ${target.name}\` ends its tasks, and \`/ops start ${target.name}\` brings them back.`;
  if (traffic === null) {
    const why = `${name} stands behind no load balancer, so there is nothing to take it out of.`;
    throw new Refusal("not_possible", why, instead);
  }
  if (traffic.notHoldable !== null) {
    throw new Refusal("not_possible", `${name} cannot be isolated from here: ${traffic.notHoldable}.`, instead);
  }
  const not = traffic.routes.filter(({ id, notHoldable }) => notHoldable !== null && !isHeld(traffic.holds, id));
  if (not.length > 0) {
    const why = not.map((route) => `${route.title}: ${route.notHoldable}`).join(". ");
    throw new Refusal("not_possible", `${name} cannot be isolated from here. ${why}.`, instead);
  }
  return traffic;
}

function isHeld(holds: readonly RouteHold[], id: string): boolean {
  return holds.some(({ route, percent }) => route === id && percent === 0);
}

function inPercent(share: number): string {
  return `${Number(share.toFixed(1))} %`;
}

function risksOf(target: Target, open: readonly Route[], targets: number): readonly string[] {
  const alone = open.filter(({ others }) => others.length === 0).length;
  const elsewhere = [...new Set(open.flatMap(({ others }) => others))];
  const reached = `${targets === 1 ? "1 target gets" : `${targets} targets get`} no requests any more`;
  return [
    `${target.name} is no longer reached through ${rulesInWords(open.length)}${target.production ? " in production" : ""}: ${reached}.`,
    ...(alone > 0
      ? [`Whoever asks by ${alone === open.length ? "them" : `${alone} of these`} is answered with 503 at once.`]
      : []),
    ...(elsewhere.length > 0 ? [`${elsewhere.join(", ")} must carry what ${target.name} carries now.`] : []),
    "Its tasks go on: work from queues and schedules, and calls that do not come through the load balancer. Open connections, such as websockets, last until they end.",
  ];
}

async function look(made: Plan, target: Target, see: IsolationRead): Promise<Sighting> {
  const [state, traffic, balancer] = await Promise.all([
    see.describe(target.placement),
    see.traffic(target.placement, routesOf(made)),
    beside(see.balancer(target.placement)),
  ]);
  const routes = traffic?.routes ?? [];
  const open = routes.filter(({ id }) => !isHeld(traffic?.holds ?? [], id));
  const targets =
    balancer.found === null
      ? ""
      : `, ${balancer.found.healthy} of ${balancer.found.total} targets healthy and unreached`;
  const progress = `requests of ${routes.length - open.length} of ${rulesInWords(routes.length)} held back, running ${state.running} of ${state.desired}${targets}`;
  const seen = { progress, share: routes.length === 0 ? 1 : 1 - open.length / routes.length, events: [] };
  if (open.length === 0) return { ...seen, verdict: "as-asked", reason: null };
  const titles = open.map(({ title }) => title).join("; ");
  return {
    ...seen,
    verdict: "reverted",
    reason: `Requests reach it by ${titles}: somebody took the bot's rule away, changed it, or made another one that leads to it.`,
  };
}
