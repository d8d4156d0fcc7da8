import type { MetricRead } from "../../domain/platform/measures.ts";
import type { Provider } from "../../domain/platform.ts";
import { ProviderError } from "../../errors.ts";
import type { AwsOptions } from "../aws.ts";
import { readAlarms } from "./alarms.ts";
import { type Clients, cloudwatchClients } from "./clients.ts";
import { cloudwatchGroups } from "./figures.ts";
import { cloudwatchLogs } from "./logs.ts";
import { cloudwatchPictures } from "./pictures.ts";
import { readSeries, seriesOf } from "./series.ts";

/** Figures and alarms of what runs on AWS, from Amazon CloudWatch. Nothing is called before the first use. */
export function cloudwatchProvider(options: AwsOptions = {}): Provider {
  const clients = cloudwatchClients(options);
  return {
    id: "cloudwatch",
    check: async () => [],
    measures: { groups: cloudwatchGroups(clients), alarms: readAlarms(clients), pictures: cloudwatchPictures(clients) },
    metric: readMetric(clients),
    logs: cloudwatchLogs(clients),
  };
}

function readMetric(clients: Clients): MetricRead {
  return async (source, now) => {
    if (source.provider !== "cloudwatch")
      throw new ProviderError({
        provider: "AWS",
        operation: "GetMetricData",
        fault: "not_found",
        code: "NoMetric",
        message: "It is no metric of CloudWatch's.",
      });
    const raw = await readSeries(clients, source.region ?? undefined, { value: source }, now);
    return seriesOf(raw, (of) => of("value"));
  };
}
