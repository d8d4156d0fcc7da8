import type { CheckResult } from "../domain/platform.ts";
import { ProviderError, type ProviderFault } from "../errors.ts";

/**
 * What doctor says of one thing of AWS: what was found, or what AWS said and how to put it right. `fixes` are those
 * that are not the same for everything.
 */
export async function awsCheck(
  what: string,
  look: () => Promise<string>,
  fixes: Partial<Record<ProviderFault, string>>,
): Promise<CheckResult> {
  try {
    return { what, ok: true, found: await look(), fix: null };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const fix = fixes[error.fault] ?? usualFixes[error.fault] ?? "See what AWS says.";
    return { what, ok: false, found: `${error.operation}: ${error.code}. ${error.message}`, fix };
  }
}

const usualFixes: Partial<Record<ProviderFault, string>> = {
  denied: "Give the bot credentials (AWS_* variables) with the rights of docs/iam/read.json.",
  expired: "Renew the bot's credentials (AWS_* variables, profile or role).",
  throttled: "Wait and run it again.",
  unreachable: "Check the network, AWS_REGION and AWS_ENDPOINT_URL.",
  timeout: "Check the network and AWS_ENDPOINT_URL.",
};
