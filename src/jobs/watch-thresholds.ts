import { takeAlerts } from "../domain/alert/take.ts";
import {
  alertsOfLooks,
  armThresholdWatch,
  countBlind,
  type Watched,
  watchedSubjects,
  whileChanging,
} from "../domain/alert/watch.ts";
import { targetName } from "../domain/operation/operation.ts";
import { examineAll } from "./examine-all.ts";
import type { JobHandler } from "./handler.ts";
import type { OperationContext } from "./operation-context.ts";

/** A transaction of people's own has two seconds; so does this one. */
const takenAtOnce = 50;

/** Holds what the configuration wants watched against its thresholds, and tells what is wrong as alerts. */
export function watchThresholds(
  context: OperationContext & { readonly now: () => Date },
): JobHandler<"watch-thresholds"> {
  // Lost at a restart: what cannot be read is then told three looks later.
  let blind: ReadonlyMap<string, number> = new Map();
  return {
    name: "watch-thresholds",
    handle: async () => {
      const asked = await context.transact(async (app) => {
        await armThresholdWatch(app, false);
        return { watch: app.config.alerts?.watch ?? null, subjects: watchedSubjects(app.config) };
      });
      const { watch, subjects } = asked;
      if (watch === null) return;
      const seen = await examineAll(context, subjects);
      const { firing, changed } = await context.transact(async (app) => {
        const held = await Promise.all(subjects.map((subject) => app.locks.holder(targetName(subject))));
        return {
          firing: await app.alerts.firing(watch.source.name),
          changed: new Set(subjects.filter((_, index) => held[index] !== null)),
        };
      });
      const looks = subjects.map((subject, index): Watched => {
        const { findings = [], service = null } = seen[index] ?? {};
        const deploying =
          service?.deployments.some(({ primary, state }) => primary && state === "in-progress") ?? false;
        return { subject, findings: deploying || changed.has(subject) ? whileChanging(findings) : findings };
      });
      blind = countBlind(looks, blind);
      const sent = alertsOfLooks(looks, firing, blind);
      for (let from = 0; from < sent.length; from += takenAtOnce)
        await context.transact((app) => takeAlerts(app, watch.source, sent.slice(from, from + takenAtOnce)));
    },
  };
}
