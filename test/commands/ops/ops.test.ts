import { describe, expect, test } from "vitest";
import { operations as operationsCommand } from "../../../commands/ops/operations.ts";
import { scale } from "../../../commands/ops/scale.ts";
import { show } from "../../../commands/ops/show.ts";
import { status } from "../../../commands/ops/status.ts";
import type { Caller } from "../../../src/domain/access/caller.ts";
import type { Incident } from "../../../src/domain/incident/incident.ts";
import { Refusal } from "../../../src/errors.ts";
import type { Answer, At, Command, FormValues } from "../../../src/slack/command.ts";
import { parseLine } from "../../../src/slack/parse.ts";
import { mostWaysBack } from "../../../templates/ops/sequence.ts";
import { fakeService } from "../../support/fake-service.ts";
import { ana, ben, member, operationsApp, policyRule, servicesNamed } from "../../support/operations-app.ts";

const all: readonly Command[] = [scale, show, operationsCommand, status];

const inOps: At = { channelId: "C0OPS", channelName: "ops", message: null, inForm: false };
const nowhere: At = { ...inOps, channelId: null, channelName: null };

function values(typed: Readonly<Record<string, string>>): FormValues {
  const read = (name: string) => typed[name] ?? null;
  return {
    text: read,
    choice: read,
    choices: () => [],
    user: read,
    date: read,
    moment: () => null,
    ticked: () => false,
  };
}

function start(options: Parameters<typeof operationsApp>[0] = {}) {
  const bot = operationsApp({ service: fakeService(), ...options });
  return {
    ...bot,
    types: (line: string, caller: Caller = ana, at: At = inOps): Promise<Answer | undefined> =>
      bot.transact(async (app) => {
        const [slash = "", ...rest] = line.split(" ");
        const people = { find: () => null, names: [] };
        const parsed = parseLine({ slash, text: rest.join(" "), me: caller.userId, people }, all, bot.config);
        if (parsed.kind !== "run") throw new Error(`${line} is not a run`);
        return parsed.command.run({ args: parsed.args as never, app, caller, at });
      }),
    presses: (command: Command, action: string, id: string, caller: Caller = ana, at: At = inOps) =>
      bot.transact(async (app) => command.buttons?.[action]?.({ app, caller, at, about: { id }, values: values({}) })),
    submits: (
      command: Command,
      form: string,
      typed: Readonly<Record<string, string>>,
      about: { readonly id: string; readonly channel?: string },
      caller: Caller = ana,
    ) =>
      bot.transact(async (app) =>
        command.forms?.[form]?.({ app, caller, at: { ...nowhere, inForm: true }, about, values: values(typed) }),
      ),
    last: () => {
      const record = [...bot.kept.operations.values()].at(-1);
      if (!record) throw new Error("there is no operation");
      return record;
    },
  };
}

function textOf(answer: Answer | undefined): string {
  return answer && "text" in answer ? answer.text.text : "";
}

test("every example can be typed", () => {
  const { config } = operationsApp({ config: { services: servicesNamed(["backend", "agent"]) } });
  for (const command of all) {
    for (const example of command.examples) {
      const [slash = "", ...rest] = example.split(" ");
      const line = { slash, text: rest.join(" "), me: "U0ANA", people: { find: () => null, names: [] } };
      expect(parseLine(line, all, config), example).toMatchObject({ kind: "run", command: { name: command.name } });
    }
  }
});

describe("/ops scale", () => {
  test("records the ask and leaves the rest to the card", async () => {
    const bot = start();
    expect(await bot.types('/ops scale backend 6 --reason "queue grows"')).toBeUndefined();
    expect(bot.last()).toMatchObject({
      request: { operation: "scale-service", input: { count: 6 } },
      reason: "queue grows",
      skipConfirm: false,
      state: "requested",
    });
    expect(bot.kept.jobs.map((job) => job.name)).toEqual(["plan-operation"]);
  });

  test.each(["-1", "1.5", "six", "99999999999", "5001"])("refuses %s before anything is recorded", async (count) => {
    const bot = start();
    await expect(bot.types(`/ops scale backend ${count}`)).rejects.toThrow(Refusal);
    expect(bot.kept.operations.size).toBe(0);
  });

  test("says where the card goes when it cannot be here", async () => {
    const bot = start({ isIn: (id) => id === "C0OPS" });
    const answer = await bot.types("/ops scale backend 6", ana, { ...inOps, channelId: "C0OUT" });
    expect(textOf(answer)).toBe(`Planning \`${bot.last().code}\`. The plan comes in #ops.`);
  });

  test("tells a guest no, and writes down that they tried", async () => {
    const bot = start();
    const answer = await bot.types("/ops scale backend 6", member("U0GUS", { kind: "guest" }));
    expect(textOf(answer)).toContain("guests cannot operate services");
    expect(bot.kept.operations.size).toBe(0);
    expect(bot.kept.audit).toMatchObject([
      { actor: "U0GUS", action: "access.refused", subject: "production/backend", details: { code: "not_allowed" } },
    ]);
  });

  test("by form asks the same", async () => {
    const bot = start();
    const opened = await bot.presses(scale, "ops.scale.open", "production/backend");
    expect(opened).toMatchObject({ modal: { view: { callback_id: "ops.scale.form" } } });
    expect(JSON.stringify(opened)).toContain('"initial_option"');
    const typed = { service: "production/backend", count: " 6 ", reason: "by hand" };
    expect(await bot.submits(scale, "ops.scale.form", typed, { id: "scale", channel: "C0OPS" })).toBeUndefined();
    expect(bot.last()).toMatchObject({ request: { input: { count: 6 } }, reason: "by hand", channelId: "C0OPS" });
  });

  test.each(["six", "", "-2", "1,5", "6 7", "1e3"])("by form says under the count that %j is none", async (count) => {
    const bot = start();
    const sent = bot.submits(scale, "ops.scale.form", { service: "production/backend", count }, { id: "scale" });
    await expect(sent).rejects.toMatchObject({ code: "bad_argument", field: "count" });
  });

  test("by form, a service that is gone from the catalog is said under the service", async () => {
    const bot = start();
    const sent = bot.submits(scale, "ops.scale.form", { service: "production/gone", count: "6" }, { id: "scale" });
    await expect(sent).rejects.toMatchObject({ code: "unknown_target", field: "service" });
  });
});

