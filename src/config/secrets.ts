import { z } from "zod";
import type { Resource, Service } from "../domain/configuration.ts";
import { plain } from "./nearest.ts";
import { aliases, list, named, object, right, text } from "./pieces.ts";
import { platformsFor } from "./platforms.ts";

const days = right("write days such as 90d");
const characters = right("write a whole number from 16 to 256");

/** Secrets of the catalog: where they are, how old they may become, and how they are rotated. */
export const secretsSchema = named(
  object({
    title: text.optional(),
    aliases: aliases.optional(),
    environments: named(object(platformsFor("secret")), "an environment's name").optional(),
    max_age: z
      .string(days)
      .regex(/^[1-9]\d{0,3}d$/, days)
      .describe("Older than this it is overdue: 90d.")
      .optional(),
    consumers: list(text).describe("Services that read it at their start: restarted after a rotation.").optional(),
    generate: object({
      characters: z
        .int(characters)
        .min(16, characters)
        .max(256, characters)
        .describe("How long the new value is: letters, digits, - and _.")
        .optional(),
    })
      .describe("The bot makes the new value, where the platform has no rotation of its own for it.")
      .optional(),
  }),
  "a secret's name",
);

type Written = Readonly<Record<string, z.infer<typeof secretsSchema>[string]>>;

/** Adds to secrets how old they may become and how they are rotated. */
export function completeSecrets(
  secrets: readonly Resource[],
  written: { readonly secrets?: Written | undefined },
  services: readonly Service[],
): readonly Resource[] {
  return secrets.map((secret) => {
    const entry = written.secrets?.[secret.name];
    const readers = (entry?.consumers ?? []).flatMap((word) => services.find((one) => isCalled(one, word)) ?? []);
    return {
      ...secret,
      ...(entry?.max_age ? { maxAgeDays: Number.parseInt(entry.max_age, 10) } : {}),
      runs: secret.runs.map((placement) => ({
        ...placement,
        rotation: {
          characters: entry?.generate ? (entry.generate.characters ?? 40) : null,
          consumers: readers.flatMap(({ name, runs }) =>
            runs
              .filter(({ environment }) => environment === placement.environment)
              .map((run) => ({ name, placement: run })),
          ),
        },
      })),
    };
  });
}

function isCalled(service: Service, word: string): boolean {
  return [service.name, ...service.aliases].some((name) => plain(name) === plain(word));
}
