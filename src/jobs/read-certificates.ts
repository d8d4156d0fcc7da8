import { certificateFinding, type certificateHosts } from "../domain/health/certificates.ts";
import type { Finding } from "../domain/health/thresholds.ts";
import { askSource } from "./ask-source.ts";
import type { OperationContext } from "./operation-context.ts";

type Needs = OperationContext & { readonly now: () => Date };

/** Asks each server for its certificate; the one that ends first stands first. */
export async function readCertificateFindings(
  context: Needs,
  hosts: ReturnType<typeof certificateHosts>,
): Promise<readonly Finding[]> {
  const read = context.providers.find((one) => one.certificate)?.certificate;
  const shown = await Promise.all(
    hosts.map(async ({ host, port, of }): Promise<{ readonly finding: Finding; readonly ends: Date | null }> => {
      const title = `${host}${port === 443 ? "" : `:${port}`}`;
      const named = ({ state, detail }: Pick<Finding, "state" | "detail">, ends: Date | null = null) => ({
        finding: { title, state, detail: `${detail} (${of.join(", ")})` },
        ends,
      });
      if (!read) return named({ state: "unknown", detail: "nothing here reads certificates" });
      const answer = await askSource(context, { source: "certificates", of: host }, () => read(host, port));
      if (!("value" in answer)) return named({ state: "unknown", detail: answer.trouble });
      return named(certificateFinding(answer.value, context.now()), answer.value.ends);
    }),
  );
  return shown
    .toSorted((one, other) => (one.ends?.getTime() ?? 0) - (other.ends?.getTime() ?? 0))
    .map(({ finding }) => finding);
}
