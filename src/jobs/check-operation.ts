import type { Configuration } from "../domain/configuration.ts";
import { subjectOf } from "../domain/health/subjects.ts";
import type { Target } from "../domain/operation/operation.ts";
import { type Measured, needsFigures } from "../domain/release-care/checklist.ts";
import type { DeploymentItem } from "../domain/release-care/settings.ts";
import { recordMeasured } from "../domain/release-care/ticking.ts";
import { examine } from "./examine.ts";
import { type JobHandler, jobHandler } from "./handler.ts";
import { actingFor, type OperationContext } from "./operation-context.ts";

type Needs = OperationContext & { readonly now: () => Date };

/** Looks again at what an operation's checklist rests on, and draws its card anew. */
export function checkOperation(context: Needs): JobHandler {
  return jobHandler({
    name: "check-operation",
    handle: async ({ operationId: id }) => {
      const { record, config } = await context.transact(async (app) => ({
        record: await app.operations.byId(id),
        config: app.config,
      }));
      if (!record?.plan?.checklist) return;
      const { checklist } = record.plan;
      const measured = await actingFor(context, record, () => measuredFor(context, config, record.target, checklist));
      await context.transact((app) => recordMeasured(app, id, measured));
    },
  });
}

/** The figures that prove items of a checklist; null where it asks for none, or there is nothing to look at. */
export async function measuredFor(
  context: Needs,
  config: Configuration,
  target: Target,
  items: readonly DeploymentItem[],
): Promise<Measured | null> {
  const asked = items.filter((item) => needsFigures([item])).map(({ of }) => of ?? target.name);
  const seen = await Promise.all(
    [...new Set(asked)].map(async (name) => {
      const subject = subjectOf(config, { name, environment: target.environment });
      if (subject === null) return null;
      const { findings, unread } = await examine(context, subject, []);
      return { name, findings: findings.map(({ title, state, detail }) => ({ title, state, detail })), unread };
    }),
  );
  const found = seen.flatMap((one) => one ?? []);
  if (found.length === 0) return null;
  const others = found.flatMap(({ name, ...rest }) => (name === target.name ? [] : [[name, rest] as const]));
  const { findings, unread } = found.find(({ name }) => name === target.name) ?? { findings: [], unread: [] };
  const at = context.now().toISOString();
  return { at, findings, unread, ...(others.length === 0 ? {} : { others: Object.fromEntries(others) }) };
}
