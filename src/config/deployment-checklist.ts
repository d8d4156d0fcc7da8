import { z } from "zod";
import type { Environment } from "../domain/configuration.ts";
import type { ConfiguredItem, ItemProof } from "../domain/release-care/settings.ts";
import {
  catalogName,
  environmentName,
  knownEnvironments,
  knownSeverities,
  severityName,
  unknown,
} from "./catalog-words.ts";
import { plain } from "./nearest.ts";
import { channel, flag, list, object, right, span, text } from "./pieces.ts";
import type { Misfit } from "./references.ts";
import type { Written } from "./schema.ts";
import { seconds } from "./spans.ts";

const proofForms = "normal, backup, no_incident, no_freeze, deployed_in, deployed_first or under_change";
const yes = z.literal(true, right("write true, or leave it out"));
const kinds = [
  "normal",
  "backup",
  "no_incident",
  "no_freeze",
  "deployed_in",
  "deployed_first",
  "under_change",
] as const;

const proof = object({
  normal: z
    .union([z.literal("all"), z.array(text).min(1)], right("write all, or a list of metrics of thresholds"))
    .describe("These thresholds of the service are normal now; all: every one that holds for it.")
    .optional(),
  backup: text.describe("A database: a backup of it was made from here and is not older than `within`.").optional(),
  within: span("24h").describe("How old that backup may be; 24h by default.").optional(),
  no_incident: list(text)
    .min(1, right("name at least one severity"))
    .describe("None of these is open on it.")
    .optional(),
  no_freeze: yes.describe("No freeze holds.").optional(),
  deployed_in: text.describe("What was deployed last from here in this environment was verified.").optional(),
  deployed_first: text
    .describe("A service: what was deployed last of it from here in the same environment was verified.")
    .optional(),
  under_change: yes.describe("It is carried out under a change that is in progress.").optional(),
})
  .refine(
    (one) => kinds.filter((kind) => one[kind] !== undefined).length === 1,
    right(`write exactly one of ${proofForms}`),
  )
  .refine((one) => one.within === undefined || one.backup !== undefined, right("write within only beside backup"))
  .describe("The check that proves it; left out: a person ticks it.");

const most = 20;
const word = text.max(150, right("write at most 150 characters"));

/** The checklist before a deployment as people write it: an item is its words, or a map. */
export const checklistSchema = list(
  z.union(
    [
      word,
      object({
        item: word,
        proof: proof.optional(),
        required: flag.describe("false: it is shown and holds nothing up.").optional(),
        environments: list(text).describe("Only there; left out: everywhere.").optional(),
      }),
    ],
    right("write what is to be done, or a map with item, proof, required, environments"),
  ),
)
  .max(most, right(`write at most ${most} items`))
  .describe("What has to be done before `/ops deploy` may be confirmed.");

/** Who is told of deployments, as people write it. */
export const announceSchema = list(channel)
  .max(10, right("write at most 10 channels"))
  .describe("Channels that are told when a deployment in production begins and how it ended; [] for none.");

/** What holds for deployments of every service. */
export const deploymentsSchema = object({
  checklist: checklistSchema.optional(),
  announce: announceSchema.optional(),
}).describe("What holds for deployments of every service; a service adds its own under `deployments`.");

type WrittenItem = z.infer<typeof checklistSchema>[number];
type WrittenProof = z.infer<typeof proof>;

/** All items, those for every service first, in canonical words. */
export function completeChecklist(written: Written, environments: readonly Environment[]): readonly ConfiguredItem[] {
  const named = (one: string) => environmentName(environments, one) ?? one;
  return lists(written).flatMap(({ service, items }) =>
    items.map((given): ConfiguredItem => {
      const one = typeof given === "string" ? { item: given } : given;
      return {
        text: one.item,
        required: one.required ?? true,
        proof: one.proof ? proofOf(one.proof, written, named) : null,
        service,
        environments: one.environments?.map(named) ?? null,
      };
    }),
  );
}

