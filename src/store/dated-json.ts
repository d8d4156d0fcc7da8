/** JSON that keeps moments: each is written as {"$at": "…"} and comes back as a Date. */
export function toDatedJson(value: unknown): string {
  return JSON.stringify(marked(value));
}

/** What `toDatedJson` wrote, once the driver has parsed it. */
export function fromDatedJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromDatedJson);
  if (typeof value !== "object" || value === null) return value;
  const at = (value as { readonly $at?: unknown }).$at;
  if (typeof at === "string") return new Date(at);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fromDatedJson(inner)]));
}

function marked(value: unknown): unknown {
  if (value instanceof Date) return { $at: value.toISOString() };
  if (Array.isArray(value)) return value.map(marked);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, marked(inner)]));
}
