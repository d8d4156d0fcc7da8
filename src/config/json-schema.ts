import { z } from "zod";
import { configurationSchema } from "./schema.ts";

/** The JSON Schema of the configuration as a file's text; docs/tocsin.schema.json is held to it by a test. */
export function configurationJsonSchema(): string {
  // Draft 7 is the newest that the common YAML language server understands fully.
  const { $schema, ...schema } = z.toJSONSchema(configurationSchema, { io: "input", target: "draft-07" });
  return `${JSON.stringify({ $schema, title: "Tocsin configuration", ...schema }, null, 2)}\n`;
}
