import { newestGood, utc } from "../domain/backup/backup.ts";
import type { Json, Operation, Plan, Sighting, Target } from "../domain/operation/operation.ts";
import type { ServerSize, SizesRead, SizesWrite, WantedSize } from "../domain/platform/sizes.ts";
import type { InstanceState, SnapshotsRead, SnapshotsWrite } from "../domain/platform/snapshots.ts";
import { Refusal } from "../errors.ts";
import { atMember, memberRisks, refuseMember } from "./cluster-member.ts";
import {
  expects,
  inWords,
  planBack,
  type ResizeDatabaseInput,
  type Steps,
  sizeInWords,
  takenBack,
  wayBack,
  whereOf,
  withoutGrown,
} from "./resize-back.ts";
import { refuseClass, refuseState, refuseStorage } from "./resize-refusals.ts";
import { isSmaller } from "./size-order.ts";
import { keptOf } from "./snapshot-database.ts";
import { parseTiming, sizeChange, timingObserved, waiting, whenInWords } from "./window-words.ts";

type See = SizesRead & SnapshotsRead;

/** Gives a database's server another class or more storage, at once or in its maintenance window. */
export const resizeDatabase: Operation<ResizeDatabaseInput, See, SizesWrite & SnapshotsWrite> = {
  name: "resize-database",
  verb: "resize-database",
  summary: "Give the server of a database another class, or more storage",
  targetKind: "database",
  ports: ["sizes", "snapshots"],
  parse,
  plan,
  expectations: async (plan, target, see) => {
    const at = placeOf(plan, target);
    const [size, state] = await Promise.all([see.size(at), see.instance(at)]);
    return expects(size, state);
  },
  apply: async (plan, target, act, run) => {
    const { from, when, takesBack, ...to } = stepsOf(plan);
    const name = takesBack ? "taken back" : when === "now" ? "asked for at once" : "scheduled for the window";
    const at = placeOf(plan, target);
    await run.step(name, () => act.resize(at, { class: to.class, storage: to.storage }, from, when));
  },
  look,
};

function parse(input: Json): ResizeDatabaseInput {
  const given = input as { readonly [part in "class" | "storage" | "back" | "member"]?: Json } | null;
  const wanted = typeof given?.class === "string" ? given.class.toLowerCase() : null;
  const storage = typeof given?.storage === "number" ? given.storage : null;
  if (wanted === null && storage === null) {
    const next = "Such as `/ops resize postgres --class db.r6g.large`, or `--storage 200`.";
    throw new Refusal("missing_argument", "Say which class, or how much storage.", next, "class");
  }
  if (storage !== null && (!Number.isInteger(storage) || storage < 1)) {
    throw new Refusal("bad_argument", "Storage is a whole number of GiB.", "Such as `--storage 200`.", "storage");
  }
  return {
    ...{ class: wanted, storage, ...parseTiming(input) },
    ...(given?.back === true ? { back: true as const } : {}),
    ...(typeof given?.member === "string" ? { member: given.member.toLowerCase() } : {}),
  };
}

function stepsOf(plan: Plan): Steps {
  return plan.steps as unknown as Steps;
}

function placeOf(plan: Plan, target: Target) {
  return atMember(target.placement, stepsOf(plan).member ?? null);
}

