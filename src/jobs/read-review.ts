import type { Configuration } from "../domain/configuration.ts";
import { costsOf, recentCosts } from "../domain/cost/costs.ts";
import { certificateHosts } from "../domain/health/certificates.ts";
import { everySubject, type Subject } from "../domain/health/subjects.ts";
import { type ReviewRow, recordReview, requireReview } from "../domain/review/reviews.ts";
import {
  actionItemsRow,
  backupRow,
  costsRow,
  errorsRow,
  healthRow,
  incidentsRow,
  maintenanceRow,
} from "../domain/review/rows.ts";
import type { Review, ReviewItem } from "../domain/review/settings.ts";
import { Refusal } from "../errors.ts";
import { askSource } from "./ask-source.ts";
import { examineAll } from "./examine-all.ts";
import type { OperationContext } from "./operation-context.ts";
import { readCertificateFindings } from "./read-certificates.ts";
import { readCosts } from "./read-costs.ts";
import { seeBackups } from "./see-backups.ts";

type Needs = OperationContext & { readonly now: () => Date };

const hour = 3_600_000;

/** Reads everything a review looks at and shows it; what cannot be read is unknown and costs its own line only. */
export async function readReview(context: Needs, id: string): Promise<void> {
  const asked = await context.transact(async (app) => {
    const inquiry = await app.inquiries.byId("review", id);
    if (inquiry === null) return null;
    const { config } = app;
    const review = requireReview(app, inquiry.question.review);
    const own = [await incidentsRow(app), await actionItemsRow(app), await maintenanceRow(app)];
    return { review, config, own };
  });
  if (asked === null) return;
  const { review, config, own } = asked;
  const read = await Promise.all(review.items.map((item) => readers[item](context, config, review, own)));
  await context.transact((app) => recordReview(app, id, read.flat()));
}

type Reader = (
  context: Needs,
  config: Configuration,
  review: Review,
  own: readonly ReviewRow[],
) => Promise<readonly ReviewRow[]>;

const readers: Readonly<Record<ReviewItem, Reader>> = {
  health: (context, config, review) =>
    readHealth(
      context,
      subjectsOf(config, review).filter(({ kind }) => kind !== "queue" || !review.items.includes("queues")),
    ),
  queues: (context, config, review) =>
    readHealth(
      context,
      subjectsOf(config, review).filter(({ kind }) => kind === "queue"),
    ),
  errors: readErrors,
  backups: readBackups,
  certificates: readCertificates,
  costs: readAllCosts,
  incidents: async (_context, _config, _review, own) => own.filter(({ item }) => item === "incidents"),
  action_items: async (_context, _config, _review, own) => own.filter(({ item }) => item === "action_items"),
  maintenance: async (_context, _config, _review, own) => own.filter(({ item }) => item === "maintenance"),
  // They are drawn with the card.
  figures: async () => [],
};

function subjectsOf(config: Configuration, { targets }: Review): readonly Subject[] {
  return everySubject(config).filter(({ name }) => targets === null || targets.includes(name));
}

async function readHealth(context: Needs, subjects: readonly Subject[]): Promise<readonly ReviewRow[]> {
  const seen = await examineAll(context, subjects);
  return subjects.map((subject, index) => healthRow(subject, seen[index]?.findings ?? []));
}

async function readErrors(context: Needs, config: Configuration, review: Review): Promise<readonly ReviewRow[]> {
  const until = context.now();
  const from = new Date(until.getTime() - hour);
  const services = config.services.filter(({ name }) => review.targets === null || review.targets.includes(name));
  const places = services.flatMap((service) => (service.logs ?? []).map((placement) => ({ service, placement })));
  return Promise.all(
    places.map(async ({ service, placement }): Promise<ReviewRow> => {
      const title = `${service.title} in ${placement.environment}`;
      const unknown = (detail: string): ReviewRow => ({
        item: "errors",
        title: `Errors of ${title}`,
        state: "unknown",
        detail,
      });
      const logs = context.providers.find(({ id }) => id === placement.provider)?.logs;
      if (!logs) return unknown(`nothing here reads logs of ${placement.provider}`);
      const wanted = { from, until, holds: null, errors: true };
      const answer = await askSource(
        context,
        { source: `logs of ${placement.provider}`, of: service.name, perSecond: logs.perSecond },
        () => logs.read(placement, wanted),
        15_000,
      );
      if (!("value" in answer)) return unknown(answer.trouble);
      const whole = answer.value.from.getTime() <= from.getTime();
      return errorsRow(title, answer.value.lines.length, review.errorsAnHour, whole);
    }),
  );
}

async function readBackups(context: Needs, config: Configuration, review: Review): Promise<readonly ReviewRow[]> {
  const databases = config.resources.filter(
    ({ kind, name }) => kind === "database" && (review.targets === null || review.targets.includes(name)),
  );
  const places = databases.flatMap((database) => database.runs.map((placement) => ({ database, placement })));
  return Promise.all(
    places.map(async ({ database, placement }): Promise<ReviewRow> => {
      const { environment } = placement;
      const production = config.environments.find((one) => one.name === environment)?.production ?? true;
      const target = { kind: "database" as const, name: database.name, environment, production, placement };
      const title = `${database.title} in ${environment}`;
      const answer = await askSource(
        context,
        { source: "backups", of: database.name },
        async () => {
          try {
            return await seeBackups(context, target);
          } catch (error) {
            if (error instanceof Refusal) return error.message;
            throw error;
          }
        },
        15_000,
      );
      const unknown = (detail: string): ReviewRow => ({
        item: "backups",
        title: `Backups of ${title}`,
        state: "unknown",
        detail,
      });
      if (!("value" in answer)) return unknown(answer.trouble);
      return typeof answer.value === "string" ? unknown(answer.value) : backupRow(title, answer.value, context.now());
    }),
  );
}

async function readCertificates(context: Needs, config: Configuration): Promise<readonly ReviewRow[]> {
  const findings = await readCertificateFindings(context, certificateHosts(config));
  return findings.map(({ title, state, detail }) => ({
    item: "certificates",
    title: `Certificate of ${title}`,
    state,
    detail,
  }));
}

async function readAllCosts(context: Needs, config: Configuration): Promise<readonly ReviewRow[]> {
  const rows = await Promise.all(
    costsOf(config).accounts.map(async (account) => {
      const { environment } = account;
      const recent = await context.transact((app) => recentCosts(app, environment));
      if (recent) return costsRow(config, environment, recent.sight, recent.at);
      const sight = await readCosts(context, config, account);
      const at = context.now();
      await context.transact((app) => app.costs.keep(environment, at, sight));
      return costsRow(config, environment, sight, at);
    }),
  );
  return rows.flat();
}
