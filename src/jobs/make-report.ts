import type { Configuration } from "../domain/configuration.ts";
import { providerTroubleInWords } from "../domain/operation/trouble.ts";
import { type Report, type ReportSeen, recordReport } from "../domain/report/report.ts";
import { secretSeen, secretsAsked } from "../domain/report/secrets.ts";
import { ProviderError } from "../errors.ts";
import { type JobHandler, jobHandler } from "./handler.ts";
import { logReference, type OperationContext } from "./operation-context.ts";

type Needs = OperationContext & { readonly now: () => Date };

/** Reads what a report is about and shows it; what cannot be read says why, each for itself. */
export function makeReport(context: Needs): JobHandler {
  return jobHandler({
    name: "make-report",
    handle: async ({ reportId }) => {
      const asked = await context.transact(async (app) => {
        const report = await app.reports.byId(reportId);
        return report && { report, config: app.config };
      });
      if (!asked) return;
      const seen = await see(context, asked.config, asked.report.question);
      await context.transact((app) => recordReport(app, reportId, seen));
    },
  });
}

async function see(context: Needs, config: Configuration, question: Report["question"]): Promise<ReportSeen> {
  return { kind: "secrets", secrets: await seeSecrets(context, config, question.only) };
}

async function seeSecrets(
  context: Needs,
  config: Configuration,
  only: { readonly environment: string; readonly name: string } | null,
) {
  return Promise.all(
    secretsAsked(config, only).map(async (asked) => {
      const { placement } = asked;
      const read = context.providers.find(({ id }) => id === placement.provider)?.secrets?.read;
      const found = read
        ? await attempt(context, async () => ({ state: await read.describe(placement) }), { secret: asked.name })
        : { trouble: `nothing here reads secrets on ${placement.provider}` };
      return secretSeen(asked, found, context.now());
    }),
  );
}

/** What was read, or why it could not be, in words. */
export async function attempt<T extends object>(
  context: OperationContext,
  read: () => Promise<T>,
  fields: object,
): Promise<T | { readonly trouble: string }> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ProviderError) return { trouble: providerTroubleInWords(error) };
    const reference = logReference(context, error, "Something could not be read for a report", fields);
    return { trouble: `something broke on our side (reference ${reference})` };
  }
}
