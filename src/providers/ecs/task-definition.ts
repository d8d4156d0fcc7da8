import type {
  ContainerDefinition,
  KeyValuePair,
  RegisterTaskDefinitionCommandInput,
  TaskDefinition,
} from "@aws-sdk/client-ecs";
import type { Names, ReleaseChanges, ReleaseDifference } from "../../domain/platform/releases.ts";

/** How the bot's copies are known. */
export const tagOf = {
  operation: "tocsin:operation",
  sameAs: "tocsin:same-as",
  sizedFrom: "tocsin:sized-from",
} as const;

/** What AWS adds to a task definition by itself, and refuses in a new one. */
const readOnly = [
  "taskDefinitionArn",
  "revision",
  "status",
  "requiresAttributes",
  "compatibilities",
  "registeredAt",
  "deregisteredAt",
  "registeredBy",
  "deleteRequestedAt",
] as const;

/** A task definition as it is registered once more, with what is to be different. */
export function copyOf(
  definition: TaskDefinition,
  changes: ReleaseChanges,
): Omit<RegisterTaskDefinitionCommandInput, "tags"> {
  const kept = Object.fromEntries(
    Object.entries(definition).filter(([field]) => !(readOnly as readonly string[]).includes(field)),
  ) as unknown as RegisterTaskDefinitionCommandInput;
  return {
    ...kept,
    ...(changes.cpu === undefined ? {} : { cpu: String(changes.cpu) }),
    ...(changes.memory === undefined ? {} : { memory: String(changes.memory) }),
    containerDefinitions: (definition.containerDefinitions ?? []).map((container) => ({
      ...container,
      image: changes.images?.[container.name ?? ""] ?? container.image,
    })),
  };
}

/** What differs, by name: the values of variables may be secret and stay here. */
export function differenceOf(from: TaskDefinition, to: TaskDefinition): ReleaseDifference {
  const [before, after] = [from.containerDefinitions ?? [], to.containerDefinitions ?? []];
  const several = before.length > 1 || after.length > 1;
  return {
    environment: namesOf(variables(before, several, environmentOf), variables(after, several, environmentOf)),
    secrets: namesOf(variables(before, several, secretsOf), variables(after, several, secretsOf)),
    other: [
      ...before.filter(({ name }) => !named(after, name)).map(({ name }) => `container ${name} left out`),
      ...after.filter(({ name }) => !named(before, name)).map(({ name }) => `container ${name} added`),
      ...containerFields.flatMap(([field, word]) =>
        before.some((one) => {
          const other = named(after, one.name);
          return other && canonical(one[field]) !== canonical(other[field]);
        })
          ? [word]
          : [],
      ),
      ...taskFields.flatMap(([field, word]) => (canonical(from[field]) === canonical(to[field]) ? [] : [word])),
    ],
  };
}

const containerFields = [
  ["command", "command"],
  ["entryPoint", "entry point"],
  ["portMappings", "ports"],
  ["healthCheck", "health check"],
  ["mountPoints", "mounts"],
  ["logConfiguration", "logging"],
  ["cpu", "CPU of a container"],
  ["memory", "memory of a container"],
  ["memoryReservation", "memory of a container"],
  ["environmentFiles", "environment files"],
  ["essential", "which containers are essential"],
] as const satisfies readonly (readonly [keyof ContainerDefinition, string])[];

const taskFields = [
  ["taskRoleArn", "task role"],
  ["executionRoleArn", "execution role"],
  ["volumes", "volumes"],
  ["networkMode", "network mode"],
  ["runtimePlatform", "platform"],
  ["ephemeralStorage", "ephemeral storage"],
] as const satisfies readonly (readonly [keyof TaskDefinition, string])[];

const named = (all: readonly ContainerDefinition[], name: string | undefined) => all.find((one) => one.name === name);
const environmentOf = (one: ContainerDefinition): readonly KeyValuePair[] => one.environment ?? [];
const secretsOf = (one: ContainerDefinition): readonly KeyValuePair[] =>
  (one.secrets ?? []).map(({ name, valueFrom }) => ({ name, value: valueFrom }));

function variables(
  containers: readonly ContainerDefinition[],
  several: boolean,
  of: (one: ContainerDefinition) => readonly KeyValuePair[],
): ReadonlyMap<string, string> {
  return new Map(
    containers.flatMap((container) =>
      of(container).map(
        ({ name, value }) => [several ? `${container.name}/${name}` : (name ?? ""), value ?? ""] as const,
      ),
    ),
  );
}

function namesOf(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): Names {
  return {
    added: [...after.keys()].filter((name) => !before.has(name)),
    removed: [...before.keys()].filter((name) => !after.has(name)),
    changed: [...after].filter(([name, value]) => before.has(name) && before.get(name) !== value).map(([name]) => name),
  };
}

// Nothing, an empty list and an empty map mean the same to AWS; the order of keys means nothing.
function canonical(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return value.length === 0 ? "" : `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  const entries = Object.entries(value)
    .map(([key, item]) => [key, canonical(item)] as const)
    .filter(([, item]) => item !== "")
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return entries.length === 0 ? "" : `{${entries.map(([key, item]) => `${key}:${item}`).join(",")}}`;
}
