import type { Json, Plan, Target } from "../domain/operation/operation.ts";
import type { ServerSize, WantedSize } from "../domain/platform/sizes.ts";
import type { InstanceState } from "../domain/platform/snapshots.ts";
import { Refusal } from "../errors.ts";
import { sizeChange, type Timing } from "./window-words.ts";

/** What is asked of a server, and when. */
export interface ResizeDatabaseInput extends WantedSize, Timing {
  /** Another member of its cluster than the configured one, by its instance's name. */
  readonly member?: string;
  /** Only a way back says so: storage is named to take back what waits, and stays where nothing waits any more. */
  readonly back?: true;
}

/** What is sent, decided while it was planned. */
export interface Steps extends WantedSize {
  readonly from: { readonly class: string; readonly storage: number | null };
  readonly when: Timing["when"];
  /** It takes back what waits for the window. */
  readonly takesBack: boolean;
  /** Another member of its cluster than the configured one. */
  readonly member?: string;
}

/** What a plan rests on, read again before it is carried out. */
export function expects({ class: now, storage, pending }: ServerSize, { status, cluster }: InstanceState) {
  const waits = [pending.class, pending.storage === null ? null : `${pending.storage} GiB`, ...pending.others];
  return {
    class: now,
    storage: storage === null ? "unknown" : `${storage} GiB`,
    "waiting change": waits.filter((one) => one !== null).join(", ") || "none",
    status,
    // What a change interrupts hangs on which member writes.
    ...(cluster === null ? {} : { writer: cluster.writer ?? "unknown" }),
  };
}

/** What a server is made of, in words; the storage of a cluster's member is not its own. */
export function sizeInWords(size: Pick<ServerSize, "class" | "storage">, { cluster }: InstanceState): string {
  return cluster === null ? `${size.class} with ${size.storage ?? "?"} GiB` : size.class;
}

/** The server that is meant, as it is told to people. */
export function whereOf(target: Target, { member }: Pick<ResizeDatabaseInput, "member">): string {
  const where = `${target.name} in ${target.environment}`;
  return member === undefined ? where : `${member} of ${where}`;
}

/** What is asked of a server, in words. */
export function inWords({ class: wanted, storage }: WantedSize): string {
  return [wanted, storage === null ? null : `${storage} GiB`].filter((one) => one !== null).join(" and ");
}

/** What waits and is asked for as it is now, in words: that takes it back. */
export function takenBack({ class: wanted, storage }: WantedSize, { pending, ...size }: ServerSize): readonly string[] {
  return [
    ...(wanted === size.class && pending.class !== null ? [pending.class] : []),
    ...(storage !== null && storage === size.storage && pending.storage !== null ? [`${pending.storage} GiB`] : []),
  ];
}

/**
 * How it is taken back: the class always, storage only while it waits for the window; null where there is no way back.
 */
export function wayBack(
  target: Target,
  input: ResizeDatabaseInput,
  wanted: WantedSize,
  size: ServerSize,
): Plan["undo"] {
  const { environment, name } = target;
  const storage = input.when === "window" && wanted.storage !== null ? size.storage : null;
  if (wanted.class === null && storage === null) return null;
  const { when, asked, member } = input;
  const back = {
    ...{ class: wanted.class === null ? null : size.class, storage, when, asked, back: true },
    ...(member === undefined ? {} : { member }),
  };
  return { operation: "resize-database", target: { environment, name }, input: back };
}

/** A way back leaves storage as it is that RDS has added by now; throws a Refusal where nothing else is left of it. */
export function withoutGrown(input: ResizeDatabaseInput, size: ServerSize, where: string): ResizeDatabaseInput {
  if (input.back !== true || input.storage === null || size.pending.storage !== null) return input;
  if (input.class !== null) return { ...input, storage: null };
  if (input.storage === size.storage) return input;
  throw new Refusal(
    "not_possible",
    `${where} has ${size.storage ?? "?"} GiB by now, and RDS never makes storage smaller.`,
  );
}

/** The plan that takes back what waits for the window; throws a Refusal where RDS would do more with it. */
export function planBack(
  input: ResizeDatabaseInput,
  target: Target,
  size: ServerSize,
  state: InstanceState,
  back: readonly string[],
): Plan {
  const where = whereOf(target, input);
  const { pending } = size;
  const waits = [pending.class, pending.storage === null ? null : `${pending.storage} GiB`, ...pending.others];
  const others = waits.filter((one) => one !== null && !back.includes(one));
  const asks = [input.class, input.storage].filter((one) => one !== null).length;
  if (others.length > 0 || asks !== back.length) {
    const what = others.length > 0 ? `${others.join(", ")} waits too` : "something else is asked for with it";
    throw new Refusal(
      "not_possible",
      `RDS takes a change back only at once, and then makes every other one: ${what}.`,
      "Take back all of them together, or wait for the window.",
    );
  }
  const steps: Steps = {
    class: input.class,
    storage: input.storage,
    from: { class: size.class, storage: size.storage },
    when: "now",
    takesBack: true,
    ...(input.member === undefined ? {} : { member: input.member }),
  };
  return {
    summary: `Take back the change of ${where} to ${back.join(" and ")}`,
    changes: [
      ...(input.class === null ? [] : [sizeChange("Class", size.class, pending.class, size.class)]),
      ...(input.storage === null
        ? []
        : [sizeChange("Storage", `${size.storage} GiB`, `${pending.storage} GiB`, `${size.storage} GiB`)]),
    ],
    risks: [],
    observed: [`It stays ${sizeInWords(size, state)}; nothing is interrupted.`],
    expects: expects(size, state),
    steps: steps as unknown as Json,
    undo: null,
    nothingToDo: null,
    count: null,
  };
}