describe("the buttons of a card", () => {
  test("confirm starts it, and a second press says that it runs", async () => {
    const bot = start();
    await bot.types("/ops scale backend 6");
    await bot.runJobs();
    expect(await bot.presses(show, "ops.confirm", bot.last().id)).toBeUndefined();
    expect(bot.last().state).toBe("approved");
    await expect(bot.presses(show, "ops.confirm", bot.last().id)).rejects.toMatchObject({ code: "already_done" });
  });

  test("confirm opens the form where the name must be typed, and only the right name passes", async () => {
    const bot = start({ config: { policy: [policyRule({ confirm: "type" })] } });
    await bot.types("/ops scale backend 6");
    await bot.runJobs();
    const { id } = bot.last();
    expect(await bot.presses(show, "ops.confirm", id)).toMatchObject({
      modal: { view: { callback_id: "ops.confirm.form" } },
    });
    expect(textOf(await bot.presses(show, "ops.confirm", id, ben))).toContain("Only <@U0ANA>");
    const wrong = bot.submits(show, "ops.confirm.form", { name: "agent" }, { id });
    await expect(wrong).rejects.toMatchObject({ code: "needs_confirmation", field: "name" });
    await bot.submits(show, "ops.confirm.form", { name: "backend" }, { id });
    expect(bot.last().state).toBe("approved");
  });

  test("approve by the person who asked is refused and written down", async () => {
    const bot = start({ config: { policy: [policyRule({ approvals: 1 })] } });
    await bot.types("/ops scale backend 6");
    await bot.runJobs();
    const answer = await bot.presses(show, "ops.approve", bot.last().id);
    expect(textOf(answer)).toContain("somebody else must approve");
    expect(bot.kept.audit.at(-1)).toMatchObject({ action: "access.refused", details: { code: "not_yours" } });
    await bot.presses(show, "ops.approve", bot.last().id, ben);
    expect(bot.last().state).toBe("approved");
  });

  test("of an operation that is gone say so", async () => {
    const bot = start();
    await expect(bot.presses(show, "ops.cancel", "nothing")).rejects.toMatchObject({ code: "not_found" });
  });

  test("every button that a card draws has its door, and serious ones look the person up anew", () => {
    const doors = Object.keys(show.buttons ?? {});
    const back = Array.from({ length: mostWaysBack }, (_, place) => `take-back-${place}`);
    const own = ["confirm", "approve", "reject", "cancel", "stop", "undo", "plan-again"];
    const drawn = [...own, ...back].map((name) => `ops.${name}`);
    expect(doors.toSorted()).toEqual(drawn.toSorted());
    expect(show.fresh).toEqual(expect.arrayContaining(["ops.confirm", "ops.confirm.form", "ops.approve"]));
  });
});

describe("/ops show and /ops operations", () => {
  test("show what there is", async () => {
    const bot = start();
    await bot.types("/ops scale backend 6");
    await bot.runJobs();
    expect(textOf(await bot.types("/ops operations"))).toBe("1 running or waiting, 0 recent");
    expect(textOf(await bot.types(`/ops show ${bot.last().code}`))).toContain("from 4 to 6");
    await expect(bot.types("/ops show op-ZZZZ")).rejects.toMatchObject({ code: "not_found" });
  });

  test("keep those of a private incident to its members", async () => {
    const incident = {
      id: "inc-1",
      number: 1,
      phase: "investigating",
      channelId: "C0SECRET",
      isPrivate: true,
      reporterId: "U0ANA",
      roles: [],
    } as unknown as Incident;
    const bot = start({ incident });
    await bot.types("/ops scale backend 6", ana, { ...inOps, channelId: "C0SECRET" });
    expect(textOf(await bot.types("/ops operations"))).toBe("1 running or waiting, 0 recent");
    expect(textOf(await bot.types("/ops operations", ben))).toBe("No operation yet.");
    await expect(bot.types(`/ops show ${bot.last().code}`, ben)).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("/ops status", () => {
  test("says that it looks, and shows what was seen on the same card", async () => {
    const bot = start();
    expect(await bot.types("/ops status backend")).toBeUndefined();
    const [look] = [...bot.kept.inquiries.values()];
    if (!look) throw new Error("there is no inquiry");
    expect(look).toMatchObject({ question: { target: { name: "backend", environment: "production" } }, found: null });
    await bot.runJobs();
    expect(bot.kept.inquiries.get(look.id)?.found).toMatchObject({ standings: [{ name: "backend" }] });
    const cards = bot.kept.intents.map(({ intent }) => intent);
    expect(cards).toEqual(
      Array.from({ length: 2 }, () => ({
        kind: "card",
        view: "ops.status",
        subject: look.id,
        place: { channel: "C0OPS" },
      })),
    );
    await bot.presses(status, "ops.status.again", look.id);
    expect(bot.kept.jobs).toMatchObject([{ name: "inquire", data: { inquiryId: look.id, kind: "status" } }]);
  });
});