async function plan(given: ResizeDatabaseInput, target: Target, see: See): Promise<Plan> {
  const where = whereOf(target, given);
  const own = given.member === undefined ? null : await see.instance(target.placement);
  if (own !== null) refuseMember(given.member ?? null, own, `${target.name} in ${target.environment}`);
  const at = atMember(target.placement, given.member ?? null);
  const [size, state] = await Promise.all([see.size(at), see.instance(at)]);
  const input = withoutGrown(given, size, where);
  refuseState(state, input, where);
  const back = takenBack(input, size);
  if (back.length > 0) return planBack(input, target, size, state, back);
  const wanted = whatIsLeft(input, size);
  if (wanted.class === null && wanted.storage === null) return nothingLeft(input, target, size, state);
  const asked = new Date(input.asked);
  const [classes, snapshots, told] = await Promise.all([
    see.classes(at, wanted.class ?? size.class),
    see.list(at),
    see.events(at, new Date(asked.getTime() - sixHours)),
  ]);
  const ofMember =
    state.cluster === null || wanted.class === null
      ? null
      : memberRisks(
          { name: state.name, wanted: wanted.class },
          state.cluster,
          await readersOf(state, target, see),
          target,
        );
  if (wanted.class !== null && classes.length === 0) {
    refuseClass(
      wanted.class,
      (await see.classes(at, null)).map((one) => one.class),
      where,
    );
  }
  if (wanted.storage !== null) refuseStorage(wanted.storage, size, { classes, told, where });
  const backup = newestGood(snapshots.map(keptOf));
  const steps: Steps = {
    ...wanted,
    from: { class: size.class, storage: size.storage },
    when: input.when,
    takesBack: false,
    ...(input.member === undefined ? {} : { member: input.member }),
  };
  const into = inWords(wanted);
  const cutsOff = wanted.class !== null;
  return {
    summary: `Resize ${where} to ${into} ${whenInWords(input.when, size.window, asked)}`,
    changes: changesOf(wanted, size),
    risks: [
      ...(ofMember ?? []),
      ...risksOf(wanted, size, state),
      ...(input.when === "now" ? othersRisk(size) : []),
      // A cluster has backups of its own kind, which are not seen from here.
      ...(state.cluster === null ? backupRisk(target, state, backup?.at ?? null, asked) : []),
    ],
    observed: [
      timingObserved(input, size.window, commandFor(target, input)),
      `${state.engine}, ${standing(state)}, ${state.status}.`,
      ...(state.restorable === null ? [] : [`It can be restored to any moment up to ${utc(state.restorable.to)}.`]),
    ],
    expects: expects(size, state),
    steps: steps as unknown as Json,
    undo: wayBack(target, input, wanted, size),
    undoLabel: cutsOff ? `Back to ${size.class}` : "Take it back",
    nothingToDo: null,
    count: null,
    ...(cutsOff && input.when === "now" ? { confirm: "type" as const } : {}),
  };
}

function standing({ cluster, name, multiAz }: InstanceState): string {
  if (cluster === null) return multiAz ? "Multi-AZ" : "in one zone";
  return `${cluster.writer === name ? "the writer" : "a reader"} of the cluster ${cluster.name}`;
}

async function readersOf({ cluster }: InstanceState, target: Target, see: See) {
  return Promise.all(
    (cluster?.readers ?? []).map(async (name) => ({
      name,
      class: (await see.size(atMember(target.placement, name))).class,
    })),
  );
}

const sixHours = 6 * 60 * 60 * 1000;
const day = 24 * 60 * 60 * 1000;

function commandFor(target: Target, { class: wanted, storage, member }: ResizeDatabaseInput): string {
  const options = [
    wanted === null ? "" : ` --class ${wanted}`,
    storage === null ? "" : ` --storage ${storage}`,
    member === undefined ? "" : ` --member ${member}`,
  ];
  return `/ops resize ${target.name}${options.join("")}`;
}

/** Of what is asked, what is neither there nor waits already; with --now what waits is asked for again. */
function whatIsLeft({ class: wanted, storage, when }: ResizeDatabaseInput, size: ServerSize): WantedSize {
  const left = <T>(value: T | null, now: T | null, pending: T | null) =>
    value === now || (when === "window" && value === pending) ? null : value;
  return {
    class: left(wanted, size.class, size.pending.class),
    storage: left(storage, size.storage, size.pending.storage),
  };
}

function nothingLeft(input: ResizeDatabaseInput, target: Target, size: ServerSize, state: InstanceState): Plan {
  const where = whereOf(target, input);
  const waits = (input.class ?? size.class) !== size.class || (input.storage ?? size.storage) !== size.storage;
  const when = waits ? ` is scheduled already, ${whenInWords("window", size.window, new Date(input.asked))}` : "";
  return {
    summary: `Resize ${where} to ${inWords(input)}`,
    changes: [],
    risks: [],
    observed: [],
    expects: expects(size, state),
    steps: {},
    undo: null,
    nothingToDo: waits ? `${inWords(input)} for ${where}${when}.` : `${where} has ${inWords(input)} already.`,
    count: null,
  };
}

function changesOf(wanted: WantedSize, { pending, ...size }: ServerSize): Plan["changes"] {
  const gib = (amount: number | null) => (amount === null ? null : `${amount} GiB`);
  return [
    ...(wanted.class === null ? [] : [sizeChange("Class", size.class, pending.class, wanted.class)]),
    ...(wanted.storage === null
      ? []
      : [sizeChange("Storage", gib(size.storage) ?? "unknown", gib(pending.storage), `${wanted.storage} GiB`)]),
  ];
}

