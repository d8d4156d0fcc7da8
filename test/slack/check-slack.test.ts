import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { Channels } from "../../src/domain/configuration.ts";
import { startClock } from "../../src/sandbox/clock.ts";
import { type SandboxSlack, startSlack } from "../../src/sandbox/slack/slack.ts";
import { checkSlack, type SlackCheck } from "../../src/slack/check-slack.ts";
import { botEvents } from "../../src/slack/manifest.ts";
import { scopes } from "../../src/slack/scopes.ts";

const channels: Channels = {
  incidents: "incidents",
  alerts: "alerts",
  operations: "C0OPS",
  deployments: null,
  monitoring: null,
  stakeholders: [],
  prefix: "inc",
};
const granted = scopes.map(({ name }) => name);

async function start(given: readonly string[] = granted): Promise<SandboxSlack> {
  const events = given === granted ? botEvents() : [];
  const slack = await startSlack({ clock: startClock(), commands: [], scopes: given, events });
  onTestFinished(() => slack.stop());
  return slack;
}

function about(slack: SandboxSlack, changes: Partial<SlackCheck> = {}): SlackCheck {
  const { apiUrl, botToken, appToken } = slack;
  return { apiUrl, botToken, appToken, channels, now: () => new Date(), ...changes };
}

test("a token with every scope of the manifest, and channels that are there, are in order", async () => {
  const results = await checkSlack(about(await start()));
  expect(results.filter(({ ok }) => !ok)).toEqual([]);
  expect(results.map(({ what, found }) => `${what}: ${found}`)).toEqual([
    "Bot token: @tocsin in WAOOAW (T0WAOOAW)",
    `Scopes: all ${scopes.length} granted`,
    "Clock: agrees with Slack's",
    "Channel for incidents: #incidents, the bot is in it",
    "Channel for alerts: #alerts, which the bot joins when it first writes there",
    "Channel for operations: C0OPS, the bot is in it",
    "App token: opens connections for Socket Mode",
  ]);
});

test("each scope that is missing is named with what does not work without it", async () => {
  const slack = await start(granted.filter((name) => name !== "pins:write" && name !== "canvases:write"));
  const result = (await checkSlack(about(slack))).find(({ what }) => what === "Scopes");
  expect(result).toMatchObject({
    ok: false,
    found: "missing pins:write: Pinning the status card.\nmissing canvases:write: The post-mortem as a canvas.",
  });
  expect(result?.fix).toContain("npm run manifest");
});

test("a channel that is not there, or archived, is told with what to do", async () => {
  const slack = await start();
  expect(await slack.act("U0EVA", { act: "archive", channel: "C0ALERTS" })).toMatchObject({ ok: true });
  const results = await checkSlack(
    about(slack, { channels: { ...channels, incidents: "trouble", operations: "C0NOWHERE" } }),
  );
  const told = results.filter(({ what, ok }) => what.startsWith("Channel") && !ok).map(({ found }) => found);
  expect(told).toContain("#alerts is archived");
  expect(told).toContain("#trouble is not there, or is private and the bot is not in it");
  expect(told).toContain("C0NOWHERE is not there, or is private and the bot is not in it");
});

test("a channel that is named elsewhere is looked for too, and told by where it is named", async () => {
  const named = [
    { field: "alerts.routes[0].channel", name: "data-alerts" },
    { field: "severities.SEV1.stakeholders", name: "general" },
    { field: "costs.channel", name: "C0NOWHERE" },
  ];
  const results = (await checkSlack(about(await start(), { named }))).filter(({ what }) => what.includes(" of "));
  expect(results).toMatchObject([
    { what: "Channel of alerts.routes[0].channel", ok: false, fix: expect.stringMatching(/put alerts\.routes\[0\]/) },
    { what: "Channel of severities.SEV1.stakeholders", ok: true },
    { what: "Channel of costs.channel", ok: false },
  ]);
});

test("a token that Slack refuses ends the looking, with the way to the right one", async () => {
  const slack = await start();
  const results = await checkSlack(about(slack, { botToken: "xoxb-wrong" }));
  expect(results).toMatchObject([{ what: "Bot token", ok: false, found: "Slack refuses it: invalid_auth" }]);
  expect(results[0]?.fix).toContain("SLACK_BOT_TOKEN");
});

test("an app token of the wrong kind is told, and HTTP mode asks for none", async () => {
  const slack = await start();
  const results = await checkSlack(about(slack, { appToken: "xapp-wrong" }));
  expect(results.at(-1)).toMatchObject({ what: "App token", ok: false });
  expect(results.at(-1)?.fix).toContain("connections:write");
  const without = await checkSlack(about(slack, { appToken: null }));
  expect(without.some(({ what }) => what === "App token")).toBe(false);
});

test("a clock that is off is told with the direction and the way to put it right", async () => {
  const slack = await start();
  for (const [seconds, words] of [
    [120, "ahead of"],
    [-120, "behind"],
  ] as const) {
    const now = () => new Date(Date.now() + seconds * 1000);
    const result = (await checkSlack(about(slack, { now }))).find(({ what }) => what === "Clock");
    expect(result?.ok).toBe(false);
    expect(result?.found).toContain(`${words} Slack's`);
  }
});

test("one answer of too many requests is waited out", async () => {
  const slack = await start();
  slack.faults.fail("conversations.list", { status: 429, retryAfterSeconds: 1 });
  expect((await checkSlack(about(slack))).every(({ ok }) => ok)).toBe(true);
});

test("an address with no Slack behind it is told, whether nobody answers or somebody else", async () => {
  const slack = await start();
  const gone = createServer();
  await new Promise<void>((resolve) => gone.listen(0, "127.0.0.1", resolve));
  const nobody = `http://127.0.0.1:${(gone.address() as AddressInfo).port}/api/`;
  await new Promise((resolve) => gone.close(resolve));
  const away = await checkSlack(about(slack, { apiUrl: nobody }));
  expect(away).toMatchObject([{ what: "Slack", ok: false, found: `cannot be reached at ${nobody} (ECONNREFUSED)` }]);
  const other = createServer((_, response) => response.writeHead(502).end("<html>Bad gateway</html>"));
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void other.close());
  const apiUrl = `http://127.0.0.1:${(other.address() as AddressInfo).port}/api/`;
  const [result] = await checkSlack(about(slack, { apiUrl }));
  expect(result?.found).toBe(`cannot be reached at ${apiUrl} (HTTP 502, which is not an answer of Slack's)`);
});