function proofOf(one: WrittenProof, written: Written, named: (word: string) => string): ItemProof {
  if (one.normal !== undefined) return { kind: "normal", metrics: one.normal === "all" ? null : one.normal };
  if (one.backup !== undefined) {
    const database = catalogName(written, one.backup) ?? one.backup;
    return { kind: "backup", database, withinSeconds: seconds(one.within, 24 * 3600) };
  }
  if (one.no_incident !== undefined) {
    return { kind: "no-incident", severities: one.no_incident.map((said) => severityName(written, said) ?? said) };
  }
  if (one.deployed_in !== undefined) return { kind: "deployed-in", environment: named(one.deployed_in) };
  if (one.deployed_first !== undefined) {
    return { kind: "deployed-first", service: catalogName(written, one.deployed_first) ?? one.deployed_first };
  }
  return { kind: one.no_freeze === true ? "no-freeze" : "under-change" };
}

function lists(written: Written) {
  return [
    { service: null, path: ["deployments", "checklist"], items: written.deployments?.checklist ?? [] },
    ...Object.entries(written.services ?? {}).map(([service, { deployments }]) => ({
      service,
      path: ["services", service, "deployments", "checklist"],
      items: deployments?.checklist ?? [],
    })),
  ] as const;
}

/** Items that are said twice, or whose proof names what is not there. */
export function checklistMisfits(written: Written): readonly Misfit[] {
  const common = (written.deployments?.checklist ?? []).map(wordsOf);
  return lists(written).flatMap(({ service, path, items }) => {
    const seen = new Set(service === null ? [] : common.map(plain));
    return items.flatMap((given, index): readonly Misfit[] => {
      const said = plain(wordsOf(given));
      const twice = seen.has(said)
        ? [{ path: [...path, index], text: "is on the list already; say each item once." }]
        : [];
      seen.add(said);
      if (typeof given === "string") return twice;
      return [
        ...twice,
        ...environmentMisfits(written, given, [...path, index]),
        ...proofMisfits(written, given, [...path, index, "proof"]),
      ];
    });
  });
}

function wordsOf(given: WrittenItem): string {
  return typeof given === "string" ? given : given.item;
}

function environmentMisfits(written: Written, given: Exclude<WrittenItem, string>, path: readonly (string | number)[]) {
  const known = knownEnvironments(written);
  const names = known.map(({ name }) => name);
  return (given.environments ?? []).flatMap((said, index): readonly Misfit[] =>
    environmentName(known, said)
      ? []
      : [{ path: [...path, "environments", index], text: unknown("environment", names, said) }],
  );
}

function proofMisfits(
  written: Written,
  { proof: one }: Exclude<WrittenItem, string>,
  path: readonly (string | number)[],
) {
  const misfits: Misfit[] = [];
  if (one?.backup !== undefined) {
    const databases = Object.keys(written.databases ?? {});
    const found = catalogName(written, one.backup);
    if (found === null || !databases.includes(found))
      misfits.push({ path: [...path, "backup"], text: unknown("database", databases, one.backup) });
  }
  if (one?.deployed_in !== undefined) {
    const known = knownEnvironments(written);
    const names = known.map(({ name }) => name);
    if (!environmentName(known, one.deployed_in))
      misfits.push({ path: [...path, "deployed_in"], text: unknown("environment", names, one.deployed_in) });
  }
  if (one?.deployed_first !== undefined) {
    const services = Object.keys(written.services ?? {});
    if (!services.includes(catalogName(written, one.deployed_first) ?? ""))
      misfits.push({ path: [...path, "deployed_first"], text: unknown("service", services, one.deployed_first) });
  }
  const severities = knownSeverities(written).map(({ name }) => name);
  (one?.no_incident ?? []).forEach((said, index) => {
    if (!severityName(written, said))
      misfits.push({ path: [...path, "no_incident", index], text: unknown("severity", severities, said) });
  });
  const metrics = (written.thresholds ?? []).map(({ metric }) => metric);
  (one?.normal === undefined || one.normal === "all" ? [] : one.normal).forEach((said, index) => {
    if (!metrics.some((metric) => metric.toLowerCase() === said.toLowerCase()))
      misfits.push({ path: [...path, "normal", index], text: unknown("metric of thresholds", metrics, said) });
  });
  return misfits;
}
