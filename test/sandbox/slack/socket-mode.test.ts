import { expect, test } from "vitest";
import { WebSocket } from "ws";
import type { SandboxSlack } from "../../../src/sandbox/slack/slack.ts";
import { boltOverSocket, eventually, stage, webClient } from "./bolt-app.ts";

interface Frame {
  readonly type: string;
  readonly envelope_id?: string;
  readonly reason?: string;
  readonly retry_attempt?: number;
  readonly num_connections?: number;
  readonly payload?: { readonly event?: { readonly text?: string } };
}

async function address(slack: SandboxSlack): Promise<string> {
  return (await webClient(slack, slack.appToken).apps.connections.open({})).url ?? "";
}

async function connect(slack: SandboxSlack): Promise<{ socket: WebSocket; frames: Frame[] }> {
  const socket = new WebSocket(await address(slack));
  const frames: Frame[] = [];
  socket.on("message", (data) => frames.push(JSON.parse(String(data)) as Frame));
  await eventually(() => frames.length > 0);
  return { socket, frames };
}

test("a ticket opens one connection, which is greeted; ten may be open", async () => {
  const { slack } = await stage();
  const url = await address(slack);
  const first = new WebSocket(url);
  const hello = await new Promise<Frame>((resolve) => {
    first.once("message", (data) => resolve(JSON.parse(String(data)) as Frame));
  });
  expect(hello).toMatchObject({ type: "hello", num_connections: 1, connection_info: { app_id: "A0TOC" } });
  const second = new WebSocket(url);
  const refused = await new Promise<string>((resolve) => second.once("error", (error) => resolve(error.message)));
  expect(refused).toContain("408");
  for (let count = 1; count < 10; count += 1) await connect(slack);
  expect(slack.socketMode.connections()).toBe(10);
  const { frames } = await connect(slack);
  expect(frames[0]).toMatchObject({ type: "disconnect", reason: "too_many_websockets" });
});

test("an event that is not acknowledged comes again, marked as a retry", async () => {
  const { slack, clock } = await stage({ patience: 400, events: ["message.channels"] });
  const { socket, frames } = await connect(slack);
  await slack.act("U0ANA", { act: "post", channel: "C0OPS", text: "hello" });
  await eventually(() => frames.length === 3);
  await slack.idle();
  await clock.advance(60_000);
  const last = await eventually(() => frames[3]);
  socket.send(JSON.stringify({ envelope_id: last.envelope_id }));
  await slack.idle();
  await clock.advance(3_600_000);
  expect(frames.slice(1).map((frame) => frame.retry_attempt)).toEqual([0, 1, 2]);
  expect(new Set(frames.slice(1).map((frame) => frame.payload?.event?.text))).toEqual(new Set(["hello"]));
});

test("a real app outlives a refresh of its connection and a cut", async () => {
  const { slack } = await stage();
  const heard: string[] = [];
  await boltOverSocket(slack, (app) => {
    app.message(async ({ message }) => {
      heard.push((message as { text?: string }).text ?? "");
    });
  });
  expect(slack.state("U0ANA")?.bot).toEqual({ connected: true, mode: "socket" });
  for (const [index, disturb] of [slack.socketMode.refresh, slack.socketMode.cut].entries()) {
    disturb();
    await eventually(() => slack.socketMode.connections() === 0);
    await eventually(() => slack.socketMode.connections() === 1);
    await slack.act("U0ANA", { act: "post", channel: "C0OPS", text: `after ${index}` });
    await eventually(() => heard.includes(`after ${index}`));
  }
});
