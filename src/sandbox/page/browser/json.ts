import type { Json, JsonObject } from "../protocol.ts";

/** Reads what a bot sent without trusting its shape: something missing is empty, never an error. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function stringAt(value: JsonObject, key: string): string {
  const found = value[key];
  return typeof found === "string" ? found : "";
}

export function numberAt(value: JsonObject, key: string): number | null {
  const found = value[key];
  if (typeof found === "number") return found;
  return typeof found === "string" && found !== "" && Number.isFinite(Number(found)) ? Number(found) : null;
}

export function objectAt(value: JsonObject, key: string): JsonObject | null {
  const found = value[key];
  return isObject(found) ? found : null;
}

export function listAt(value: JsonObject, key: string): readonly Json[] {
  const found = value[key];
  return Array.isArray(found) ? (found as readonly Json[]) : [];
}

export function objectsAt(value: JsonObject, key: string): readonly JsonObject[] {
  return listAt(value, key).filter(isObject);
}

export function stringsAt(value: JsonObject, key: string): readonly string[] {
  return listAt(value, key).filter((item) => typeof item === "string");
}

/** The words of a text object, or of a plain string where Slack takes either. */
export function wordsAt(value: JsonObject, key: string): string {
  const found = value[key];
  if (typeof found === "string") return found;
  return isObject(found) ? stringAt(found, "text") : "";
}
