import type { Configuration } from "../domain/configuration.ts";
import { measureOf } from "../domain/health/measures.ts";
import { type Subject, subjectOf } from "../domain/health/subjects.ts";
import { compareFigures } from "../domain/release-care/comparison.ts";
import { releaseCare } from "../domain/release-care/settings.ts";
import { armDeploymentLooks, deploymentSeen, recordRelease } from "../domain/release-care/watch.ts";
import { askSource } from "./ask-source.ts";
import { examine } from "./examine.ts";
import type { JobHandler } from "./handler.ts";
import type { OperationContext } from "./operation-context.ts";

type Needs = OperationContext & { readonly now: () => Date };

/** Looks once at a service whose deployment is watched. */
export function watchReleaseJob(context: Needs): JobHandler<"watch-release"> {
  return {
    name: "watch-release",
    handle: async ({ watchId }) => {
      const asked = await context.transact(async (app) => {
        const watch = await app.releaseWatches.byId(watchId);
        const subject = watch && subjectOf(app.config, { name: watch.service, environment: watch.environment });
        return watch?.state === "running" && subject ? { watch, subject, config: app.config } : null;
      });
      if (asked === null) return;
      const { watch, subject, config } = asked;
      const seen = await examine(context, gated(config, subject), []);
      const rows = compareFigures(seen.figures, watch.since, watch.rows);
      await context.transact((app) => recordRelease(app, watchId, { rows, gates: seen.findings }));
    },
  };
}

/** The service with its gates in the place of its thresholds, where it has any. */
function gated(config: Configuration, subject: Subject): Subject {
  const gates = releaseCare(config, subject.name)?.gates ?? [];
  if (gates.length === 0) return subject;
  return {
    ...subject,
    thresholds: gates.map((threshold) => ({ threshold, measure: measureOf(threshold.metric, subject.kind) })),
  };
}

/** Looks at what is deployed of the services whose deployments are watched by themselves. */
export function seeDeploymentsJob(context: Needs): JobHandler<"see-deployments"> {
  return {
    name: "see-deployments",
    handle: async () => {
      const config = await context.transact(async (app) => {
        await armDeploymentLooks(app, false);
        return app.config;
      });
      const places = config.services
        .filter(({ name }) => releaseCare(config, name) !== null)
        .flatMap((service) => service.runs.map((placement) => ({ service: service.name, placement })));
      await Promise.all(
        places.map(async ({ service, placement }) => {
          const read = context.providers.find(({ id }) => id === placement.provider)?.services?.read;
          if (!read) return;
          const answer = await askSource(
            context,
            { source: placement.provider, of: { deployments: service } },
            () => read.describe(placement),
            10_000,
          );
          if (!("value" in answer)) return;
          const primary = answer.value.deployments.find((one) => one.primary);
          if (!primary) return;
          const { environment } = placement;
          await context.transact((app) => deploymentSeen(app, { service, environment }, primary));
        }),
      );
    },
  };
}
