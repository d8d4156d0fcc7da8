import { nearest } from "../domain/nearest.ts";
import type { OrderableClass, ServerSize, WantedSize } from "../domain/platform/sizes.ts";
import type { InstanceState } from "../domain/platform/snapshots.ts";
import { Refusal } from "../errors.ts";
import { refuseMemberStorage, refuseUniform } from "./cluster-member.ts";

/** RDS takes changes of class and storage only then. Source: docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html */
const changeable = { class: ["available", "storage-optimization"], storage: ["available", "storage-full"] };

/** Refuses a change of a server that is in no state for it, and the storage of a cluster's member. */
export function refuseState(state: InstanceState, wanted: WantedSize, where: string): void {
  if (state.cluster !== null) {
    refuseUniform(state, where);
    refuseMemberStorage(wanted.storage, state.cluster, where);
  }
  if (wanted.storage !== null && state.status === "storage-optimization") throw stillOptimizing(where, null);
  const fits =
    (wanted.class === null || changeable.class.includes(state.status)) &&
    (wanted.storage === null || changeable.storage.includes(state.status));
  if (fits) return;
  throw new Refusal(
    "not_possible",
    `${where} is ${state.status}; RDS changes only an instance that is available.`,
    state.status === "stopped" ? "Start it first." : "Ask again when it is available.",
  );
}

/** Refuses a class that the server cannot have, with those that it can have and may have been meant. */
export function refuseClass(wanted: string, classes: readonly string[], where: string): never {
  const known = classes.toSorted();
  const near = nearest(wanted, known);
  const family = wanted.split(".").slice(0, 2).join(".");
  const alike = near.length > 0 ? near : known.filter((one) => one.startsWith(`${family}.`)).slice(0, 3);
  throw new Refusal(
    "bad_argument",
    `${where} cannot be made \`${wanted}\`: RDS does not offer it for this engine, zone and kind of storage.`,
    alike.length > 0
      ? `Did you mean ${alike.map((one) => `\`${one}\``).join(", ")}?`
      : "The RDS console lists what it offers.",
    "class",
  );
}

export interface StorageFacts {
  readonly classes: readonly OrderableClass[];
  /** Events of the last six hours. */
  readonly told: readonly { readonly at: Date; readonly text: string }[];
  readonly where: string;
}

const sixHours = 6 * 60 * 60 * 1000;

/**
 * Refuses storage that RDS would not give: less, not a tenth more, beyond its limits, or so soon after the last change.
 * Source: docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.ModifyingExisting.html and API reference, ModifyDBInstance.
 */
export function refuseStorage(wanted: number, size: ServerSize, { classes, told, where }: StorageFacts): void {
  const now = size.storage;
  if (now === null) throw new Refusal("not_possible", `RDS does not say how much storage ${where} has.`);
  if (wanted < now) {
    throw new Refusal(
      "not_possible",
      `${where} has ${now} GiB, and RDS never makes storage smaller.`,
      "Less needs a new instance and a dump restored into it: `/ops backup` with `--format custom`.",
      "storage",
    );
  }
  const least = Math.ceil((now * 11) / 10);
  if (wanted < least) {
    throw new Refusal(
      "bad_argument",
      `${where} has ${now} GiB, and RDS adds at least a tenth.`,
      `Ask for ${least} or more.`,
      "storage",
    );
  }
  const most = classes.find((one) => one.storage !== null)?.storage?.most;
  if (most !== undefined && wanted > most) {
    throw new Refusal("bad_argument", `${wanted} GiB is more than it can have.`, `At most ${most} GiB.`, "storage");
  }
  const last = told.findLast(({ text }) => /finished applying modification to allocated storage/i.test(text));
  if (last !== undefined) throw stillOptimizing(where, new Date(last.at.getTime() + sixHours));
}

function stillOptimizing(where: string, until: Date | null): Refusal {
  return new Refusal(
    "not_possible",
    `The storage of ${where} was changed lately; RDS takes the next change after 6 hours, and when it is optimized.`,
    until === null ? "Ask again later." : `Ask again after ${until.toISOString().slice(11, 16)} UTC.`,
    "storage",
  );
}
