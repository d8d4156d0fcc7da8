import type { Placement } from "../../domain/configuration.ts";
import type { CheckResult, Provider } from "../../domain/platform.ts";
import type { AwsOptions } from "../aws.ts";
import { awsCheck } from "../aws-check.ts";
import { ecsClients } from "./clients.ts";
import { ecsRead } from "./read.ts";
import { ecsReleasesRead } from "./read-releases.ts";
import { ecsTrafficRead } from "./read-traffic.ts";
import { ecsWrite } from "./write.ts";
import { ecsReleasesWrite } from "./write-releases.ts";
import { ecsTrafficWrite } from "./write-traffic.ts";

/** Services on Amazon ECS: read, scaled, and watched. Nothing is called before the first use. */
export function ecsProvider(options: AwsOptions = {}): Provider {
  const clients = ecsClients(options);
  const read = ecsRead(clients);
  return {
    id: "ecs",
    check: (placements) => Promise.all(placements.map((placement) => check(read, placement))),
    services: { read, write: ecsWrite(clients) },
    releases: { read: ecsReleasesRead(clients), write: ecsReleasesWrite(clients) },
    traffic: { read: ecsTrafficRead(clients), write: ecsTrafficWrite(clients) },
  };
}

function check(read: ReturnType<typeof ecsRead>, placement: Placement): Promise<CheckResult> {
  const what = `${placement.environment}: ECS service ${placement.at.service ?? "?"} in ${placement.at.cluster ?? "?"}`;
  const look = async () => {
    const [state, autoscaling] = await Promise.all([
      read.describe(placement),
      read.autoscaling(placement),
      read.balancer(placement),
    ]);
    const bounds = autoscaling === null ? "no autoscaling" : `autoscaling ${autoscaling.min} to ${autoscaling.max}`;
    return `${state.status}, ${state.running} of ${state.desired} running, ${bounds}`;
  };
  return awsCheck(what, look, { not_found: "Correct cluster, service or region in the configuration." });
}
