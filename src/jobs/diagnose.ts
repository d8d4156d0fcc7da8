import { holderIn, likelyCauses, type Remedy } from "../domain/health/causes.ts";
import { dependencyFindings, overall, recordDiagnosis } from "../domain/health/diagnosis.ts";
import { askPicture, type Drawable, worthDrawing } from "../domain/health/picture.ts";
import { keptHours } from "../domain/health/samples.ts";
import { dependenciesOf, type Subject, subjectOf } from "../domain/health/subjects.ts";
import type { Finding } from "../domain/health/thresholds.ts";
import { examine } from "./examine.ts";
import type { OperationContext } from "./operation-context.ts";

/** Examines a thing of the catalog with all it needs, and shows what is wrong and what would help. */
export async function diagnose(context: OperationContext & { readonly now: () => Date }, id: string): Promise<void> {
  const since = new Date(context.now().getTime() - keptHours * 3_600_000);
  const asked = await context.transact(async (app) => {
    const inquiry = await app.inquiries.byId("diagnosis", id);
    const subject = inquiry && subjectOf(app.config, inquiry.question.target);
    if (!subject) return null;
    const needed = dependenciesOf(app.config, subject);
    const samples = new Map(
      await Promise.all(
        [subject, ...needed.map((one) => one.subject)].map(
          async (one) => [one.name, await app.samples.since(one, since)] as const,
        ),
      ),
    );
    return { subject, needed, samples, holderOf: holderIn(app.config) };
  });
  if (asked === null) return;
  const { subject, needed, samples, holderOf } = asked;
  const [own, ...others] = await Promise.all(
    [subject, ...needed.map((one) => one.subject)].map((one) => examine(context, one, samples.get(one.name) ?? [])),
  );
  if (!own) return;
  const findings = [
    ...own.findings,
    ...others.flatMap((one, index) => dependencyFindings(one.title, one.findings, needed[index]?.optional ?? false)),
  ];
  const causes = likelyCauses([own, ...others], context.now(), holderOf);
  const wrong = ["critical", "warning"].includes(overall(findings));
  const restart: Remedy = {
    text: `Restart ${subject.name}`,
    operation: "restart-service",
    target: { name: subject.name, environment: subject.environment },
    input: {},
  };
  const subjects = new Map([subject, ...needed.map((one) => one.subject)].map((one) => [one.name, one]));
  const picture = worthDrawing([own, ...others], (of, finding) => drawableOf(context, subjects.get(of.name), finding));
  const offered = causes.flatMap(({ remedy }) => remedy ?? []);
  const isRestart = ({ operation, target }: Remedy) =>
    operation === restart.operation && target.name === subject.name && target.environment === subject.environment;
  await context.transact(async (app) => {
    for (const one of [own, ...others]) await app.samples.add(one, one.samples, since);
    await recordDiagnosis(app, id, {
      kind: subject.kind,
      findings,
      unjudged: own.unjudged,
      unread: own.unread,
      causes,
      remedies: wrong && own.scalable && !offered.some(isRestart) ? [...offered, restart] : offered,
      scalable: own.scalable,
    });
    if (picture !== null) await askPicture(app, id, picture);
  });
}

/** What of a finding the platform of its subject draws, if it draws at all. */
function drawableOf(
  { providers }: OperationContext,
  subject: Subject | undefined,
  { measure, title }: Finding,
): Drawable | null {
  const platform = subject?.placement.provider ?? "";
  const reads = providers.find((one) => one.measures?.groups[platform]);
  const pictures = reads?.measures?.pictures;
  if (!pictures) return null;
  if (measure) return pictures.drawn[platform]?.includes(measure) ? measure : null;
  const own = subject?.thresholds.find(({ threshold }) => threshold.metric === title)?.threshold.source ?? null;
  return own?.provider === reads?.id ? own : null;
}
