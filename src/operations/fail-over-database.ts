import type { Json, Operation, Plan, Sighting, Target } from "../domain/operation/operation.ts";
import { beside } from "../domain/platform/beside.ts";
import type { InstanceState, SnapshotsRead, SnapshotsWrite } from "../domain/platform/snapshots.ts";
import { Refusal } from "../errors.ts";

export interface FailOverInput {
  /** When it was asked, ISO 8601. */
  readonly asked: string;
}

interface Steps {
  /** The zone, or in a cluster the writer, that served when it was planned. */
  readonly active: string | null;
  /** Failovers told of since then are this one. */
  readonly since: string;
}

/** Changes a database over to its standby, and sees that the standby serves. */
export const failOverDatabase: Operation<FailOverInput, SnapshotsRead, SnapshotsWrite> = {
  name: "fail-over-database",
  verb: "failover",
  summary: "Change a database over to its standby",
  targetKind: "database",
  ports: ["snapshots"],
  parse,
  plan,
  expectations: async (_plan, target, see) => expects(await see.instance(target.placement)),
  apply: async (plan, target, act, run) => {
    const { active, since } = stepsOf(plan);
    const from = { active, since: new Date(since), again: run.inDoubt === true };
    await run.step("failover begun", () => act.failOver(target.placement, from));
  },
  look,
};

function parse(input: Json): FailOverInput {
  const asked = (input as { readonly asked?: Json } | null)?.asked;
  if (typeof asked === "string" && !Number.isNaN(Date.parse(asked))) return { asked };
  throw new Refusal("bad_argument", "It is not known when it was asked.", "Ask for it with `/ops failover`.");
}

function stepsOf(plan: Plan): Steps {
  return plan.steps as unknown as Steps;
}

function activeOf(state: InstanceState): string | null {
  return state.cluster === null ? state.zone : state.cluster.writer;
}

function expects(state: InstanceState): Readonly<Record<string, string>> {
  return {
    [state.cluster === null ? "zone" : "writer"]: activeOf(state) ?? "unknown",
    status: state.cluster?.status ?? state.status,
  };
}

async function plan(input: FailOverInput, target: Target, see: SnapshotsRead): Promise<Plan> {
  const state = await see.instance(target.placement);
  const where = `${target.name} in ${target.environment}`;
  if (state.cluster === null && !state.multiAz) {
    throw new Refusal(
      "not_possible",
      `${where} is not Multi-AZ: it runs in ${state.zone ?? "one zone"} alone and has no standby to change to.`,
      "Make it Multi-AZ first, or restore it elsewhere with `/ops restore`.",
    );
  }
  if (state.cluster !== null && state.cluster.readers.length === 0) {
    throw new Refusal(
      "not_possible",
      `The cluster ${state.cluster.name} has no reader to change to.`,
      "Add one first.",
    );
  }
  const status = state.cluster?.status ?? state.status;
  if (status !== "available") {
    throw new Refusal(
      "not_possible",
      `${where} is ${status}; a failover needs it available.`,
      "Look again in a minute.",
    );
  }
  const asked = new Date(input.asked);
  const [reached, { found: told }] = await Promise.all([
    see.reachable(target.placement),
    beside(see.events(target.placement, asked)),
  ]);
  const newest = told?.at(-1)?.at ?? asked;
  const since = new Date(newest.getTime() + 1);
  const to = state.cluster === null ? (state.standbyZone ?? "the standby's zone") : state.cluster.readers.join(" or ");
  return {
    summary: `Fail ${where} over to ${state.cluster === null ? "its standby" : "a reader"}`,
    changes: [{ label: state.cluster === null ? "Zone" : "Writer", from: activeOf(state) ?? "unknown", to }],
    risks: [
      "Open connections and transactions are cut; it takes 1 to 2 minutes, longer with large transactions.",
      "Clients that keep the old address in a DNS cache stay broken until they connect anew.",
    ],
    observed: [
      reached === null
        ? "No address is configured, so that no connection of the bot's own will look at it."
        : reached.reached
          ? `A connection gets in now: ${reached.text}.`
          : `No connection gets in now: ${reached.text}`,
    ],
    expects: expects(state),
    steps: { active: activeOf(state), since: since.toISOString() },
    undo: null,
    nothingToDo: null,
    count: null,
  };
}

async function look(made: Plan, target: Target, see: SnapshotsRead, since: Date): Promise<Sighting> {
  const { active } = stepsOf(made);
  const [state, { found: told }] = await Promise.all([
    see.instance(target.placement),
    beside(see.events(target.placement, since)),
  ]);
  const seen = {
    events: (told ?? []).map((event) => ({ at: event.at.toISOString(), text: event.text })),
    reason: null,
  };
  const now = activeOf(state);
  const status = state.cluster?.status ?? state.status;
  const changed = `${state.cluster === null ? "zone" : "writer"} ${active ?? "unknown"} → ${now ?? "unknown"}`;
  if (now === active || status !== "available") {
    const progress = now === active ? `${status}, still ${active ?? "unknown"}` : `${status}, ${changed}`;
    return { ...seen, verdict: "on-the-way", progress, share: null };
  }
  const reached = await see.reachable(target.placement);
  if (reached !== null && !reached.reached) {
    return {
      ...seen,
      verdict: "on-the-way",
      progress: `${changed}; no connection gets in yet: ${reached.text}`,
      share: null,
    };
  }
  const proof =
    reached === null ? "no address is configured to connect to" : `a fresh connection gets in: ${reached.text}`;
  return { ...seen, verdict: "as-asked", progress: `${changed}; ${proof}`, share: 1, final: true };
}
