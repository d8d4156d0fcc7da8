import { describe, expect, test } from "vitest";
import { posts, prometheusAlert, token, withAlerts } from "../support/alert-posts.ts";
import { startScenario } from "../support/scenario.ts";

const configuration = withAlerts(`alerts:
  sources:
    scripts: { kind: json, token: ${token} }
    prometheus: { kind: alertmanager, token: ${token}, group_by: [alertname, service] }
  critical: { incident: propose, severity: SEV1, page: [platform] }
  routes:
    - { labels: { team: payments }, incident: open, severity: SEV2, page: [] }
`);
const [alerts, monitoring] = ["#alerts", "#monitoring"];

describe("[L1] [L2] alerts from outside", { timeout: 240_000 }, () => {
  test("a storm is one message with a count, told by its level; who is on call is paged once and acknowledges it", async () => {
    const story = await startScenario({ configuration });
    const ana = story.person("U0ANA");
    await story.settled();
    const starts = story.now() - 120_000;
    const storm = (instances: readonly number[]) => ({
      version: "4",
      alerts: instances.map((one) =>
        prometheusAlert(
          { alertname: "HighErrorRate", severity: "critical", service: "backend", instance: `web-${one}` },
          { starts },
        ),
      ),
    });
    expect(await posts(story, "prometheus", storm([1, 2, 3]))).toEqual({ status: 202, text: "recorded" });
    await ana.sees(alerts, /HighErrorRate.*critical.*Backend API/);
    await ana.sees("tocsin", /\*Page\* · platform\n\*HighErrorRate/);
    // Told again by the sender's interval, and by further instances: one message, one page.
    expect(await posts(story, "prometheus", storm([1, 2, 3, 4, 5, 6, 7]))).toMatchObject({ status: 202 });
    await story.settled();
    await ana.sees(alerts, /7 alerts, told 10 times/);
    expect(ana.screen(alerts).split("HighErrorRate* ").length - 1).toBe(1);
    expect(ana.screen("tocsin").split("*Page*").length - 1).toBe(1);
    expect(await posts(story, "scripts", { title: "Disk fills up", severity: "warning" })).toMatchObject({
      status: 202,
    });
    expect(await posts(story, "scripts", { title: "Certificate renewed", severity: "info" })).toMatchObject({
      status: 202,
    });
    await ana.sees(alerts, /Disk fills up.*warning/);
    await ana.sees(monitoring, /Certificate renewed.*info/);

    await ana.types("#general", "/ops alerts");
    await ana.sees("#general", /HighErrorRate[\s\S]*Disk fills up[\s\S]*Certificate renewed/);
    await ana.types("#general", "/ops alerts agent");
    await ana.sees("#general", /No alert fires about agent/);

    await ana.clicks("Acknowledge", { channel: alerts, reading: /HighErrorRate/ });
    await ana.sees(alerts, /<@U0ANA> acknowledged it/);
    await ana.sees("tocsin", /<@U0ANA> acknowledged it/);
    await story.advance("20m");
    expect(ana.screen("tocsin").split("*Page*").length - 1).toBe(1);
  });

  test("many different alerts at once become few messages", async () => {
    const story = await startScenario({ configuration });
    const ana = story.person("U0ANA");
    await story.settled();
    const flood = Array.from({ length: 60 }, (_, index) => ({ title: `Check ${index} fails`, severity: "warning" }));
    expect(await posts(story, "scripts", flood)).toMatchObject({ status: 202 });
    await story.advance("1m");
    await ana.sees(alerts, /Many different alerts\* · warning[\s\S]*Check \d+ fails[\s\S]*40 alerts, told 40 times/);
    expect(ana.screen(alerts).split("from scripts").length - 1).toBe(21);
  });

  test("[I1] declared from its message with what is known, a further alert lands on its timeline, and its end closes nothing", async () => {
    const story = await startScenario({ configuration });
    const ana = story.person("U0ANA");
    await story.settled();
    const starts = story.now() - 300_000;
    const labels = { alertname: "HighErrorRate", severity: "critical", service: "backend" };
    await posts(story, "prometheus", { alerts: [prometheusAlert(labels, { starts })] });
    await ana.sees(alerts, /HighErrorRate/);
    await story.advance("2m");
    await ana.clicks("Declare", { channel: alerts, reading: /HighErrorRate/ });
    await ana.submits({});
    await story.settled();
    const channel = ana.state().channels.find(({ name }) => name.startsWith("inc-"))?.name ?? "";
    await ana.sees(channel, /HighErrorRate/);
    await ana.sees(alerts, /part of \*INC-1/);
    await ana.types(channel, "/incident timeline");
    const timeline = await ana.form();
    expect(timeline).toMatch(/Alert “HighErrorRate” \(critical, from prometheus\): first seen/);
    expect(timeline).toMatch(/it began at/);
    await ana.closes();
    await posts(story, "prometheus", {
      alerts: [prometheusAlert({ ...labels, alertname: "LatencyHigh" }, { starts: story.now() })],
    });
    await ana.sees(channel, /Alert “LatencyHigh”/);
    await ana.sees(alerts, /LatencyHigh[\s\S]*part of \*INC-1/);
    expect(ana.screen("tocsin").split("*Page*").length - 1).toBe(1);

    await posts(story, "prometheus", { alerts: [prometheusAlert(labels, { starts, ends: story.now() })] });
    await ana.sees(alerts, /HighErrorRate\* · over since/);
    await ana.sees(channel, /The alert “HighErrorRate” is over, says prometheus/);
    await story.settled();
    expect(ana.screen(channel)).not.toMatch(/\*Duration\*/);
    await ana.types(channel, "/incident resolve");
    // It began when its sender says, five minutes before it was told, and was noticed then.
    await ana.sees(channel, /time to detect 5 min/);
  });

  test("[I1] where the configuration says so an incident is opened by itself, once", async () => {
    const story = await startScenario({ configuration });
    const ana = story.person("U0ANA");
    await story.settled();
    const alert = { title: "Payments fail", severity: "critical", service: "backend", labels: { team: "payments" } };
    await Promise.all([1, 2, 3].map((id) => posts(story, "scripts", { ...alert, id })));
    await story.settled();
    await ana.sees("#incidents", /INC-1 · Payments fail/);
    expect(ana.screen("#incidents")).not.toContain("INC-2");
    await ana.sees(alerts, /Payments fail[\s\S]*part of \*INC-1/);
  });
});

