import type { Placement } from "../../domain/configuration.ts";
import { ProviderError } from "../../errors.ts";

/** Where a database server of RDS is. */
export interface RdsPlace {
  readonly instance: string;
  readonly region: string | undefined;
}

export function rdsPlace(at: Placement): RdsPlace {
  const { instance, region } = at.at;
  if (instance) return { instance, region };
  throw refusedBy("describe", "NoCoordinates", "The configuration names no instance for it.", "not_found");
}

/** A no of ours in the words of a platform's. */
export function refusedBy(
  operation: string,
  code: string,
  message: string,
  fault: ProviderError["fault"] = "refused",
): ProviderError {
  return new ProviderError({ provider: "AWS", operation, fault, code, message });
}

/** Tags by which what was made from here is known. */
export const tags = { operation: "tocsin:operation", incident: "tocsin:incident", requester: "tocsin:requester" };
