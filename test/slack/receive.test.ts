import { describe, expect, it, onTestFinished } from "vitest";
import type { ConfigurationError } from "../../src/errors.ts";
import { createMetrics } from "../../src/http/metrics.ts";
import { connectSlack } from "../../src/slack/connection.ts";
import { eventually, openSandbox, openStage, recordingLog, type Stage, stageDatabase } from "./stage.ts";
import { stageCommands } from "./stage-commands.ts";

const databaseUrl = await stageDatabase();

function answers(stage: Stage): readonly string[] {
  return (stage.sandbox.channel("U0ANA", "C0OPS")?.messages ?? [])
    .filter(({ ephemeral }) => ephemeral)
    .map(({ text }) => text);
}

describe.each(["http", "socket"] as const)("over %s", (mode) => {
  const open = () => openStage({ databaseUrl, commands: stageCommands, mode });

  it("commands, forms and events reach their doors and are answered", async () => {
    const stage = await open();
    await eventually(() => stage.slack.reasons().length === 0);
    await stage.sandbox.act("U0ANA", { act: "command", channel: "C0OPS", text: "/ops note hello" });
    expect(answers(stage)).toEqual(["Noted: hello"]);
    await stage.sandbox.act("U0ANA", { act: "command", channel: "C0OPS", text: "/ops form" });
    const [view] = await eventually(() => {
      const views = stage.sandbox.state("U0ANA")?.views ?? [];
      return views.length > 0 && views;
    });
    const values = { title: { title: { type: "plain_text_input", value: "refuse" } } };
    await stage.sandbox.act("U0ANA", { act: "submit", viewId: view?.id ?? "", values });
    expect(stage.sandbox.state("U0ANA")?.views[0]?.errors).toEqual({ title: "That title is taken. Take another." });
    values.title.title.value = "fine";
    await stage.sandbox.act("U0ANA", { act: "submit", viewId: view?.id ?? "", values });
    expect(stage.sandbox.state("U0ANA")?.views).toEqual([]);
    await stage.sandbox.act("U0BEN", { act: "post", channel: "C0OPS", text: "hi" });
    await stage.sandbox.idle();
    expect(await stage.noted()).toEqual([
      "member U0ANA in C0OPS: hello",
      "form thing-1 v3 in C0OPS: fine, false",
      "message by U0BEN: hi",
    ]);
    expect(stage.lines.filter(({ level }) => level === "error" || level === "warn")).toEqual([]);
  });

  it("every delivery that comes twice is taken once", async () => {
    const stage = await open();
    await eventually(() => stage.slack.reasons().length === 0);
    stage.sandbox.faults.deliverTwice = "together";
    await stage.sandbox.act("U0ANA", { act: "command", channel: "C0OPS", text: "/ops note hello" });
    await stage.sandbox.act("U0BEN", { act: "post", channel: "C0OPS", text: "hi" });
    stage.sandbox.faults.deliverTwice = "after";
    await stage.sandbox.act("U0ANA", { act: "command", channel: "C0OPS", text: "/ops note again" });
    await stage.sandbox.idle();
    expect([...(await stage.noted())].sort()).toEqual([
      "member U0ANA in C0OPS: again",
      "member U0ANA in C0OPS: hello",
      "message by U0BEN: hi",
    ]);
  });

  it("what is under way when it stops is still answered", async () => {
    const stage = await open();
    await eventually(() => stage.slack.reasons().length === 0);
    const asked = stage.sandbox.act("U0ANA", { act: "command", channel: "C0OPS", text: "/ops slow" });
    await eventually(() => stage.pool.totalCount > stage.pool.idleCount);
    await stage.slack.stop();
    expect(await asked).toEqual({ ok: true });
    expect(answers(stage)).toEqual(["Slowly done"]);
    expect(await stage.noted()).toEqual(["slow"]);
  });
});

