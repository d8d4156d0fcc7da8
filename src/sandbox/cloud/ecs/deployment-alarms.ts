import type { Alarms } from "../cloudwatch/alarms.ts";
import type { World } from "../world.ts";
import { failDeployment, openServiceDeployment } from "./deployments.ts";
import type { Scheduler } from "./scheduler.ts";
import { ecsState, primaryOf, type ServiceRecord } from "./state.ts";

/**
 * Holds deployments to the alarms their service names: one that goes off fails the deployment. Alarms that are on
 * when it begins are not watched, so that a fix can be deployed while they are. Source:
 * docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html
 */
export function startDeploymentAlarms(world: World, scheduler: Scheduler, alarms: Alarms): void {
  const find = (name: string) => alarms.state().alarms.find((one) => one.name === name);

  scheduler.onBegin((service, begun) => {
    const watched = (service.alarms?.alarmNames ?? []).flatMap((name) => find(name) ?? []);
    const isWatched = service.alarms?.enable === true && watched.every(({ state }) => state !== "ALARM");
    begun.alarms = {
      status: isWatched ? "MONITORING" : "DISABLED",
      names: service.alarms?.alarmNames ?? [],
      triggered: [],
      bakeMilliseconds: isWatched ? Math.max(0, ...watched.map((one) => one.period * one.periods * 1000)) : 0,
    };
  });

  alarms.onChange((alarm) => {
    if (alarm.state !== "ALARM") return;
    for (const service of ecsState(world).services) {
      const record = openServiceDeployment(world, service);
      if (record?.status !== "IN_PROGRESS" || record.alarms?.status !== "MONITORING") continue;
      if (!record.alarms.names.includes(alarm.name)) continue;
      record.alarms.status = "TRIGGERED";
      record.alarms.triggered = [alarm.name];
      failDeployment(world, service, primaryOf(service), {
        detector: "alarm",
        what: "alarm detected",
        why: "a CloudWatch alarm was triggered",
        rollback: service.alarms?.rollback === true,
      });
      scheduler.nudge(service, 1000);
    }
  });
}

/** Cloud milliseconds for which a deployment whose tasks all run is still held to its alarms. */
export function bakeLeft(world: World, service: ServiceRecord): number {
  const record = openServiceDeployment(world, service);
  // Blue/green bakes while the old tasks still run.
  if (service.strategy === "BLUE_GREEN") return 0;
  if (record?.status !== "IN_PROGRESS" || record.alarms?.status !== "MONITORING") return 0;
  record.alarms.bakedAt ??= world.time.elapsed() + record.alarms.bakeMilliseconds;
  return record.alarms.bakedAt - world.time.elapsed();
}
