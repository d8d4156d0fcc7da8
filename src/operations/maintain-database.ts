import type { Json, Operation, Plan, Sighting, Target } from "../domain/operation/operation.ts";
import type { DatabasesRead, DatabasesWrite, MaintenanceVerb, Relation } from "../domain/platform/databases.ts";
import { Refusal } from "../errors.ts";

export interface MaintainInput {
  readonly relation: string;
}

type Maintaining = Operation<MaintainInput, DatabasesRead, DatabasesWrite>;

const nouns: Readonly<Record<MaintenanceVerb, string>> = {
  analyze: "table",
  vacuum: "table",
  reindex: "relation",
  optimize: "table",
};

/** Counts a table's values anew for the query planner. */
export const analyzeTable: Maintaining = maintaining("analyze", "Count a table's values anew for the query planner");
/** Makes the room of deleted rows usable again, without keeping anybody out. */
export const vacuumTable: Maintaining = maintaining("vacuum", "Make the room of deleted rows usable again");
/** Builds an index, or all of a table, anew beside the old one, and drops what earlier broken runs left. */
export const reindexRelation: Maintaining = maintaining("reindex", "Build an index, or those of a table, anew");

function maintaining(verb: MaintenanceVerb, summary: string): Maintaining {
  return {
    name: `${verb}-${nouns[verb]}`,
    verb,
    summary,
    targetKind: "database",
    parse,
    plan: (input, target, see) => plan(verb, input, target, see),
    expectations: async (made, target, see) => {
      const relation = await see.relation(target.placement, stepsOf(made).relation);
      return { [fileOf(stepsOf(made).relation)]: relation?.file ?? "gone" };
    },
    apply: async (made, target, act, run) => {
      const { relation, leftovers } = stepsOf(made);
      if (leftovers > 0) {
        await run.step("dropped what a broken run had left", async () => {
          await act.dropLeftovers(target.placement, relation);
        });
      }
      await run.step(`${verb} started`, () =>
        act.maintain(target.placement, { verb, relation, token: run.operationId }),
      );
    },
    look: (made, target, see, _since, operationId) => look(verb, made, target, see, operationId ?? ""),
  };
}

interface Steps {
  readonly relation: string;
  readonly leftovers: number;
  readonly file: string;
  readonly analyzed: string | null;
  readonly vacuumed: string | null;
}

function stepsOf(plan: Plan): Steps {
  return plan.steps as unknown as Steps;
}

function fileOf(relation: string): string {
  return `file of ${relation}`;
}

function parse(input: Json): MaintainInput {
  const relation = (input as { readonly relation?: Json } | null)?.relation;
  if (typeof relation !== "string" || relation.trim() === "" || relation.length > 200) {
    throw new Refusal(
      "bad_argument",
      "Name a table, such as public.orders.",
      "See them with `/ops db <database> sizes`.",
    );
  }
  return { relation: relation.trim() };
}

async function plan(verb: MaintenanceVerb, input: MaintainInput, target: Target, see: DatabasesRead): Promise<Plan> {
  const [server, relation] = await Promise.all([
    see.server(target.placement),
    see.relation(target.placement, input.relation),
  ]);
  if (!server.verbs.includes(verb)) throw new Refusal("not_possible", `${server.engine} knows no ${verb}.`);
  const where = `${target.name} in ${target.environment}`;
  if (relation === null) {
    throw new Refusal("not_found", `There is no table ${input.relation} on ${where}.`, "See them with `/ops db`.");
  }
  if (verb !== "reindex" && relation.kind === "index") {
    throw new Refusal("bad_argument", `${relation.name} is an index.`, "Name its table.");
  }
  const word = verb === "reindex" ? "Build anew" : verb.charAt(0).toUpperCase() + verb.slice(1);
  return {
    summary: `${word} ${relation.kind === "index" ? "the index " : ""}${relation.name} on ${where}`,
    changes: changesOf(verb, relation),
    risks:
      verb === "reindex"
        ? [
            `It needs up to ${megabytes(relation.bytes)} of disk beside the old one, and waits for transactions that are open.`,
          ]
        : [],
    observed: [
      `${megabytes(relation.bytes)}${relation.rows === null ? "" : `, about ${relation.rows} rows, ${relation.deadRows ?? 0} dead`}. Nobody is kept out while it runs.`,
    ],
    expects: { [fileOf(relation.name)]: relation.file },
    steps: {
      relation: relation.name,
      leftovers: verb === "reindex" ? relation.invalid.length : 0,
      file: relation.file,
      analyzed: relation.analyzed,
      vacuumed: relation.vacuumed,
    },
    undo: null,
    nothingToDo: null,
    count: null,
    part: relation.name,
  };
}

function changesOf(verb: MaintenanceVerb, relation: Relation): Plan["changes"] {
  if (verb === "reindex") {
    const dropped = relation.invalid.map((index) => ({ label: index, from: "invalid leftover", to: "dropped" }));
    return [...dropped, { label: relation.name, from: "as it is", to: "built anew" }];
  }
  if (verb === "vacuum") return [{ label: "Last vacuumed", from: relation.vacuumed ?? "never", to: "now" }];
  return [{ label: "Last analyzed", from: relation.analyzed ?? "never", to: "now" }];
}

async function look(
  verb: MaintenanceVerb,
  made: Plan,
  target: Target,
  see: DatabasesRead,
  operationId: string,
): Promise<Sighting> {
  const before = stepsOf(made);
  const progress = await see.progress(target.placement, operationId);
  const at = { events: [], reason: null };
  if (progress.state === "running") {
    return { ...at, verdict: "on-the-way", progress: progress.text, share: progress.share, working: true };
  }
  const relation = await see.relation(target.placement, before.relation);
  if (progress.state === "failed") {
    const left =
      relation !== null && relation.invalid.length > 0 ? " An invalid index was left; planning it again drops it." : "";
    return { ...at, verdict: "failed", progress: "ended early", share: null, reason: `${progress.text}.${left}` };
  }
  if (relation === null) return { ...at, verdict: "failed", progress: "gone", share: null, reason: "It is gone." };
  const changed =
    verb === "reindex"
      ? relation.file !== before.file && relation.invalid.length === 0
      : verb === "vacuum"
        ? relation.vacuumed !== before.vacuumed
        : relation.analyzed !== before.analyzed;
  if (changed)
    return { ...at, verdict: "as-asked", progress: `${verb} of ${before.relation} has ended`, share: 1, final: true };
  return { ...at, verdict: "on-the-way", progress: "no longer running; its trace is not seen yet", share: null };
}

function megabytes(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${Math.round(bytes / 100_000) / 10} MB`;
}
