import type { Json, Operation, Plan, Sighting, Target } from "../domain/operation/operation.ts";
import {
  type DatabasesRead,
  type DatabasesWrite,
  isMaintained,
  type MaintenanceVerb,
  type Relation,
} from "../domain/platform/databases.ts";
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
/** Builds a table anew beside the old one, so that the room of deleted rows goes back to the disk. */
export const optimizeTable: Maintaining = maintaining("optimize", "Build a table anew, giving unused room back");
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
      const { relation, leftovers, file, analyzed, vacuumed } = stepsOf(made);
      const before = { file, analyzed, vacuumed };
      if (leftovers > 0) {
        await run.step("dropped what a broken run had left", async () => {
          await act.dropLeftovers(target.placement, relation);
        });
      }
      await run.step(`${verb} started`, () =>
        act.maintain(target.placement, { verb, relation, token: run.operationId, before }),
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
  if (!server.verbs.includes(verb)) {
    throw new Refusal(
      "not_possible",
      `${server.engine} knows no ${verb}.`,
      `It knows ${server.verbs.map((one) => `\`/ops ${one}\``).join(", ")}.`,
    );
  }
  const where = `${target.name} in ${target.environment}`;
  if (relation === null) {
    throw new Refusal("not_found", `There is no table ${input.relation} on ${where}.`, "See them with `/ops db`.");
  }
  if (verb !== "reindex" && relation.kind === "index") {
    throw new Refusal("bad_argument", `${relation.name} is an index.`, "Name its table.");
  }
  if (verb === "optimize" && !relation.rebuildsOnline) {
    throw new Refusal(
      "not_possible",
      `Optimizing ${relation.name} would keep everybody from writing to it until it is done.`,
      "Only tables of InnoDB are optimized from here.",
    );
  }
  const word = verb === "reindex" ? "Build anew" : verb.charAt(0).toUpperCase() + verb.slice(1);
  return {
    summary: `${word} ${relation.kind === "index" ? "the index " : ""}${relation.name} on ${where}`,
    changes: changesOf(verb, relation),
    risks: risksOf(verb, relation),
    observed: [`${sizeInWords(relation)}. Nobody is kept out while it runs.`],
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
  if (verb === "optimize") return [{ label: relation.name, from: "as it is", to: "built anew" }];
  if (verb === "vacuum") return [{ label: "Last vacuumed", from: relation.vacuumed ?? "never", to: "now" }];
  return [{ label: "Last analyzed", from: relation.analyzed ?? "never", to: "now" }];
}

function risksOf(verb: MaintenanceVerb, relation: Relation): readonly string[] {
  const room = `It needs up to ${megabytes(relation.bytes)} of disk beside the old one`;
  if (verb === "reindex") return [`${room}, and waits for transactions that are open.`];
  if (verb !== "optimize") return [];
  return [
    `${room}.`,
    "At its start and its end it waits for open transactions, and others wait behind it: 10 s at most.",
  ];
}

function sizeInWords(relation: Relation): string {
  const rows = relation.rows === null ? "" : `, about ${relation.rows} rows`;
  return `${megabytes(relation.bytes)}${rows}${relation.deadRows === null ? "" : `, ${relation.deadRows} dead`}`;
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
  if (progress.state === "done") return ended(verb, before);
  const relation = await see.relation(target.placement, before.relation);
  if (progress.state === "failed") {
    const left =
      relation !== null && relation.invalid.length > 0 ? " An invalid index was left; planning it again drops it." : "";
    return { ...at, verdict: "failed", progress: "ended early", share: null, reason: `${progress.text}.${left}` };
  }
  if (relation === null) return { ...at, verdict: "failed", progress: "gone", share: null, reason: "It is gone." };
  if (isMaintained(verb, before, relation)) return ended(verb, before);
  if (relation.invalid.length > 0) {
    const [one, ...others] = relation.invalid;
    const left = others.length === 0 ? `the invalid index ${one}` : `invalid indexes: ${relation.invalid.join(", ")}`;
    const reason = `It was broken off and left ${left}; planning it again drops what is left.`;
    return { ...at, verdict: "failed", progress: "broken off", share: null, reason };
  }
  return { ...at, verdict: "on-the-way", progress: "no longer running; its trace is not seen yet", share: null };
}

function ended(verb: MaintenanceVerb, { relation }: Steps): Sighting {
  const progress = `${verb} of ${relation} has ended`;
  return { verdict: "as-asked", progress, share: 1, final: true, events: [], reason: null };
}

function megabytes(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${Math.round(bytes / 100_000) / 10} MB`;
}
