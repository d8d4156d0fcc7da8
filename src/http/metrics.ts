import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Metrics } from "../domain/ports.ts";

export interface MetricsPage extends Metrics {
  /** A sender of alerts posted; the outcome is `taken` or the status it was answered. */
  readonly alertsPosted: (sender: string, outcome: string) => void;
  /** The Prometheus text format. */
  readonly text: () => Promise<string>;
  readonly contentType: string;
}

const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 10];

/** What operators watch; labels are closed lists of words, never names, titles or ids. */
export function createMetrics(): MetricsPage {
  const registry = new Registry();
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name, help, labelNames, registers });
  const histogram = (name: string, help: string, labelNames: string[], buckets = seconds) =>
    new Histogram({ name, help, labelNames, buckets, registers });
  const gauge = (name: string, help: string, labelNames: string[]) => new Gauge({ name, help, labelNames, registers });

  const asks = counter("tocsin_asks_total", "Asks from Slack by kind and how they ended", ["kind", "outcome"]);
  const askSeconds = histogram("tocsin_ask_seconds", "From receiving an ask to having its answer", ["kind"]);
  const calls = counter("tocsin_slack_calls_total", "Calls to Slack by method and outcome", ["method", "outcome"]);
  const callSeconds = histogram("tocsin_slack_call_seconds", "Duration of calls to Slack", ["method"]);
  const deliveries = counter("tocsin_outbox_deliveries_total", "Writes to Slack by lane and how they ended", [
    "lane",
    "outcome",
  ]);
  const lag = histogram(
    "tocsin_outbox_lag_seconds",
    "From recording a write to Slack to its end",
    ["lane"],
    [...seconds, 60, 600, 3600],
  );
  const waiting = gauge("tocsin_outbox_waiting", "Writes to Slack that wait", ["lane"]);
  const oldest = gauge("tocsin_outbox_oldest_seconds", "Age of the oldest write to Slack that waits", ["lane"]);
  const jobs = counter("tocsin_jobs_total", "Background jobs by name and outcome", ["job", "outcome"]);
  const alertPosts = counter("tocsin_alert_posts_total", "Posts of alerts by sender and outcome", [
    "sender",
    "outcome",
  ]);
  const operations = counter("tocsin_operations_total", "Operations by verb and outcome", ["operation", "outcome"]);

  return {
    asked: (kind, outcome, took) => {
      asks.inc({ kind, outcome });
      askSeconds.observe({ kind }, took);
    },
    slackCalled: (method, outcome, took) => {
      calls.inc({ method, outcome });
      callSeconds.observe({ method }, took);
    },
    delivered: (lane, outcome, age) => {
      deliveries.inc({ lane, outcome });
      lag.observe({ lane }, Math.max(0, age));
    },
    outboxDepth: (depth) => {
      waiting.reset();
      oldest.reset();
      for (const { lane, waiting: count, lagSeconds } of depth) {
        waiting.set({ lane }, count);
        oldest.set({ lane }, Math.max(0, lagSeconds));
      }
    },
    jobDone: (job, outcome) => jobs.inc({ job, outcome }),
    operationEnded: (operation, outcome) => operations.inc({ operation, outcome }),
    alertsPosted: (sender, outcome) => alertPosts.inc({ sender, outcome }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
