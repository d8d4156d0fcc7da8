import { anyOperation } from "../../src/domain/operation/operation.ts";
import { analyzeTable, optimizeTable, reindexRelation, vacuumTable } from "../../src/operations/maintain-database.ts";
import { arg, command } from "../../src/slack/command.ts";
import { askStore } from "./ask-store.ts";
import { operationArgs } from "./guarded.ts";

/** Plans to count a table's values anew. */
export const analyze = maintaining(analyzeTable, ["analyse"], "orders");
/** Plans to make the room of a table's deleted rows usable again. */
export const vacuum = maintaining(vacuumTable, [], "public.orders");
/** Plans to build an index or those of a table anew. */
export const reindex = maintaining(reindexRelation, [], "orders_pkey");
/** Plans to build a table of MySQL or MariaDB anew. */
export const optimize = maintaining(optimizeTable, ["optimise"], "orders");

function maintaining(operation: typeof analyzeTable, synonyms: readonly string[], example: string) {
  return command({
    name: `/ops ${operation.verb}`,
    synonyms,
    summary: operation.summary,
    examples: [`/ops ${operation.verb} postgres ${example}`],
    args: {
      database: arg.target("database"),
      ...operationArgs,
      relation: arg.name("<table>"),
    },
    needs: "member",
    run: async (ask) => {
      const { database: target, relation, ...rest } = ask.args;
      const what = `${operation.verb} ${relation}`;
      return askStore(ask, { operation: anyOperation(operation), target, input: { relation }, what, ...rest });
    },
  });
}
