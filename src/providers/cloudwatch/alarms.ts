import type { MetricAlarm } from "@aws-sdk/client-cloudwatch";
import type { Placement } from "../../domain/configuration.ts";
import type { Alarm, MeasuresRead } from "../../domain/platform/measures.ts";
import { calling, shared } from "../aws.ts";
import type { Clients } from "./clients.ts";
import { ofService, ofTargets } from "./names.ts";

const pageSize = 100;
const mostPages = 10;

/** Alarms on the metrics of a placement, of its load balancer's targets, and those that the configuration names. */
export function readAlarms(clients: Clients): MeasuresRead["alarms"] {
  // DescribeAlarms is allowed nine times a second. Source: docs.aws.amazon.com/general/latest/gr/cw_region.html
  const sharing = shared<Awaited<ReturnType<typeof everyAlarm>>>();
  const every = (region: string | undefined) => sharing(region ?? "", () => everyAlarm(clients, region));
  return async (at, names = []) => {
    const [{ found, all }, own] = await Promise.all([every(at.at.region), ownNames(clients, at)]);
    const alarms = found.filter((alarm) => names.includes(alarm.AlarmName ?? "") || own(alarm)).map(alarmOf);
    const absent = all ? names.filter((name) => !alarms.some((alarm) => alarm.name === name)) : [];
    const lost = absent.map((name): Alarm => ({ name, state: "unknown", reason: "there is no alarm of that name" }));
    return { alarms: [...alarms, ...lost], all };
  };
}

async function everyAlarm(clients: Clients, region: string | undefined) {
  return calling("DescribeAlarms", async (call) => {
    const { sdk, client } = await clients.metrics(region);
    const found: MetricAlarm[] = [];
    let next: string | undefined;
    for (let page = 0; page < mostPages; page += 1) {
      const answer = await client.send(
        new sdk.DescribeAlarmsCommand({
          AlarmTypes: ["MetricAlarm"],
          MaxRecords: pageSize,
          ...(next === undefined ? {} : { NextToken: next }),
        }),
        call,
      );
      found.push(...(answer.MetricAlarms ?? []));
      next = answer.NextToken;
      if (next === undefined) break;
    }
    return { found, all: next === undefined };
  });
}

/** Whether an alarm looks at a metric of the placement, by itself or in an expression. */
async function ownNames(clients: Clients, at: Placement): Promise<(alarm: MetricAlarm) => boolean> {
  const wanted: readonly Readonly<Record<string, string>>[] =
    at.provider === "ecs"
      ? [ofService(at), ...(await ofTargets(clients, at)).map(({ TargetGroup = "" }) => ({ TargetGroup }))]
      : at.provider === "rds"
        ? [{ DBInstanceIdentifier: at.at.instance ?? "" }]
        : [];
  const group = at.provider === "elasticache" ? (at.at.replication_group ?? "") : null;
  return (alarm) => {
    const looked = [
      alarm.Dimensions ?? [],
      ...(alarm.Metrics ?? []).map((one) => one.MetricStat?.Metric?.Dimensions ?? []),
    ];
    return looked.some(
      (own) =>
        wanted.some((all) =>
          Object.entries(all).every(([name, value]) => own.some((one) => one.Name === name && one.Value === value)),
        ) ||
        // Members are named for their group. Source: docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.html
        (group !== null && own.some((one) => one.Name === "CacheClusterId" && one.Value?.startsWith(`${group}-`))),
    );
  };
}

function alarmOf(alarm: MetricAlarm): Alarm {
  const state = alarm.StateValue === "ALARM" ? "alarm" : alarm.StateValue === "OK" ? "ok" : "unknown";
  return { name: alarm.AlarmName ?? "without a name", state, reason: alarm.StateReason ?? null };
}
