import { costAccount, recentCosts, recordCosts } from "../domain/cost/costs.ts";
import { certificateHosts } from "../domain/health/certificates.ts";
import { worstFirst } from "../domain/health/diagnosis.ts";
import { recordInquiry } from "../domain/inquiry/inquiry.ts";
import type { JobData } from "../domain/jobs.ts";
import { passwordsIn } from "../domain/logs/hidden.ts";
import { logPlacement, recordLogs } from "../domain/logs/logs.ts";
import { askSource } from "./ask-source.ts";
import { diagnose } from "./diagnose.ts";
import { gatherEvidenceJob } from "./gather-evidence.ts";
import { type JobHandler, jobHandler } from "./handler.ts";
import type { OperationContext } from "./operation-context.ts";
import { readCertificateFindings } from "./read-certificates.ts";
import { readCosts } from "./read-costs.ts";
import { readReview } from "./read-review.ts";
import { seeDeployments } from "./see-deployments.ts";
import { seeStatus } from "./see-status.ts";

type Needs = OperationContext & { readonly now: () => Date };

/** Reads what an inquiry asks for and shows what was found. */
export function inquire(context: Needs): JobHandler {
  return jobHandler({
    name: "inquire",
    handle: async ({ inquiryId, kind }) => readers[kind](context, inquiryId),
  });
}

const readers: Readonly<Record<JobData["inquire"]["kind"], (context: Needs, id: string) => Promise<void>>> = {
  status: seeStatus,
  deployments: seeDeployments,
  diagnosis: diagnose,
  logs: readLogs,
  certificates: readCertificates,
  costs: showCosts,
  review: readReview,
  evidence: gatherEvidenceJob,
};

async function readLogs(context: Needs, id: string): Promise<void> {
  const now = context.now();
  const asked = await context.transact(async (app) => {
    const inquiry = await app.inquiries.byId("logs", id);
    if (!inquiry) return null;
    const secrets = passwordsIn(app.config.connections.values());
    return { question: inquiry.question, placement: logPlacement(app.config, inquiry.question.target), secrets };
  });
  if (asked === null) return;
  const { question, placement, secrets } = asked;
  const logs = context.providers.find((one) => one.id === placement?.provider)?.logs;
  if (!placement || !logs) {
    const trouble = placement
      ? `nothing here reads logs of ${placement.provider} yet`
      : "the configuration no longer says where its logs are";
    return context.transact((app) => recordLogs(app, id, { trouble }, secrets));
  }
  const from = new Date(now.getTime() - question.sinceSeconds * 1000);
  const { grep: holds, errors } = question;
  const answer = await askSource(
    context,
    { source: `logs of ${placement.provider}`, of: id, perSecond: logs.perSecond },
    () => logs.read(placement, { from, until: now, holds, errors }),
    15_000,
  );
  const read = "value" in answer ? answer.value : { trouble: answer.trouble };
  await context.transact((app) => recordLogs(app, id, read, secrets));
}

async function readCertificates(context: Needs, id: string): Promise<void> {
  const hosts = await context.transact(async (app) => certificateHosts(app.config));
  const findings = worstFirst(await readCertificateFindings(context, hosts));
  await context.transact(async (app) => {
    const inquiry = await app.inquiries.byId("certificates", id);
    if (inquiry) await recordInquiry(app, inquiry, { findings });
  });
}

async function showCosts(context: Needs, id: string): Promise<void> {
  const asked = await context.transact(async (app) => {
    const inquiry = await app.inquiries.byId("costs", id);
    const account = inquiry && costAccount(app.config, inquiry.question.environment);
    if (!account) return null;
    const recent = inquiry.question.anew ? null : await recentCosts(app, account.environment);
    return { account, config: app.config, recent };
  });
  if (asked === null) return;
  const read = asked.recent ?? { at: context.now(), sight: await readCosts(context, asked.config, asked.account) };
  await context.transact((app) => recordCosts(app, id, read));
}
