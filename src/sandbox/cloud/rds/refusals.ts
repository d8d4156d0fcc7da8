import { CloudError } from "../cloud-error.ts";

/** Refusals of RDS under their wire codes. */
export const invalidValue = (message: string) => new CloudError("InvalidParameterValue", message);
export const invalidCombination = (message: string) => new CloudError("InvalidParameterCombination", message);
export const invalidState = (message: string) => new CloudError("InvalidDBInstanceState", message);
export const snapshotNotFound = (id: string) =>
  new CloudError("DBSnapshotNotFound", `DBSnapshot not found: ${id}`, 404);

/** Identifiers: letters, digits and single hyphens, beginning with a letter. */
export function checkIdentifier(field: string, id: string, longest: number): void {
  const well = /^[a-z][a-z0-9-]*$/i.test(id) && !id.includes("--") && !id.endsWith("-") && id.length <= longest;
  if (well) return;
  throw invalidValue(
    `The parameter ${field} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.`,
  );
}
