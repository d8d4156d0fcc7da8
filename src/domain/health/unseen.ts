import { ProviderError, type ProviderFault } from "../../errors.ts";
import type { Finding } from "./thresholds.ts";

/** Noes that say nothing of the thing that was asked about: whoever reads must put them right elsewhere, or wait. */
const blinding = ["throttled", "denied", "expired", "unreachable", "timeout"] as const satisfies ProviderFault[];
type Blinding = (typeof blinding)[number];

/** Who told nothing, at which call, and which no it was. */
export interface Untold {
  readonly provider: string;
  readonly operation: string;
  readonly fault: Blinding;
}

/** Whether an error is a cloud's own no to whoever asked; a data store that lets nobody in is what is wrong with it. */
export function untoldBy(error: unknown): { readonly untold?: Untold } {
  if (!(error instanceof ProviderError) || error.provider !== "AWS") return {};
  const fault = blinding.find((one) => one === error.fault);
  return fault === undefined ? {} : { untold: { provider: error.provider, operation: error.operation, fault } };
}

/** Why findings are unknown and what to do about it, one text for each kind of no; empty where no cloud is to blame. */
export function whyUntold(
  findings: readonly Pick<Finding, "untold">[],
  of: string,
): readonly { readonly said: string; readonly next: string }[] {
  return blinding.flatMap((fault) => {
    const hit = findings.flatMap(({ untold }) => (untold?.fault === fault ? [untold] : []));
    const [first] = hit;
    if (!first) return [];
    const count = `${hit.length} of ${findings.length} ${of} could not be seen`;
    const calls = [...new Set(hit.map(({ operation }) => operation))];
    const shown = calls.length > 4 ? `${calls.slice(0, 4).join(", ")} and ${calls.length - 4} more` : calls.join(", ");
    const { said, next } = words[fault];
    return [{ said: `${said(first.provider)}: ${count}, and may be well or not.`, next: next(shown) }];
  });
}

const network = "Check the bot's network and AWS_ENDPOINT_URL; health.aws.amazon.com tells of outages.";

const words: Readonly<
  Record<Blinding, { readonly said: (who: string) => string; readonly next: (calls: string) => string }>
> = {
  throttled: {
    said: (who) => `${who} is limiting calls right now`,
    next: () => "Look again in a minute. If it stays so, something else in the account uses its limits up.",
  },
  denied: {
    said: (who) => `${who} does not let the bot read everything`,
    next: (calls) =>
      `Refused: ${calls}. Give the bot's credentials the rights of docs/iam/read.json; \`npm run doctor\` tells what is left.`,
  },
  expired: {
    said: (who) => `The bot's credentials for ${who} have expired`,
    next: () => "Renew them (AWS_* variables, profile or role); `npm run doctor` tells whether they are good again.",
  },
  unreachable: { said: (who) => `${who} could not be reached`, next: () => network },
  timeout: { said: (who) => `${who} did not answer in time`, next: () => network },
};
