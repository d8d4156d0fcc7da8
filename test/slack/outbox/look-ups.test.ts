/** Senders against a Slack that answers as scripted: what they look up, and what they take for theirs. */
import { describe, expect, test } from "vitest";
import type { OutboxRow } from "../../../src/domain/outbox.ts";
import { SlackCallError } from "../../../src/slack/call.ts";
import { sendChannel } from "../../../src/slack/outbox/channels.ts";
import { sendInvite } from "../../../src/slack/outbox/invite.ts";
import { type SenderContext, Undeliverable } from "../../../src/slack/outbox/sender.ts";
import { sampleIncident } from "../../templates/incident/facts.ts";
import { sampleConfiguration } from "../sample.ts";

const attemptedAt = new Date("2026-11-22T02:00:00Z");
const seconds = attemptedAt.getTime() / 1000;

type Script = (method: string, args: Readonly<Record<string, unknown>>) => object;

function refuse(method: string, word: string, data: Readonly<Record<string, unknown>> = {}): never {
  throw new SlackCallError(method, { kind: "refused", word, data }, null);
}

function scene(script: Script, changes: Partial<OutboxRow> = {}) {
  const calls: string[] = [];
  const members: string[] = [];
  const incident = sampleIncident({ channelId: null, title: "API is down", number: 7 });
  const app = {
    incidents: {
      byId: async () => incident,
      addMembers: async (_id: string, ids: readonly string[]) => void members.push(...ids),
    },
  };
  const rows = { note: async () => {}, reached: async () => false };
  const context = {
    call: async (method: string, args: Readonly<Record<string, unknown>> = {}) => {
      calls.push(method === "conversations.invite" ? `invite ${args.users}` : `${method} ${args.name ?? ""}`.trim());
      return script(method, args);
    },
    directory: { people: async (id: string) => [id] },
    config: sampleConfiguration,
    work: (work: (app: unknown, rows: unknown) => Promise<unknown>) => work(app, rows),
    botUserId: () => "U0TOC",
  } as unknown as SenderContext;
  const row = { id: "r1", inDoubt: false, attempts: 1, attemptedAt, scratch: {}, ...changes } as OutboxRow;
  return { calls, members, context, row, incident };
}

describe("a channel in doubt", () => {
  const name = "inc-7-api-is-down";
  const found = (channel: object): Script => {
    return (method, args) => {
      if (method === "users.conversations") return { channels: [{ id: "C1", name, ...channel }] };
      if (args.name === name) return refuse(method, "name_taken");
      return { channel: { id: "C2", name: args.name } };
    };
  };

  test.each([
    ["is ours when the bot made it since the first attempt", { creator: "U0TOC", created: seconds + 3 }, true],
    ["is ours when Slack's clock is a little behind", { creator: "U0TOC", created: seconds - 60 }, true],
    ["is not ours when the bot made it long before", { creator: "U0TOC", created: seconds - 3600 }, false],
    ["is not ours when somebody else made it", { creator: "U0EVA", created: seconds + 3 }, false],
  ])("%s", async (_how, channel, ours) => {
    const { context, row, calls } = scene(found(channel), { inDoubt: true, attempts: 2 });
    await sendChannel(context, row, { incident: "i" });
    const another = [`conversations.create ${name}-2`];
    expect(calls).toEqual([`conversations.create ${name}`, "users.conversations", ...(ours ? [] : another)]);
  });

  test("is not looked for when no attempt came before", async () => {
    const { context, row, calls } = scene(found({ creator: "U0TOC", created: seconds + 3 }));
    await sendChannel(context, row, { incident: "i" });
    expect(calls).toEqual([`conversations.create ${name}`, `conversations.create ${name}-2`]);
  });
});

describe("an invitation", () => {
  const people = Array.from({ length: 16 }, (_, index) => `U${index + 1}`);
  const invite = async (script: Script, userIds: readonly string[] = people) => {
    const made = scene(script);
    const error = await sendInvite(made.context, made.row, { incident: "i", userIds }).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    return { ...made, error };
  };

  test("of many is one call where Slack goes by force, and those refused are named", async () => {
    const errors = [
      { user: "U3", ok: false, error: "cant_invite" },
      { user: "U4", ok: false, error: "already_in_channel" },
    ];
    const { calls, members, error } = await invite(() => ({ errors }));
    expect(calls.length).toBe(1);
    expect(members).toEqual(people.filter((id) => id !== "U3"));
    expect(error).toBeInstanceOf(Undeliverable);
    expect(error).toMatchObject({ message: "cant_invite", userIds: ["U3"] });
  });

  test("of many is two calls where Slack takes nobody and names who is in the way", async () => {
    const { calls, members, error } = await invite((method, args) =>
      String(args.users).split(",").includes("U3")
        ? refuse(method, "cant_invite", { errors: [{ user: "U3", ok: false, error: "user_disabled" }] })
        : {},
    );
    expect(calls.length).toBe(2);
    expect(members.length).toBe(15);
    expect(error).toMatchObject({ message: "user_disabled", userIds: ["U3"] });
  });

  test("of many takes few calls where Slack takes nobody and does not say why", async () => {
    const { calls, members, error } = await invite((method, args) =>
      String(args.users).split(",").includes("U3") ? refuse(method, "cant_invite") : {},
    );
    expect(calls.length).toBeLessThanOrEqual(9);
    expect(members.length).toBe(15);
    expect(error).toMatchObject({ userIds: ["U3"] });
  });

  test("is not put down to people when the refusal is about the channel", async () => {
    const { calls, error } = await invite((method) => refuse(method, "is_archived"));
    expect(calls.length).toBe(1);
    expect(error).toMatchObject({ message: "is_archived", userIds: people });
  });

  test("waits, and fails nobody, when the refusal is about the bot's installation", async () => {
    const { calls, members, error } = await invite((method) => refuse(method, "missing_scope"));
    expect(calls.length).toBe(1);
    expect(members).toEqual([]);
    expect(error).toBeInstanceOf(SlackCallError);
  });

  test("of somebody who is there already is done", async () => {
    const { error, members } = await invite((method) => refuse(method, "already_in_channel"), ["U1"]);
    expect(error).toBe(null);
    expect(members).toEqual(["U1"]);
  });
});