describe("[L1] the door for alerts", { timeout: 240_000 }, () => {
  test("lets in who proves itself, answers in plain words, and nothing that is told comes alive in Slack", async () => {
    const story = await startScenario({ configuration });
    const ana = story.person("U0ANA");
    await story.settled();
    const body = { title: "x" };
    expect(await posts(story, "nobody", body)).toEqual({ status: 404, text: "no such source" });
    expect(await posts(story, "scripts", body, {})).toEqual({ status: 401, text: "a bearer token is needed" });
    expect(await posts(story, "scripts", body, { authorization: "Bearer no" })).toMatchObject({ status: 401 });
    expect(await posts(story, "scripts", "no json")).toEqual({ status: 400, text: "not what json sends" });
    expect(await posts(story, "scripts", { text: "no title" })).toMatchObject({ status: 400 });
    expect(await posts(story, "scripts", "x".repeat(1_100_000))).toMatchObject({ status: 413 });
    expect((await fetch(`${story.address()}/alerts/scripts`)).status).toBe(405);
    const secret = ["AKIA", "ABCDEFGHIJKLMNOP"].join("");
    const told = {
      title: `<!channel> all is lost ${"very ".repeat(100)}`,
      text: `password=hunter2hunter2 and ${secret}`,
      labels: { api_key: "0123456789abcdef", where: "<@U0BEN>" },
      link: "javascript:alert(1)",
    };
    expect(await posts(story, "scripts", told)).toMatchObject({ status: 202 });
    await ana.sees(alerts, /all is lost/);
    const screen = ana.screen(alerts);
    expect(screen).toContain("&lt;!channel&gt;");
    for (const never of ["hunter2", secret, "0123456789abcdef", "<!channel>", "<@U0BEN>", "javascript:"])
      expect(screen).not.toContain(never);
  });
});
