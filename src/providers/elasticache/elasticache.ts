import type { Placement } from "../../domain/configuration.ts";
import type { CheckResult, Provider } from "../../domain/platform.ts";
import type { AwsOptions } from "../aws.ts";
import { awsCheck } from "../aws-check.ts";
import { type CacheClients, cacheClients } from "./clients.ts";
import { describeGroup, nodesRead, nodesWrite } from "./nodes.ts";

/** Caches on Amazon ElastiCache: the type of their nodes. Nothing is called before the first use. */
export function elasticacheProvider(options: AwsOptions): Provider {
  const clients = cacheClients(options);
  return {
    id: "elasticache",
    check: (placements) => Promise.all(placements.map((placement) => check(clients, placement))),
    nodes: { read: nodesRead(clients), write: nodesWrite(clients) },
  };
}

function check(clients: CacheClients, placement: Placement): Promise<CheckResult> {
  const what = `${placement.environment}: ElastiCache replication group ${placement.at.replication_group ?? "?"}`;
  const look = async () => {
    const { status, type, nodes, failsOver } = await describeGroup(clients, placement);
    return `${nodes} nodes of ${type}, ${status}, ${failsOver ? "fails over by itself" : "does not fail over by itself"}`;
  };
  return awsCheck(what, look, { not_found: "Correct the replication group or the region in the configuration." });
}
