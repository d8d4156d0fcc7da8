import type { Configuration, Placement } from "./configuration.ts";
import type { CheckResult } from "./platform.ts";
import { trailPlaces } from "./security/parts.ts";

/** One part of the installation to look at: a heading and how to look. */
export interface Examination {
  readonly title: string;
  readonly look: () => Promise<readonly CheckResult[]>;
}

export interface Diagnosis {
  /** For a terminal, in the order of the examinations; each fault with what puts it right. */
  readonly lines: readonly string[];
  readonly faults: number;
}

/**
 * Looks at everything at once and tells it in order. A look that throws is a fault of its own, so that one part
 * that is down never hides the others. The exit code is 1 where `faults` is above 0.
 */
export async function examine(examinations: readonly Examination[]): Promise<Diagnosis> {
  const looked = await Promise.all(
    examinations.map(async ({ title, look }) => {
      try {
        return { title, results: await look() };
      } catch (error) {
        return { title, results: [unexpected(error)] };
      }
    }),
  );
  const faults = looked.flatMap(({ results }) => results).filter(({ ok }) => !ok).length;
  const closing =
    faults === 0 ? "Everything is in order." : `${faults} ${faults === 1 ? "fault" : "faults"} to put right.`;
  return {
    lines: [...looked.flatMap(({ title, results }) => [title, ...results.flatMap(resultLines), ""]), closing],
    faults,
  };
}

function unexpected(error: unknown): CheckResult {
  const found = error instanceof Error ? error.message : String(error);
  return {
    what: "The check itself",
    ok: false,
    found,
    fix: "Look at the message; if it says nothing to you, report it.",
  };
}

function resultLines({ what, ok, found, fix }: CheckResult): readonly string[] {
  const indent = " ".repeat(9);
  const [first = "", ...rest] = found.split("\n");
  return [
    `  ${ok ? "ok   " : "FAULT"}  ${what}: ${first}`,
    ...rest.map((line) => `${indent}${line}`),
    ...(ok || !fix ? [] : `Fix: ${fix}`.split("\n").map((line) => `${indent}${line}`)),
  ];
}

/** Every place of the catalog that one provider has to reach. */
export function placementsOf(configuration: Configuration, provider: string): readonly Placement[] {
  if (provider === "cost") return costPlacements(configuration);
  if (provider === "cloudtrail") return trailPlacements(configuration);
  return [...configuration.services, ...configuration.resources].flatMap(({ runs }) =>
    runs
      .flatMap((placement) => (placement.inside ? [placement, placement.inside] : [placement]))
      .filter((placement) => placement.provider === provider),
  );
}

/** Costs are read of environments, not of things of the catalog. */
function costPlacements(configuration: Configuration): readonly Placement[] {
  return (configuration.costs?.accounts ?? []).flatMap(({ environment, account, budgets }) =>
    [null, ...budgets].map((budget) => ({
      environment,
      provider: "cost",
      at: { ...(account === null ? {} : { account }), ...(budget === null ? {} : { budget }) },
    })),
  );
}

/** Where evidence is gathered from: once for each environment that has an account. */
function trailPlacements(configuration: Configuration): readonly Placement[] {
  return trailPlaces(
    configuration,
    configuration.environments.map(({ name }) => name),
  ).map(({ environment, region }) => ({ environment, provider: "cloudtrail", at: region === null ? {} : { region } }));
}

/** What the configuration comes to, and what in it deserves a second look though it is no fault. */
export function configurationResults(
  configuration: Configuration,
  loaded: { readonly files: readonly string[]; readonly notUsedYet: readonly string[] },
): readonly CheckResult[] {
  const { severities, services, resources, policy, environments } = configuration;
  const counts = [
    counted(severities.length, "severity", "severities"),
    counted(environments.length, "environment"),
    counted(services.length, "service"),
    counted(resources.length, "other resource"),
    counted(policy.length, "policy rule"),
  ].join(", ");
  const from = loaded.files.length > 0 ? loaded.files.join(", ") : "No file, so the built-in defaults";
  const results: CheckResult[] = [good(from, counts)];
  if (services.length > 0 && policy.length === 0)
    results.push(good("Policy", "no rule, so nobody may change anything; see docs/policy.md"));
  if (environments.length > 1 && !environments.some((environment) => environment.default))
    results.push(good("Environments", "none is the default, so a service that runs in several needs --env each time"));
  if (loaded.notUsedYet.length > 0)
    results.push(good("Not used yet", `${loaded.notUsedYet.join(", ")} (read, but this version does nothing with it)`));
  return results;
}

/** The faults of a configuration that could not be read, each as it stands. */
export function configurationFaults(faults: readonly string[]): readonly CheckResult[] {
  return faults.map((fault) => {
    const [found = fault, ...fix] = fault.split("; ");
    return { what: "Configuration", ok: false, found, fix: fix.join("; ") || "Put it right and look again." };
  });
}

function good(what: string, found: string): CheckResult {
  return { what, ok: true, found, fix: null };
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
