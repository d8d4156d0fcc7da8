import { describe, expect, test } from "vitest";
import { readSettings } from "../../src/config/settings.ts";
import { ConfigurationError } from "../../src/errors.ts";

function faultsOf(environment: Readonly<Record<string, string>>): readonly string[] {
  try {
    readSettings(environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
}

test("with nothing set the sandbox starts on the loopback address with its own data", () => {
  expect(readSettings({})).toMatchObject({
    mode: "sandbox",
    host: "127.0.0.1",
    port: 3000,
    databaseUrl: null,
    dataDirectory: "data/sandbox",
    configuration: { named: false, path: expect.stringMatching(/examples\/waooaw\/tocsin\.yaml$/) },
    logLevel: "info",
    metricsToken: null,
    ignored: [],
  });
});

test("the sandbox ignores the database, the cloud and the host, and says which it ignored", () => {
  const settings = readSettings({
    DATABASE_URL: "not an address",
    AWS_PROFILE: "production",
    AWS_ENDPOINT_URL_ECS: "http://127.0.0.1:1",
    HOST: "0.0.0.0",
    TOCSIN_CONFIG: "mine.yaml",
  });
  expect(settings).toMatchObject({ mode: "sandbox", databaseUrl: null, host: "127.0.0.1" });
  expect(settings.configuration).toEqual({ path: "mine.yaml", named: true });
  expect(settings.ignored).toEqual(["AWS_ENDPOINT_URL_ECS", "AWS_PROFILE", "DATABASE_URL", "HOST"]);
});

test("a bot token with an app token is Socket Mode, also when a signing secret is there", () => {
  const settings = readSettings({ SLACK_BOT_TOKEN: "xoxb-1", SLACK_APP_TOKEN: "xapp-1", SLACK_SIGNING_SECRET: "s" });
  expect(settings).toMatchObject({
    mode: "socket",
    slack: { botToken: "xoxb-1", appToken: "xapp-1", apiUrl: "https://slack.com/api/" },
    configuration: { path: "./tocsin.yaml", named: false },
    dataDirectory: "./data",
  });
});

test("a bot token with a signing secret is HTTP on every address", () => {
  const settings = readSettings({
    SLACK_BOT_TOKEN: "xoxb-1",
    SLACK_SIGNING_SECRET: "s",
    SLACK_API_URL: "http://127.0.0.1:4000/api",
    DATABASE_URL: "postgres://somebody:sec%40ret@127.0.0.1/tocsin",
    AWS_SECRET_ACCESS_KEY: "an-aws-key",
    AWS_SESSION_TOKEN: "an-aws-token",
    PORT: "0",
  });
  expect(settings).toMatchObject({
    mode: "http",
    slack: { botToken: "xoxb-1", signingSecret: "s", apiUrl: "http://127.0.0.1:4000/api/" },
    host: "0.0.0.0",
    port: 0,
  });
  expect(settings.redactions).toEqual([
    "xoxb-1",
    "s",
    "postgres://somebody:sec%40ret@127.0.0.1/tocsin",
    "an-aws-key",
    "an-aws-token",
    "sec%40ret",
    "sec@ret",
  ]);
});

test.each([
  [{ SLACK_BOT_TOKEN: "xoxb-1" }, ["SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is missing while SLACK_BOT_TOKEN is set"]],
  [{ SLACK_APP_TOKEN: "xapp-1" }, ["SLACK_BOT_TOKEN is missing while SLACK_APP_TOKEN is set"]],
  [{ SLACK_SIGNING_SECRET: "s" }, ["SLACK_BOT_TOKEN is missing while SLACK_SIGNING_SECRET is set"]],
  [
    { SLACK_API_URL: "https://slack.com/api/" },
    ["SLACK_BOT_TOKEN is missing while", "SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is missing while"],
  ],
  [
    { NODE_ENV: "production" },
    ["SLACK_BOT_TOKEN is missing and NODE_ENV is production", "SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is missing"],
  ],
])("a part of the Slack variables names what is missing: %j", (environment, expected) => {
  const faults = faultsOf(environment);
  expect(faults).toHaveLength(expected.length);
  expected.forEach((start, index) => {
    expect(faults[index]).toContain(start);
  });
});

test("an empty variable counts as not set", () => {
  expect(readSettings({ SLACK_BOT_TOKEN: "", SLACK_APP_TOKEN: " ", PORT: "" }).mode).toBe("sandbox");
});

test("every fault of the environment is told at once, and none shows a value", () => {
  const faults = faultsOf({
    SLACK_BOT_TOKEN: "xapp-secret",
    SLACK_APP_TOKEN: "xoxb-secret",
    SLACK_API_URL: "ftp-secret",
    DATABASE_URL: "mysql://secret",
    PORT: "70000",
    LOG_LEVEL: "loud",
  });
  expect(faults.map((fault) => fault.split(" ")[0])).toEqual([
    "PORT",
    "DATABASE_URL",
    "LOG_LEVEL",
    "SLACK_API_URL",
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
  ]);
  expect(faults.join(" ")).not.toContain("secret");
});

describe("the second factor", () => {
  const slack = { SLACK_BOT_TOKEN: "xoxb-1", SLACK_APP_TOKEN: "xapp-1" };
  const key = "0123456789abcdef0123456789abcdef";

  test("needs a key that nobody guesses and an address that browsers trust; the sandbox has its own", () => {
    const settings = readSettings({ ...slack, SECOND_FACTOR_KEY: key, PUBLIC_URL: "https://tocsin.example.com/" });
    expect(settings.secondFactor).toEqual({ key, site: "https://tocsin.example.com" });
    expect(settings.redactions).toContain(key);
    expect(readSettings(slack).secondFactor).toBeNull();
    expect(readSettings({}).secondFactor).toMatchObject({ site: null });
  });

  test.each([
    [{ SECOND_FACTOR_KEY: "short", PUBLIC_URL: "https://t.example" }, "SECOND_FACTOR_KEY is too short"],
    [{ SECOND_FACTOR_KEY: key }, "PUBLIC_URL is missing"],
    [{ PUBLIC_URL: "http://t.example" }, "PUBLIC_URL is not an address browsers can use"],
    [{ PUBLIC_URL: "https://t.example/bot" }, "PUBLIC_URL is not an address browsers can use"],
    [{ PUBLIC_URL: "nonsense" }, "PUBLIC_URL is not an address browsers can use"],
  ])("%j is a fault that shows no value", (environment, fault) => {
    const faults = faultsOf({ ...slack, ...environment });
    expect(faults).toEqual([expect.stringMatching(new RegExp(`^${fault}`))]);
    expect(faults[0]).not.toMatch(/short,|0123|t\.example|nonsense/);
  });
});
