import { createHash } from "node:crypto";
import type { Json, OperationRequest, Plan, Target } from "./operation.ts";

/** Names exactly one plan for one request and target: an approval holds for this and nothing else. */
export function planHash(request: OperationRequest, target: Target, plan: Plan): string {
  return createHash("sha256")
    .update(canonical({ request, target, plan } as unknown as Json))
    .digest("hex");
}

/** A short name of a text that differs when the text does. */
export function textHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

// The same facts give the same text whatever order a database returns their keys in.
function canonical(value: Json): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item: Json) => canonical(item)).join(",")}]`;
  const entries = Object.entries(value as { readonly [key: string]: Json })
    .filter(([, item]) => item !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(",")}}`;
}

// Crockford's alphabet has no letters that are mistaken for digits when read aloud. Source: crockford.com/base32.html
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A speakable code for an id, such as op-7F3K; `length` is raised where a shorter one is taken. */
export function operationCode(id: string, length = 4): string {
  const digest = createHash("sha256").update(id).digest();
  return `op-${[...digest.subarray(0, length)].map((byte) => alphabet[byte % 32]).join("")}`;
}
