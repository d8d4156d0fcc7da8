import { refuseSecondLease } from "../../src/domain/operation/end-lease.ts";
import { anyOperation } from "../../src/domain/operation/operation.ts";
import { resizeService } from "../../src/operations/resize-service.ts";
import { leaseSeconds } from "../../src/operations/scale-lease.ts";
import { cpuFrom, memoryFrom } from "../../src/operations/task-size.ts";
import { arg, command } from "../../src/slack/command.ts";
import { askOperation } from "./ask-operation.ts";
import { operationArgs } from "./guarded.ts";

/** Plans to give the tasks of a service more or less CPU and memory; the plan's card goes on from there. */
export const resize = command({
  name: "/ops resize",
  synonyms: ["vertical", "size"],
  summary: "Give the tasks of a service more or less CPU and memory",
  examples: [
    "/ops resize backend --cpu 2048 --memory 4096",
    "/ops resize backend --memory 4gb --for 2h",
    '/ops resize agent --cpu 1 --reason "imports are slow"',
  ],
  args: {
    service: arg.target("service"),
    cpu: arg.option("cpu", "512"),
    memory: arg.option("memory", "1024"),
    for: arg.option("for", "2h"),
    ...operationArgs,
  },
  needs: "member",
  run: async (ask) => {
    const { service: target, cpu, memory, for: lasts } = ask.args;
    const input = {
      cpu: cpu === undefined ? null : cpuFrom(cpu),
      memory: memory === undefined ? null : memoryFrom(memory),
      ...(lasts === undefined ? {} : { forSeconds: leaseSeconds(lasts) }),
    };
    return askOperation(ask, {
      operation: anyOperation(resizeService),
      target,
      input,
      what: `resize to ${cpu ?? "the same"} CPU, ${memory ?? "the same"} memory`,
      options: ask.args,
      before: lasts === undefined ? undefined : () => refuseSecondLease(ask.app, target),
    });
  },
});
