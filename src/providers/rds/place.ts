import type { Placement } from "../../domain/configuration.ts";
import { refusedBy } from "../aws.ts";

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

/** Tags by which what was made from here is known. */
export const tags = { operation: "tocsin:operation", incident: "tocsin:incident", requester: "tocsin:requester" };
