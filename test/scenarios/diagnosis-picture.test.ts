import { readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { reading } from "../support/reading.ts";
import { type Scenario, startScenario } from "../support/scenario.ts";

const ops = "#ops";

interface StoredFile {
  readonly name: string;
  readonly title: string;
  readonly altText: string;
  readonly base64: string | null;
  readonly complete: boolean;
  readonly deleted: boolean;
}

function pictures(story: Scenario): readonly StoredFile[] {
  const { files } = (story.slack.dump() as { readonly workspace: { readonly files: Record<string, StoredFile> } })
    .workspace;
  return Object.values(files).filter(({ name, complete }) => name.endsWith(".png") && complete);
}

const drawn = (story: Scenario) => story.cloud.calls().filter(({ operation }) => operation === "GetMetricWidgetImage");

/** The metrics of what was drawn last, as CloudWatch was asked for them. */
function widget(story: Scenario) {
  return JSON.parse(String(drawn(story).at(-1)?.input.MetricWidget)) as {
    readonly metrics: readonly (readonly string[])[];
    readonly stat: string;
    readonly start: string;
  };
}

describe("[O2] the picture of a diagnosis", { timeout: 90_000 }, () => {
  test("shows how the worst metric went, below the answer and in words too, and is replaced by the next", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops diagnose backend");
    await ana.sees(ops, /Backend API in production[\s\S]*Seen/);
    await story.settled();
    expect(pictures(story)).toEqual([]);

    story.cloud.faults.set("high-load", "waooaw-backend", true);
    await story.advance("5m");
    await ana.clicks("Look again", { channel: ops });
    await ana.sees(ops, /Backend API in production: \d critical/);
    await story.settled();
    const [picture] = pictures(story);
    expect(picture?.altText).toMatch(
      /^CPU utilization of Backend API in production over the last three hours: (9\d|100) %, critical > 90 %, for \d minutes/,
    );
    const png = Buffer.from(picture?.base64 ?? "", "base64");
    expect(png.subarray(1, 4).toString("latin1")).toBe("PNG");
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([600, 240]);
    // A line is on it: its pixels are whole, and not all of one colour.
    const pixels = inflateSync(png.subarray(png.indexOf("IDAT") + 4, -12));
    expect(pixels).toHaveLength((600 * 3 + 1) * 240);
    expect(new Set(pixels).size).toBeGreaterThan(3);
    const shared = story.slack.calls.findLast(({ method }) => method === "files.completeUploadExternal");
    expect(JSON.stringify(shared)).toMatch(/thread_ts/);
    expect(widget(story)).toMatchObject({
      metrics: [["AWS/ECS", "CPUUtilization", "ClusterName", "waooaw-production", "ServiceName", "waooaw-backend"]],
      start: "-PT3H",
    });

    await story.advance("5m");
    await ana.clicks("Look again", { channel: ops });
    await story.settled();
    expect(pictures(story).map(({ deleted }) => deleted)).toEqual([true, false]);
  });

  test("is of the database or the cache where that is what is wrong, also below the service that needs it", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    story.cloud.faults.set("pool-exhausted", "waooaw-postgres-production", true);
    await story.advance("4m");
    await ana.types(ops, "/ops diagnose postgres");
    await ana.sees(ops, /PostgreSQL in production: \d critical/);
    await story.settled();
    expect(widget(story).metrics).toEqual([
      ["AWS/RDS", "DatabaseConnections", "DBInstanceIdentifier", "waooaw-postgres-production"],
    ]);
    story.cloud.faults.clear();
    story.cloud.faults.set("cache-evicting", "waooaw-redis-production", true);
    await story.advance("70m");
    await ana.types(ops, "/ops diagnose redis");
    await ana.sees(ops, /Redis in production: \d critical/);
    await story.settled();
    const { metrics } = widget(story);
    expect(metrics.map(([namespace]) => namespace)).toEqual(["AWS/ElastiCache", "AWS/ElastiCache"]);
    expect(pictures(story).map(({ name }) => name)).toEqual(["connections.png", expect.stringMatching(/\.png$/)]);
  });

  test("is of a metric of the team's own where that is the worst", async () => {
    const own = `thresholds:
  - metric: E-mails waiting
    targets: [agent]
    cloudwatch: { namespace: WAOOAW/Queues, metric: WaitingJobs, dimensions: { QueueName: emails } }
    warning: "> 1000"
`;
    const example = readFileSync("examples/waooaw/tocsin.yaml", "utf8");
    const story = await startScenario({ configuration: example.replace("thresholds:\n", own) });
    const ana = story.person("U0ANA");
    story.cloud.faults.set("queue-backlog", "emails", true);
    await story.advance("6m");
    await ana.types(ops, "/ops diagnose agent");
    await ana.sees(ops, /Agent in production: \d warning/);
    await story.settled();
    expect(widget(story).metrics).toEqual([["WAOOAW/Queues", "WaitingJobs", "QueueName", "emails"]]);
    expect(pictures(story)[0]?.altText).toMatch(
      /^E-mails waiting of Agent in production over the last three hours: 1\d,/,
    );
  });

  test("that is denied or takes too long leaves the diagnosis as it is", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    story.cloud.faults.set("high-load", "waooaw-backend", true);
    story.cloud.faults.set("deny", "cloudwatch:GetMetricWidgetImage", true);
    await story.advance("5m");
    await ana.types(ops, "/ops diagnose backend");
    const denied = reading(await ana.sees(ops, /Backend API in production: \d critical/));
    await story.settled();
    expect(drawn(story).length).toBeGreaterThan(0);
    expect(pictures(story)).toEqual([]);
    expect(denied).not.toMatch(/GetMetricWidgetImage|picture/);

    story.cloud.faults.set("deny", "cloudwatch:GetMetricWidgetImage", false);
    story.cloud.faults.fail("GetMetricWidgetImage", { delayMs: 10 * 60_000 });
    await ana.clicks("Look again", { channel: ops });
    await ana.sees(ops, /Backend API in production: \d critical/);
    expect(story.cloud.waiting()).toBeLessThanOrEqual(1);
    await story.settled();
    expect(pictures(story)).toEqual([]);
  });
});
