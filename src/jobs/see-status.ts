import { worstFirst } from "../domain/health/diagnosis.ts";
import { keptHours } from "../domain/health/samples.ts";
import type { Depth, Standing } from "../domain/health/status.ts";
import { everySubject, type Subject, subjectOf } from "../domain/health/subjects.ts";
import { recordInquiry } from "../domain/inquiry/inquiry.ts";
import { askSource } from "./ask-source.ts";
import { examine } from "./examine.ts";
import type { OperationContext } from "./operation-context.ts";

type Needs = OperationContext & { readonly now: () => Date };

/** How far back events and stopped tasks are shown. */
const backMinutes = 60;
const eventsShown = 8;
const rolloutsShown = 3;

/** Examines everything of the catalog at once, or one thing of it in depth, and shows how it is. */
export async function seeStatus(context: Needs, id: string): Promise<void> {
  const since = new Date(context.now().getTime() - keptHours * 3_600_000);
  const asked = await context.transact(async (app) => {
    const inquiry = await app.inquiries.byId("status", id);
    if (inquiry === null) return null;
    const { target } = inquiry.question;
    const subjects = target === null ? everySubject(app.config) : [subjectOf(app.config, target) ?? []].flat();
    const samples = await Promise.all(subjects.map((subject) => app.samples.since(subject, since)));
    return { inDepth: target !== null, subjects, samples };
  });
  if (asked === null) return;
  const seen = await Promise.all(
    asked.subjects.map(async (subject, index) => {
      const [found, depth] = await Promise.all([
        examine(context, subject, asked.samples[index] ?? []),
        asked.inDepth ? depthOf(context, subject) : null,
      ]);
      const { name, environment, title, service, balancer } = found;
      const findings = worstFirst(found.findings);
      const standing: Standing = { kind: subject.kind, name, title, environment, service, balancer, findings, depth };
      return { standing, subject, samples: found.samples };
    }),
  );
  await context.transact(async (app) => {
    for (const { subject, samples } of seen) await app.samples.add(subject, samples, since);
    const inquiry = await app.inquiries.byId("status", id);
    if (inquiry) await recordInquiry(app, inquiry, { standings: seen.map(({ standing }) => standing) });
  });
}

/** What is told of one service only; what cannot be read of it is named. */
async function depthOf(context: Needs, { kind, name, placement }: Subject): Promise<Depth | null> {
  const provider = context.providers.find((one) => one.id === placement.provider);
  const services = provider?.services?.read;
  if (kind !== "service" || !services) return null;
  const since = new Date(context.now().getTime() - backMinutes * 60_000);
  const unread: string[] = [];
  const ask = async <T>(of: string, read: () => Promise<T>, otherwise: T): Promise<T> => {
    const answer = await askSource(context, { source: placement.provider, of: `${of} of ${name}` }, read);
    if ("value" in answer) return answer.value;
    unread.push(`${of}: ${answer.trouble}`);
    return otherwise;
  };
  const [autoscaling, events, failures, rollouts] = await Promise.all([
    ask("autoscaling", () => services.autoscaling(placement), null),
    ask("events", () => services.events(placement, since), []),
    ask("stopped tasks", () => services.failures(placement, since), []),
    ask("deployments", async () => (await provider.releases?.read.rollouts(placement, rolloutsShown)) ?? null, null),
  ]);
  return { autoscaling, events: events.slice(-eventsShown).toReversed(), failures, rollouts, unread };
}
