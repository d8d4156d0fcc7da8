import { describe, expect, test } from "vitest";
import { readAlerts } from "../../src/alerts/senders.ts";
import { senders } from "../../src/domain/alert/settings.ts";

const at = "2026-01-05T10:00:00.000Z";
const one = (found: ReturnType<(typeof readAlerts)["json"]>) => {
  expect(found).toHaveLength(1);
  return found?.[0];
};

describe("[L1] every reader", () => {
  const odd: readonly unknown[] = [
    null,
    undefined,
    1,
    "text",
    [],
    {},
    [null],
    { alerts: 1 },
    { alerts: [null, 1, []] },
  ];
  test.each(senders.flatMap((sender) => odd.map((body) => [sender, body] as const)))(
    "%s makes nothing alive of %j",
    (sender, body) => {
      const found = readAlerts[sender](body, {});
      for (const alert of found ?? []) expect(typeof alert.title).toBe("string");
    },
  );

  test("takes 500 of what came at once", () => {
    const alerts = Array.from({ length: 800 }, (_, index) => ({ title: `Alert ${index}` }));
    expect(readAlerts.json(alerts, {})).toHaveLength(500);
  });
});

test("plain JSON: an id, else title and labels in any order, say which alert it is", () => {
  const read = (body: unknown) => one(readAlerts.json(body, {}));
  expect(read({ title: "Disk", id: 7, status: "OK", link: "https://x", started_at: at, service: "api" })).toMatchObject(
    {
      fingerprint: "7",
      state: "resolved",
      labels: { service: "api" },
      startedAt: new Date(at),
    },
  );
  const [left, right] = [
    { a: "1", b: "2" },
    { b: "2", a: "1" },
  ].map((labels) => read({ title: "Disk", labels }));
  expect(left?.fingerprint).toBe(right?.fingerprint);
  expect(read({ title: "Disk", labels: { a: "2" } })?.fingerprint).not.toBe(left?.fingerprint);
});

test("Alertmanager: severity, runbook and the state's own time", () => {
  const alert = {
    status: "resolved",
    labels: { alertname: "Down", severity: "page", job: "api" },
    annotations: { summary: "API is down", runbook_url: "https://runbooks/api" },
    startsAt: at,
    endsAt: "2026-01-05T11:00:00.000Z",
    fingerprint: "abc",
  };
  expect(one(readAlerts.alertmanager({ version: "4", alerts: [alert] }, {}))).toEqual({
    fingerprint: "abc",
    title: "Down",
    text: "API is down",
    severity: "page",
    state: "resolved",
    labels: { alertname: "Down", job: "api" },
    link: "https://runbooks/api",
    startedAt: new Date(at),
    at: new Date("2026-01-05T11:00:00.000Z"),
  });
  expect(readAlerts.alertmanager({}, {})).toBeNull();
});

test("Grafana: the panel's address, and the rule that could not be evaluated", () => {
  const alert = {
    status: "firing",
    labels: { alertname: "DatasourceNoData", rulename: "Latency" },
    panelURL: "https://grafana/panel",
    valueString: "[ no value ]",
  };
  expect(one(readAlerts.grafana({ alerts: [alert] }, {}))).toMatchObject({
    title: "DatasourceNoData: Latency",
    link: "https://grafana/panel",
    text: "[ no value ]",
  });
});

describe("CloudWatch", () => {
  const alarm = {
    AlarmName: "api cpu",
    AlarmDescription: "Short of CPU. Severity: warning",
    AWSAccountId: "123456789012",
    NewStateValue: "ALARM",
    NewStateReason: "Threshold Crossed",
    StateChangeTime: "2026-01-05T10:00:00.000+0000",
    AlarmArn: "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:api cpu",
    Trigger: {
      MetricName: "CPUUtilization",
      Namespace: "AWS/ECS",
      Dimensions: [{ name: "ServiceName", value: "api" }],
    },
  };

  test("an alarm with its dimensions, its description's severity and its page in the console", () => {
    expect(one(readAlerts.cloudwatch(alarm, {}))).toMatchObject({
      title: "api cpu",
      severity: "warning",
      state: "firing",
      labels: { ServiceName: "api", metric: "CPUUtilization", region: "eu-west-1" },
      link: "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#alarmsV2:alarm/api%20cpu",
      at: new Date(at),
    });
  });

  test("its end, a lack of data, and what is no alarm", () => {
    expect(one(readAlerts.cloudwatch({ ...alarm, NewStateValue: "OK" }, {}))?.state).toBe("resolved");
    expect(readAlerts.cloudwatch({ ...alarm, NewStateValue: "INSUFFICIENT_DATA" }, {})).toEqual([]);
    expect(readAlerts.cloudwatch({ Records: [] }, {})).toBeNull();
  });
});

