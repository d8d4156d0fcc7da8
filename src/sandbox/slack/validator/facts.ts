import constraints from "../facts/block-kit-constraints.json" with { type: "json" };

/** A node of the language block-kit-constraints.json is written in; its `meta.fieldLanguage` explains each key. */
export interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly httpsOnly?: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly exclusiveMin?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly unique?: boolean;
  readonly nullable?: boolean;
  readonly items?: Schema;
  readonly ref?: string;
  readonly text?: { readonly minLength?: number; readonly maxLength?: number };
  readonly variant?: string;
  readonly allow?: readonly string[];
  readonly inlineTypeOptional?: boolean;
  readonly of?: readonly Schema[];
  readonly anyOf?: readonly string[];
  readonly discriminator?: string;
  readonly variants?: Readonly<Record<string, Schema>>;
  readonly fields?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly requireOneOf?: readonly (readonly string[])[];
  readonly requireOneOfMessage?: string;
  readonly mutuallyExclusive?: readonly (readonly string[])[];
  readonly surfaces?: readonly string[];
  readonly interactive?: boolean;
}

export type Surface = "message" | "modal" | "home";

interface Facts {
  readonly surfaces: Readonly<
    Record<Surface, { readonly maxBlocks: number; readonly maxViewBytes?: number; readonly allowedBlocks: string[] }>
  >;
  readonly objects: Readonly<Record<string, Schema>>;
  readonly elements: Readonly<Record<string, Schema>>;
  readonly richText: Readonly<Record<string, Schema>>;
  readonly blocks: Readonly<Record<string, Schema>>;
  readonly views: Readonly<Record<"modal" | "home", Schema>>;
  readonly optionsResponse: Schema;
}

/** What Slack accepts, as the facts file states it. */
export const facts: Facts = constraints as unknown as Facts;

/** The entry a name like "elements.button" stands for. */
export function entry(ref: string): Schema {
  const [group, name] = ref.split(".") as ["objects" | "elements" | "richText" | "blocks", string];
  const found = facts[group][name];
  if (!found || typeof found !== "object") throw new Error(`The facts have no entry ${ref}.`);
  return found;
}
