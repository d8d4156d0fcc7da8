import type { Configuration } from "../configuration.ts";
import type { CheckResult } from "../platform.ts";

/** Whether what the policy asks for can be given: a rule that asks for a second factor needs a key and an address. */
export function factorResults(configuration: Configuration, isSetUp: boolean): readonly CheckResult[] {
  const asking = configuration.policy.filter(({ secondFactor }) => secondFactor !== null);
  const [first] = asking;
  if (first === undefined) return [];
  const rules = `“${first.name}”${asking.length > 1 ? ` and ${asking.length - 1} more` : ""}`;
  if (isSetUp) return [{ what: "Second factor", ok: true, found: `asked for by ${rules}`, fix: null }];
  return [
    {
      what: "Second factor",
      ok: false,
      found: `${rules} asks for one, and there is no key for them: what it is about is refused`,
      fix: "Set SECOND_FACTOR_KEY (openssl rand -base64 32) and PUBLIC_URL (https, where browsers reach this process), or take second_factor out of the policy.",
    },
  ];
}