describe("Socket Mode", () => {
  it("comes back when its line is cut or Slack asks for another", async () => {
    const stage = await openStage({ databaseUrl, commands: stageCommands, mode: "socket" });
    await eventually(() => stage.slack.reasons().length === 0);
    stage.sandbox.socketMode.cut();
    // The next line may stand before anybody has looked.
    const opened = () => stage.sandbox.calls.filter(({ method }) => method === "apps.connections.open").length;
    await eventually(() => opened() === 2 && stage.slack.reasons().length === 0);
    stage.sandbox.socketMode.refresh();
    await stage.sandbox.idle();
    await eventually(() => stage.slack.reasons().length === 0 && stage.sandbox.socketMode.connections() === 1);
    await eventually(async () => {
      await stage.sandbox.act("U0ANA", { act: "command", channel: "C0OPS", text: "/ops note back" });
      return (await stage.noted()).length > 0;
    });
  });

  it("is never without a line when Slack asks for another, and answers what came by the old one", async () => {
    const stage = await openStage({ databaseUrl, commands: stageCommands, mode: "socket" });
    await eventually(() => stage.slack.reasons().length === 0);
    const asked = stage.sandbox.act("U0ANA", { act: "command", channel: "C0OPS", text: "/ops slow" });
    await eventually(() => stage.pool.totalCount > stage.pool.idleCount);
    stage.sandbox.socketMode.refresh("warning");
    expect(await asked).toEqual({ ok: true });
    expect(await stage.noted()).toEqual(["slow"]);
    await eventually(() => {
      expect(stage.slack.reasons()).toEqual([]);
      return stage.sandbox.socketMode.connections() === 2;
    });
    await eventually(() => stage.sandbox.socketMode.connections() === 1);
    expect(stage.slack.reasons()).toEqual([]);
  });

  it("goes on trying where Slack answers with errors after the line broke", async () => {
    const stage = await openStage({ databaseUrl, commands: stageCommands, mode: "socket" });
    await eventually(() => stage.slack.reasons().length === 0);
    stage.sandbox.faults.fail("apps.connections.open", { status: 503, times: 1 });
    stage.sandbox.faults.fail("apps.connections.open", { error: "not_allowed_token_type", times: 1 });
    stage.sandbox.socketMode.cut();
    await eventually(() => stage.slack.reasons().length === 1);
    await eventually(() => stage.slack.reasons().length === 0);
  });

  it("is tried again where Slack is away at the start", async () => {
    const sandbox = await openSandbox();
    const mend = sandbox.faults.fail("apps.connections.open", { status: 503, times: 1000 });
    const stage = await openStage({ databaseUrl, commands: stageCommands, mode: "socket", sandbox });
    expect(stage.slack.reasons()).toEqual(["slack"]);
    mend();
    await eventually(() => stage.slack.reasons().length === 0);
  });

  it("with an app token that Slack refuses is a fault of the configuration", async () => {
    const sandbox = await openSandbox();
    sandbox.faults.fail("apps.connections.open", { error: "invalid_auth", times: 10 });
    const opening = openStage({ databaseUrl, commands: stageCommands, mode: "socket", sandbox });
    await expect(opening).rejects.toMatchObject({ name: "ConfigurationError" });
  });

  it("with a bot token that Slack, away at the start, refuses later is one too", async () => {
    const sandbox = await openSandbox();
    sandbox.faults.fail("auth.test", { status: 503, times: 1 });
    sandbox.faults.fail("auth.test", { error: "token_revoked", times: 10 });
    const refused = Promise.withResolvers<ConfigurationError>();
    const connection = connectSlack({
      botToken: sandbox.botToken,
      apiUrl: sandbox.apiUrl,
      now: () => new Date(),
      log: recordingLog([]),
      metrics: createMetrics(),
      refused: refused.resolve,
    });
    onTestFinished(connection.stop);
    await connection.start();
    expect(connection.isReady()).toBe(false);
    expect((await refused.promise).faults.join()).toContain("token_revoked");
  });
});
