import { ProviderError, type ProviderFault } from "../../errors.ts";

/** A no of the machine or a client program, in our words. */
export function dumpError(
  operation: string,
  fault: ProviderFault,
  code: string,
  message: string,
  cause?: unknown,
): ProviderError {
  return new ProviderError({ provider: "Backups", operation, fault, code, message, cause });
}
