import { createHmac, createSign, generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { posts, withAlerts } from "../support/alert-posts.ts";
import { startScenario } from "../support/scenario.ts";

const secret = "a-secret-of-the-story";
const topic = "arn:aws:sns:eu-west-1:123456789012:waooaw-alerts";
const alerts = "#alerts";
const configuration = withAlerts(`alerts:
  sources:
    alarms: { kind: cloudwatch, topic: "${topic}", level: critical, environment: production }
    findings: { kind: guardduty, topic: "${topic}" }
    grafana: { kind: grafana, secret: ${secret} }
    sentry: { kind: sentry, secret: ${secret} }
    pager: { kind: pagerduty, secret: ${secret} }
    snyk: { kind: snyk, secret: ${secret} }
    semgrep: { kind: semgrep, secret: ${secret} }
  critical: { severity: SEV1, page: [platform] }
`);
const hmac = (body: string) => createHmac("sha256", secret).update(body).digest("hex");

describe("[L1] alarms of CloudWatch through SNS", { timeout: 240_000 }, () => {
  test("the subscription is confirmed, an alarm pages, and its end is noted; nobody else's posts are taken", async () => {
    const story = await startScenario({ configuration });
    const ana = story.person("U0ANA");
    await story.settled();
    const { topics } = story.cloud;
    await topics.subscribe(topic, `${story.address()}/alerts/alarms`);
    expect(topics.deliveries()).toMatchObject([{ status: 202 }]);
    story.cloud.faults.set("high-load", "waooaw-backend", true);
    await story.advance("6m");
    await ana.sees(alerts, /waooaw-backend-cpu.*critical.*Backend API in production/);
    // Further alarms join the page that is open.
    await ana.sees("tocsin", /\*Page\* · platform\n\*waooaw-backend-5xx\* and \d more/);
    story.cloud.faults.set("high-load", "waooaw-backend", false);
    await story.advance("10m");
    await ana.sees(alerts, /waooaw-backend-cpu\* · over since/);
    // Over by itself: nobody has to answer the page any more.
    await ana.sees("tocsin", /No longer needed/);

    const firing = topics.deliveries().find(({ body }) => body.includes('ALARM: \\"waooaw-backend-cpu'))?.body ?? "";
    const send = (body: string, source = "alarms") => posts(story, source, body, {});
    // Late and once more: what is older than what is known changes nothing.
    expect(await send(firing)).toEqual({ status: 202, text: "recorded" });
    expect(await send(firing.replace("short of CPU", "long of CPU"))).toEqual({ status: 401, text: "wrong signature" });
    expect(await send("{}")).toMatchObject({ status: 401 });
    expect(await send(firing, "findings")).toEqual({ status: 400, text: "not what guardduty sends" });
    // Signed well, with a key that lies elsewhere.
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const forge = (url: string, topicArn = topic) => {
      const post = {
        Message: "{}",
        MessageId: "1",
        Timestamp: "2026-01-01T00:00:00Z",
        TopicArn: topicArn,
        Type: "Notification",
      };
      const text = Object.entries(post)
        .map(([name, value]) => `${name}\n${value}\n`)
        .join("");
      const Signature = createSign("RSA-SHA1").update(text).sign(privateKey, "base64");
      return JSON.stringify({ ...post, SignatureVersion: "1", Signature, SigningCertURL: url });
    };
    for (const url of [
      "https://sns.eu-west-1.amazonaws.com.evil.example/key.pem",
      "https://evil.example/sns.eu-west-1.amazonaws.com/key.pem",
      "http://sns.eu-west-1.amazonaws.com/key.pem",
      "https://sns.eu-west-1.amazonaws.com@evil.example/key.pem",
      "https://sns.eu-west-1.amazonaws.com:8443/key.pem",
      "https://sns.eu-west-1.amazonaws.com/?Action=key.pem",
      "https://bucket.s3.amazonaws.com/key.pem",
    ])
      expect(await send(forge(url)), url).toEqual({ status: 401, text: "wrong signature" });
    const right = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-sandbox.pem";
    expect(await send(forge(right))).toEqual({ status: 401, text: "wrong signature" });
    expect(await send(forge(right, `${topic}-other`))).toEqual({ status: 401, text: "another topic" });
    // A key that cannot be read now is no reason to lose an alarm.
    expect(await send(forge("https://sns.eu-west-1.amazonaws.com/away.pem"))).toMatchObject({ status: 503 });
    await story.settled();
    expect(ana.screen(alerts).split("waooaw-backend-cpu* ·").length - 1).toBe(1);
  });
});

describe("[L1] senders that sign", { timeout: 240_000 }, () => {
  test("each is known by its own signature and read in its own format", async () => {
    const story = await startScenario({ configuration });
    const ana = story.person("U0ANA");
    await story.settled();
    const sent = [
      {
        source: "grafana",
        header: "x-grafana-alerting-signature",
        prefix: "",
        body: {
          alerts: [{ status: "firing", labels: { alertname: "Slow answers", severity: "warning" }, annotations: {} }],
        },
        shown: /Slow answers.*warning/,
      },
      {
        source: "sentry",
        header: "sentry-hook-signature",
        prefix: "",
        more: { "sentry-hook-resource": "event_alert" },
        body: {
          action: "triggered",
          data: { event: { issue_id: "7", title: "TypeError: x is undefined", level: "error" } },
        },
        shown: /TypeError: x is undefined.*warning/,
      },
      {
        source: "pager",
        header: "x-pagerduty-signature",
        prefix: "v1=",
        body: {
          event: {
            event_type: "incident.triggered",
            data: { type: "incident", id: "P1", title: "Vendor is down", urgency: "low" },
          },
        },
        shown: /Vendor is down.*info/,
        channel: "#monitoring",
      },
      {
        source: "snyk",
        header: "x-hub-signature",
        prefix: "sha256=",
        more: { "x-snyk-event": "project_snapshot/v0" },
        body: {
          project: { id: "p", name: "api" },
          newIssues: [
            { id: "SNYK-1", pkgName: "lodash", issueData: { title: "Prototype pollution", severity: "medium" } },
          ],
        },
        shown: /Prototype pollution in lodash.*warning/,
      },
      {
        source: "semgrep",
        header: "x-semgrep-signature-256",
        prefix: "",
        body: [
          { semgrep_scan: {} },
          { semgrep_finding: { id: "f1", check_id: "js.eval", message: "eval of input", severity: 2 } },
        ],
        shown: /eval.*critical/,
      },
    ];
    for (const { source, header, prefix, body, shown, more = {}, channel = alerts } of sent) {
      const text = JSON.stringify(body);
      const right = { ...(more as Record<string, string>), [header]: `${prefix}${hmac(text)}` };
      expect(await posts(story, source, text, { ...right, [header]: `${prefix}${hmac("other")}` }), source).toEqual({
        status: 401,
        text: "wrong signature",
      });
      expect(await posts(story, source, text, { authorization: `Bearer ${secret}` }), source).toMatchObject({
        status: 401,
      });
      expect(await posts(story, source, text, right), source).toEqual({ status: 202, text: "recorded" });
      await ana.sees(channel, shown);
    }
    // Grafana may sign the time as well.
    const text = JSON.stringify({ alerts: [] });
    const headers = {
      "x-grafana-alerting-timestamp": "1700000000",
      "x-grafana-alerting-signature": hmac(`1700000000:${text}`),
    };
    expect(await posts(story, "grafana", text, headers)).toMatchObject({ status: 202 });
  });
});
