import { refuseSecondLease } from "../../src/domain/operation/end-lease.ts";
import { anyOperation, type Target } from "../../src/domain/operation/operation.ts";
import { Refusal } from "../../src/errors.ts";
import { resizeCache } from "../../src/operations/resize-cache.ts";
import { resizeDatabase } from "../../src/operations/resize-database.ts";
import { resizeService } from "../../src/operations/resize-service.ts";
import { leaseSeconds } from "../../src/operations/scale-lease.ts";
import { cpuFrom, memoryFrom } from "../../src/operations/task-size.ts";
import { arg, type ButtonAsk, command } from "../../src/slack/command.ts";
import { askOperation, type OperationAsked } from "./ask-operation.ts";
import { operationArgs } from "./guarded.ts";

/** Plans to make a service's tasks, a database's server or a cache's nodes larger or smaller; the plan's card goes on from there. */
export const resize = command({
  name: "/ops resize",
  synonyms: ["vertical", "size"],
  summary: "Give a service's tasks, a database's server or a cache's nodes another size",
  examples: [
    "/ops resize backend --cpu 2048 --memory 4096",
    "/ops resize backend --memory 4gb --for 2h",
    "/ops resize postgres --class db.r6g.large",
    '/ops resize postgres --storage 200 --now --reason "it is almost full"',
    "/ops resize postgres --class db.r6g.large --member waooaw-postgres-production-2",
    "/ops resize redis --node-type cache.r6g.large",
  ],
  args: {
    target: arg.target(["service", "database", "cache"]),
    cpu: arg.option("cpu", "512"),
    memory: arg.option("memory", "1024"),
    for: arg.option("for", "2h"),
    class: arg.option("class", "db.r6g.large"),
    storage: arg.option("storage", "GiB"),
    type: arg.option("node-type", "cache.r6g.large"),
    member: arg.option("member", "instance"),
    now: arg.flag("now"),
    ...operationArgs,
  },
  needs: "member",
  run: async (ask) => {
    const { target, ...given } = ask.args;
    refuseOthers(target, given);
    return askOperation(ask, { target, options: ask.args, ...wantedOf(ask, target, given) });
  },
});

interface Given {
  readonly cpu?: string | undefined;
  readonly memory?: string | undefined;
  readonly for?: string | undefined;
  readonly class?: string | undefined;
  readonly storage?: string | undefined;
  readonly type?: string | undefined;
  readonly member?: string | undefined;
  readonly now?: boolean | undefined;
}

/** What each kind of thing has a size in, as it is typed. */
const options = {
  service: {
    takes: ["cpu", "memory", "for"],
    how: "`--cpu` and `--memory`, such as `/ops resize backend --memory 4gb`",
  },
  database: {
    takes: ["class", "storage", "member", "now"],
    how: "`--class` and `--storage`, such as `/ops resize postgres --class db.r6g.large`",
  },
  cache: { takes: ["type", "now"], how: "`--node-type`, such as `/ops resize redis --node-type cache.r6g.large`" },
} as const;

/** Tells somebody who asks a database for `--cpu` what a database is asked for instead. */
function refuseOthers(target: Target, given: Given): void {
  const { takes, how } = options[target.kind as keyof typeof options];
  const all = ["cpu", "memory", "for", "class", "storage", "type", "member", "now"] as const;
  const [other] = all.filter((name) => Boolean(given[name]) && !(takes as readonly string[]).includes(name));
  if (other === undefined) return;
  const typed = other === "type" ? "node-type" : other;
  throw new Refusal(
    "bad_argument",
    `\`--${typed}\` says nothing about ${target.name}, which is a ${target.kind}.`,
    `A ${target.kind} has its size in ${how}.`,
    other,
  );
}

function wantedOf(
  { app }: Pick<ButtonAsk, "app">,
  target: Target,
  given: Given,
): Pick<OperationAsked, "operation" | "input" | "what" | "before"> {
  const timing = { when: given.now === true ? "now" : "window", asked: app.now.toISOString() };
  if (target.kind === "database") {
    return {
      operation: anyOperation(resizeDatabase),
      input: {
        class: given.class ?? null,
        storage: given.storage === undefined ? null : gibFrom(given.storage),
        ...(given.member === undefined ? {} : { member: given.member }),
        ...timing,
      },
      what: `resize to ${given.class ?? "the same class"}, ${given.storage ?? "the same storage"}`,
    };
  }
  if (target.kind === "cache") {
    return {
      operation: anyOperation(resizeCache),
      input: { type: given.type ?? null, ...timing },
      what: `resize to ${given.type ?? "no type"}`,
    };
  }
  const { cpu, memory, for: lasts } = given;
  return {
    operation: anyOperation(resizeService),
    input: {
      cpu: cpu === undefined ? null : cpuFrom(cpu),
      memory: memory === undefined ? null : memoryFrom(memory),
      ...(lasts === undefined ? {} : { forSeconds: leaseSeconds(lasts) }),
    },
    what: `resize to ${cpu ?? "the same"} CPU, ${memory ?? "the same"} memory`,
    before: lasts === undefined ? undefined : () => refuseSecondLease(app, target),
  };
}

/** GiB of what was typed: 200, 200gb, 200 GiB. */
function gibFrom(typed: string): number {
  const [, amount = ""] = /^(\d{1,6})\s*(?:gi?b?)?$/i.exec(typed.trim()) ?? [];
  if (amount !== "") return Number(amount);
  const said = `\`${typed}\` is no amount of storage.`;
  throw new Refusal("bad_argument", said, "A whole number of GiB, such as `--storage 200`.", "storage");
}
