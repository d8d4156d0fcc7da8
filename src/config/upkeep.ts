import type { Environment } from "../domain/configuration.ts";
import type { Place } from "../domain/intent.ts";
import type { Json } from "../domain/operation/operation.ts";
import { cadenceForms, readCadence } from "../domain/time/cadence.ts";
import { isPerson, type UpkeepTask } from "../domain/upkeep/task.ts";
import {
  actionNames,
  catalogEntries,
  catalogName,
  environmentName,
  knownEnvironments,
  type OperationName,
  unknown,
} from "./catalog-words.ts";
import type { Misfit } from "./references.ts";
import type { Written } from "./schema.ts";
import { seconds } from "./spans.ts";

type WrittenTask = NonNullable<Written["maintenance"]>[number];

/** Whether it is work that comes round: a window alone is none, unless it says who or what does the work. */
function isTask(one: WrittenTask): boolean {
  const says = one.at ?? one.owner ?? one.checklist ?? one.operation;
  return one.every !== undefined && (one.from === undefined || says !== undefined);
}

/** Of the maintenance what comes round and is to be done, with defaults filled in. */
export function completeUpkeep(
  written: Written,
  environments: readonly Environment[],
  operations: readonly OperationName[],
): readonly UpkeepTask[] {
  const operators: Place = { configured: written.channels?.operations === undefined ? "incidents" : "operations" };
  return (written.maintenance ?? []).filter(isTask).flatMap((one): readonly UpkeepTask[] => {
    const cadence = readCadence(one.every ?? "", startOf(one));
    if (cadence === null) return [];
    const [hour = 9, minute = 0] = (one.at ?? one.from ?? "09:00").split(":").map(Number);
    const { operation } = one;
    return [
      {
        title: one.task,
        rhythm: { cadence, minute: hour * 60 + minute, timezone: one.time_zone ?? "UTC" },
        every: one.every ?? "",
        owner: one.owner ?? null,
        checklist: [...new Set(one.checklist ?? [])],
        operation:
          operation === undefined
            ? null
            : {
                action: operation.do,
                names: actionNames(operations, operation.do),
                target: catalogName(written, operation.target) ?? operation.target,
                environment:
                  operation.environment === undefined
                    ? null
                    : (environmentName(environments, operation.environment) ?? operation.environment),
                input: (operation.with ?? {}) as Readonly<Record<string, Json>>,
              },
        automatic: one.automatic ?? false,
        place: one.channel === undefined ? operators : { named: one.channel.replace(/^#/, "") },
        graceHours: seconds(one.overdue_after, 86_400) / 3600,
      },
    ];
  });
}

function startOf({ starting }: WrittenTask) {
  if (starting === undefined) return undefined;
  const [year = 2024, month = 1, day = 1] = starting.split("-").map(Number);
  return { year, month, day };
}

/** Tasks that come round on no day, run what is not there, or by themselves in nobody's name. */
export function upkeepMisfits(written: Written, operations: readonly OperationName[] | null): readonly Misfit[] {
  const names = catalogEntries(written).map(({ name }) => name);
  const environments = knownEnvironments(written);
  const seen = new Set<string>();
  return (written.maintenance ?? []).flatMap((one, index): readonly Misfit[] => {
    const path = ["maintenance", index];
    const misfit = (field: string, text: string): Misfit => ({ path: [...path, ...field.split(".")], text });
    const { operation } = one;
    const twice = isTask(one) && seen.has(one.task);
    if (isTask(one)) seen.add(one.task);
    const verbs = [...new Set((operations ?? []).flatMap(({ name, verb }) => [verb, name]))];
    return [
      ...(twice ? [misfit("task", "is the name of an earlier task; give each its own.")] : []),
      ...(one.every !== undefined && one.from === undefined && readCadence(one.every) === null
        ? [misfit("every", `names no day; write one of ${cadenceForms}.`)]
        : []),
      ...(one.every === undefined && (one.at ?? one.owner ?? one.checklist ?? one.operation) !== undefined
        ? [misfit("task", "has no every; say when it comes round.")]
        : []),
      ...(operation && operations !== null && !verbs.includes(operation.do)
        ? [misfit("operation.do", unknown("operation", verbs, operation.do))]
        : []),
      ...(operation && catalogName(written, operation.target) === null
        ? [misfit("operation.target", unknown("part of the catalog", names, operation.target))]
        : []),
      ...(operation?.environment !== undefined && environmentName(environments, operation.environment) === null
        ? [
            misfit(
              "operation.environment",
              unknown(
                "environment",
                environments.map(({ name }) => name),
                operation.environment,
              ),
            ),
          ]
        : []),
      ...(one.automatic && operation === undefined
        ? [misfit("automatic", "needs an operation: only that can run by itself.")]
        : []),
      ...(one.automatic && !isPerson(one.owner ?? "")
        ? [
            misfit(
              "automatic",
              "needs an owner that is one person (a Slack user id or an e-mail address): it runs in their name.",
            ),
          ]
        : []),
    ];
  });
}
