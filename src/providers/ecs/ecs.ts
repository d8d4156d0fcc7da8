import type { Placement } from "../../domain/configuration.ts";
import type { CheckResult, Provider } from "../../domain/platform.ts";
import { ProviderError } from "../../errors.ts";
import type { AwsOptions } from "../aws.ts";
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

async function check(read: ReturnType<typeof ecsRead>, placement: Placement): Promise<CheckResult> {
  const what = `${placement.environment}: ECS service ${placement.at.service ?? "?"} in ${placement.at.cluster ?? "?"}`;
  try {
    const [state, autoscaling] = await Promise.all([
      read.describe(placement),
      read.autoscaling(placement),
      read.balancer(placement),
    ]);
    const bounds = autoscaling === null ? "no autoscaling" : `autoscaling ${autoscaling.min} to ${autoscaling.max}`;
    return {
      what,
      ok: true,
      found: `${state.status}, ${state.running} of ${state.desired} running, ${bounds}`,
      fix: null,
    };
  } catch (error) {
    if (error instanceof ProviderError) {
      return { what, ok: false, found: `${error.operation}: ${error.code}. ${error.message}`, fix: fixes[error.fault] };
    }
    return { what, ok: false, found: String(error), fix: "This is a fault of ours: please report it." };
  }
}

const fixes: Readonly<Record<ProviderError["fault"], string>> = {
  denied: "Give the bot credentials (AWS_* variables) with the rights of docs/iam/read.json.",
  expired: "Renew the bot's credentials (AWS_* variables, profile or role).",
  throttled: "Wait and run it again.",
  not_found: "Correct cluster, service or region in the configuration.",
  refused: "See what AWS says.",
  unreachable: "Check the network, AWS_REGION and AWS_ENDPOINT_URL.",
  timeout: "Check the network and AWS_ENDPOINT_URL.",
};
