import type { Placement } from "../domain/configuration.ts";
import type { Target } from "../domain/operation/operation.ts";
import type { InstanceState } from "../domain/platform/snapshots.ts";
import { Refusal } from "../errors.ts";
import { isSmaller } from "./size-order.ts";

/** A member of a cluster is placed where its database is, under an instance of its own; null for the configured one. */
export function atMember(at: Placement, member: string | null): Placement {
  return member === null ? at : { ...at, at: { ...at.at, instance: member } };
}

/** Refuses a member that is named where there is no cluster, or not of this one. */
export function refuseMember(member: string | null, state: InstanceState, where: string): void {
  if (member === null) return;
  if (state.cluster === null) {
    const why = `${where} is no member of a cluster, so it has no other members.`;
    throw new Refusal("bad_argument", why, "Leave out `--member`.", "member");
  }
  const members = membersOf(state.cluster);
  if (members.includes(member)) return;
  const said = `The cluster ${state.cluster.name} has no member ${member.slice(0, 80)}.`;
  throw new Refusal("bad_argument", said, `It has ${members.join(", ")}.`, "member");
}

/** Refuses the member of a Multi-AZ cluster: only those of Aurora have a class each. Source: API reference, ModifyDBCluster, DBClusterInstanceClass. */
export function refuseUniform({ cluster, engine }: InstanceState, where: string): void {
  if (cluster === null || engine.startsWith("aurora")) return;
  throw new Refusal(
    "not_possible",
    `${where} is a member of the Multi-AZ cluster ${cluster.name}, whose members are all of one class; it is not resized from here.`,
    "Change the cluster in the RDS console.",
  );
}

/** Refuses storage for a member: a cluster's storage is one, and grows by itself. */
export function refuseMemberStorage(storage: number | null, cluster: Cluster, where: string): void {
  if (storage === null) return;
  throw new Refusal(
    "not_possible",
    `${where} is a member of the cluster ${cluster.name}: its storage is the cluster's, which Aurora enlarges by itself.`,
    "Only the class of a member can be changed: `--class`.",
    "storage",
  );
}

export type Cluster = NonNullable<InstanceState["cluster"]>;

export function membersOf({ writer, readers }: Cluster): readonly string[] {
  return [...(writer === null ? [] : [writer]), ...readers];
}

/**
 * What another class of one member interrupts: a reader only itself; the writer everything, or Aurora changes over to a
 * reader, which should be large enough by then. Source: docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Modifying.html
 */
export function memberRisks(
  { name, wanted }: { readonly name: string; readonly wanted: string },
  cluster: Cluster,
  readers: readonly { readonly name: string; readonly class: string }[],
  target: Target,
): readonly string[] {
  if (cluster.writer !== name) {
    const only = cluster.readers.length === 1;
    return [
      `${name} is a reader: connections to it are cut, and it is away for several minutes.${only ? " It is the only one: nothing is left to fail over to meanwhile." : ""}`,
    ];
  }
  if (readers.length === 0)
    return [`${name} is the writer and has no reader: nothing can connect while it changes, for several minutes.`];
  const behind = readers.filter((one) => isSmaller(one.class, wanted));
  const command = (member: string) => `\`/ops resize ${target.name} --class ${wanted} --member ${member}\``;
  return [
    `${name} is the writer: connections and transactions are cut. Aurora fails over to a reader meanwhile where it can; else nothing is written for several minutes.`,
    ...(behind.length === 0
      ? []
      : [
          `Change the readers first, so that no smaller one takes over: ${behind.map((one) => `${one.name} is ${one.class} (${command(one.name)})`).join(", ")}.`,
        ]),
  ];
}