test.each([
  [9.1, "critical"],
  [8, "high"],
  [5, "medium"],
  [2, "low"],
])("GuardDuty's severity %d is %s", (severity, word) => {
  const event = {
    "detail-type": "GuardDuty Finding",
    account: "123456789012",
    region: "eu-west-1",
    time: at,
    detail: { id: "f1", type: "Recon:EC2/Portscan", title: "A port scan", severity, service: { eventFirstSeen: at } },
  };
  expect(one(readAlerts.guardduty(event, {}))).toMatchObject({
    severity: word,
    title: "A port scan",
    fingerprint: "f1",
  });
});

describe("Sentry", () => {
  const read = (resource: string, body: unknown) => readAlerts.sentry(body, { "sentry-hook-resource": resource });

  test("an alert about an issue, and the issue's end, are the same alert", () => {
    const data = {
      event: { issue_id: "12", title: "TypeError", level: "fatal", tags: [["environment", "production"]] },
    };
    expect(one(read("event_alert", { action: "triggered", data }))).toMatchObject({
      fingerprint: "issue:12",
      severity: "fatal",
      labels: { environment: "production" },
    });
    const issue = { id: "12", title: "TypeError", level: "error" };
    expect(one(read("issue", { action: "resolved", data: { issue } }))).toMatchObject({
      fingerprint: "issue:12",
      state: "resolved",
    });
    expect(read("issue", { action: "assigned", data: { issue } })).toEqual([]);
  });

  test("a metric alert has its level as its action", () => {
    const data = { metric_alert: { id: "3", alert_rule: { name: "Too many errors" } } };
    expect(one(read("metric_alert", { action: "critical", data }))).toMatchObject({
      title: "Too many errors",
      severity: "critical",
      state: "firing",
    });
    expect(one(read("metric_alert", { action: "resolved", data }))?.state).toBe("resolved");
  });

  test("raw errors and installations are nothing to tell", () => {
    expect(read("error", { action: "created", data: {} })).toEqual([]);
    expect(read("installation", { action: "created" })).toEqual([]);
  });
});

test("PagerDuty: incidents of others, their end, and none of our own pages", () => {
  const event = (type: string, more: object = {}) => ({
    event: {
      event_type: type,
      occurred_at: at,
      data: { type: "incident", id: "Q1", title: "Down", urgency: "high", ...more },
    },
  });
  expect(one(readAlerts.pagerduty(event("incident.triggered"), {}))).toMatchObject({
    fingerprint: "Q1",
    severity: "high",
  });
  expect(one(readAlerts.pagerduty(event("incident.triggered", { priority: { summary: "P1" } }), {}))?.severity).toBe(
    "P1",
  );
  expect(one(readAlerts.pagerduty(event("incident.resolved"), {}))?.state).toBe("resolved");
  expect(readAlerts.pagerduty(event("incident.acknowledged"), {})).toEqual([]);
  expect(readAlerts.pagerduty(event("incident.triggered", { incident_key: "tocsin-1" }), {})).toEqual([]);
  expect(readAlerts.pagerduty({ event: { event_type: "pagey.ping", data: { type: "ping" } } }, {})).toEqual([]);
});

test("Snyk: new issues are alerts, removed ones their end, a ping is nothing", () => {
  const issue = {
    id: "SNYK-1",
    pkgName: "lodash",
    issueData: { title: "Pollution", severity: "high", url: "https://snyk" },
  };
  const post = { project: { id: "p1", name: "api" }, newIssues: [issue], removedIssues: [{ ...issue, id: "SNYK-2" }] };
  const found = readAlerts.snyk(post, { "x-snyk-event": "project_snapshot/v0" });
  expect(found?.map(({ fingerprint, state }) => [fingerprint, state])).toEqual([
    ["p1/SNYK-1/lodash", "firing"],
    ["p1/SNYK-2/lodash", "resolved"],
  ]);
  expect(readAlerts.snyk({ webhookId: "x" }, { "x-snyk-event": "ping/v0" })).toEqual([]);
  expect(readAlerts.snyk(post, {})).toBeNull();
});

test("Semgrep: findings, one or several, and severities as numbers", () => {
  const finding = {
    id: "f1",
    check_id: "python.flask.debug",
    message: "Debug is on",
    path: "app.py",
    line: 3,
    severity: 1,
  };
  expect(one(readAlerts.semgrep({ semgrep_finding: finding }, {}))).toMatchObject({
    title: "debug",
    severity: "medium",
    text: "Debug is on\napp.py:3",
  });
  expect(readAlerts.semgrep([{ semgrep_scan: {} }], {})).toEqual([]);
  expect(readAlerts.semgrep({ other: 1 }, {})).toBeNull();
});
