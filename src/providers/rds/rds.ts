import type { Placement } from "../../domain/configuration.ts";
import type { CheckResult, Provider } from "../../domain/platform.ts";
import { ProviderError } from "../../errors.ts";
import type { AwsOptions } from "../aws.ts";
import { rdsClients } from "./clients.ts";
import { type Inside, rdsRead } from "./read.ts";
import { rdsWrite } from "./write.ts";

/** Database servers on Amazon RDS: snapshots, new instances made of them, failover. Nothing is called before the first use. */
export function rdsProvider(options: AwsOptions, inside: Inside): Provider {
  const clients = rdsClients(options);
  const read = rdsRead(clients, inside);
  return {
    id: "rds",
    check: (placements) => Promise.all(placements.map((placement) => check(read, placement))),
    snapshots: { read, write: rdsWrite(clients, inside) },
  };
}

async function check(read: ReturnType<typeof rdsRead>, placement: Placement): Promise<CheckResult> {
  const what = `${placement.environment}: RDS instance ${placement.at.instance ?? "?"}`;
  try {
    const [state, snapshots] = await Promise.all([read.instance(placement), read.list(placement)]);
    const newest = snapshots.find((one) => one.status === "available");
    const standby = state.cluster
      ? `cluster ${state.cluster.name}, writer ${state.cluster.writer ?? "unknown"}`
      : state.multiAz
        ? "Multi-AZ"
        : "in one zone";
    return {
      what,
      ok: true,
      found: `${state.engine}, ${state.status}, ${standby}, ${newest ? `newest snapshot of ${newest.at.toISOString()}` : "no snapshot"}`,
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
  not_found: "Correct the instance or the region in the configuration.",
  refused: "See what AWS says.",
  unreachable: "Check the network, AWS_REGION and AWS_ENDPOINT_URL.",
  timeout: "Check the network and AWS_ENDPOINT_URL.",
};