/** Source of the interruptions: docs.aws.amazon.com/AmazonRDS/latest/UserGuide, "Modifying a DB instance" and "Multi-AZ DB instance deployments". */
function risksOf(wanted: WantedSize, size: ServerSize, state: InstanceState): readonly string[] {
  const ofClass =
    wanted.class === null
      ? []
      : [
          ...(state.cluster === null
            ? [
                state.multiAz
                  ? "It changes over to its standby on the way: connections and transactions are cut, for 1 to 2 minutes."
                  : "It has no standby: nothing can connect while it changes, for several minutes.",
              ]
            : []),
          ...(isSmaller(wanted.class, size.class)
            ? [`${wanted.class} is smaller: it has less memory, and as a rule allows fewer connections.`]
            : []),
        ];
  const ofStorage =
    wanted.storage === null
      ? []
      : [
          "Storage cannot be made smaller again. Nor can it be changed for 6 hours after this, and longer while RDS optimizes it.",
          ...(size.growsTo !== null && wanted.storage > size.growsTo
            ? [`It grows by itself up to ${size.growsTo} GiB: RDS may refuse more until that limit is raised.`]
            : []),
        ];
  return [...ofClass, ...ofStorage];
}

function othersRisk({ pending }: ServerSize): readonly string[] {
  if (pending.others.length === 0) return [];
  return [`RDS then also makes at once what waits for its window: ${pending.others.join(", ")}.`];
}

function backupRisk(target: Target, state: InstanceState, newest: Date | null, asked: Date): readonly string[] {
  const isFresh = newest !== null && asked.getTime() - newest.getTime() < day;
  if (isFresh || state.restorable !== null) return [];
  const said = newest === null ? "It has no backup" : `Its newest backup is of ${utc(newest)}`;
  return [`${said}: \`/ops backup ${target.name}\` takes one before.`];
}

/** Under these it serves with what was asked for. */
const serving = ["available", "storage-optimization", "backing-up"];

async function look(made: Plan, target: Target, see: See, since: Date): Promise<Sighting> {
  const { from, when, takesBack, member, ...to } = stepsOf(made);
  const at = placeOf(made, target);
  const [size, state, told] = await Promise.all([see.size(at), see.instance(at), see.events(at, since)]);
  const events = told.map((event) => ({ at: event.at.toISOString(), text: event.text }));
  const seen = { events, reason: null, share: null };
  const wanted = { class: to.class ?? size.class, storage: to.storage ?? size.storage };
  const { pending } = size;
  // More than was asked for is the storage that RDS added by itself since.
  const isThere = size.class === wanted.class && (size.storage ?? 0) >= (wanted.storage ?? 0);
  const waits = (to.class !== null && pending.class !== null) || (to.storage !== null && pending.storage !== null);
  const serves = serving.includes(state.status);
  const now = `${state.status}, ${sizeInWords(size, state)}`;
  if (isThere && !waits && serves) {
    // The configured address is another member's, or leads to a reader by now: that says nothing of this change.
    const isServed = member === undefined && (state.cluster === null || state.cluster.writer === state.name);
    const reached = takesBack || !isServed ? null : await see.reachable(at);
    if (reached !== null && !reached.reached) {
      const progress = `${now}; no connection gets in yet: ${reached.text}`;
      return { ...seen, verdict: "on-the-way", progress };
    }
    const proof = takesBack
      ? "nothing waits for the window any more"
      : !isServed
        ? standing(state)
        : reached === null
          ? "no address is configured to connect to"
          : `a fresh connection gets in: ${reached.text}`;
    return { ...seen, verdict: "as-asked", progress: `${now}; ${proof}`, share: 1, final: true };
  }
  const isWanted =
    (to.class === null || (pending.class ?? size.class) === to.class) &&
    (to.storage === null || (pending.storage ?? size.storage) === to.storage);
  if (when === "window" && isWanted && waits && serves) {
    return { ...seen, ...waiting(inWords({ class: to.class, storage: to.storage }), size.window, since) };
  }
  const failed = told.findLast((event) => /\b(fail(ed|s|ure)?|unable|insufficient|incompatible)\b/i.test(event.text));
  if (serves && !waits && size.class === from.class && size.storage === from.storage) {
    const reason = failed?.text ?? "What was asked for does not wait any more: it was taken back.";
    return { ...seen, verdict: "reverted", progress: now, reason };
  }
  if (/^(failed|incompatible-)/.test(state.status)) {
    return {
      ...seen,
      verdict: "failed",
      progress: now,
      reason: `The instance is ${state.status}. ${failed?.text ?? ""}`.trim(),
    };
  }
  return {
    ...seen,
    verdict: "on-the-way",
    progress: `${now}, changing`,
    ...(serves ? {} : { working: true as const }),
  };
}
