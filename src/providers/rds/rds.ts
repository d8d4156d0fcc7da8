import type { Placement } from "../../domain/configuration.ts";
import type { CheckResult, Provider } from "../../domain/platform.ts";
import type { AwsOptions } from "../aws.ts";
import { awsCheck } from "../aws-check.ts";
import { rdsClients } from "./clients.ts";
import { type Inside, rdsRead } from "./read.ts";
import { rdsSizesRead, rdsSizesWrite } from "./size.ts";
import { rdsSlowLog } from "./slow-log.ts";
import { rdsWrite } from "./write.ts";

/** Database servers on Amazon RDS: snapshots, new instances made of them, failover, class and storage. Nothing is called before the first use. */
export function rdsProvider(options: AwsOptions, inside: Inside): Provider {
  const clients = rdsClients(options);
  const read = rdsRead(clients, inside);
  return {
    id: "rds",
    check: (placements) => Promise.all(placements.map((placement) => check(read, placement))),
    snapshots: { read, write: rdsWrite(clients, inside) },
    slowLog: rdsSlowLog(clients),
    sizes: { read: rdsSizesRead(clients), write: rdsSizesWrite(clients) },
  };
}

function check(read: ReturnType<typeof rdsRead>, placement: Placement): Promise<CheckResult> {
  const look = async () => {
    const [state, snapshots] = await Promise.all([read.instance(placement), read.list(placement)]);
    const newest = snapshots.find((one) => one.status === "available");
    const standby = state.cluster
      ? `cluster ${state.cluster.name}, writer ${state.cluster.writer ?? "unknown"}`
      : state.multiAz
        ? "Multi-AZ"
        : "in one zone";
    return `${state.engine}, ${state.status}, ${standby}, ${newest ? `newest snapshot of ${newest.at.toISOString()}` : "no snapshot"}`;
  };
  return awsCheck(`${placement.environment}: RDS instance ${placement.at.instance ?? "?"}`, look, {
    not_found: "Correct the instance or the region in the configuration.",
  });
}
