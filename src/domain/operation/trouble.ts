import type { ProviderError, ProviderFault } from "../../errors.ts";

/** What the outside said, with its own code and request id, as one or two sentences. */
export function providerTroubleInWords(error: ProviderError): string {
  const id = error.requestId === null ? "" : `, request ${error.requestId}`;
  return `${faultWords[error.fault]} (${error.operation}: ${error.code}${id}). ${error.message}`.trim();
}

const faultWords: Readonly<Record<ProviderFault, string>> = {
  denied: "the platform did not let the bot do it",
  expired: "the bot's credentials for the platform have expired",
  throttled: "the platform is limiting calls right now",
  full: "it lets nobody in",
  not_found: "the platform knows no such thing",
  refused: "the platform refused it",
  unreachable: "the platform could not be reached",
  timeout: "the platform did not answer in time",
};

/** Whether the call certainly changed nothing. A lost answer says nothing about what happened. */
export function changedNothing(fault: ProviderFault): boolean {
  return fault !== "timeout" && fault !== "unreachable";
}
