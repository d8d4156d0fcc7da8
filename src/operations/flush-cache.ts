import { protectedPrefixes } from "../domain/operation/key-pattern.ts";
import type { Json, Operation } from "../domain/operation/operation.ts";
import { insideOf } from "../domain/operation/store-look.ts";
import type { BeforeFlush, CachesRead, CachesWrite } from "../domain/platform/caches.ts";
import { ProviderError, Refusal } from "../errors.ts";

/** Empties the one database of a cache's address, where the configuration says it may be and nothing protected lives in it. */
export const flushCache: Operation<null, CachesRead, CachesWrite> = {
  name: "flush-cache",
  verb: "flush",
  summary: "Empty one database of a cache",
  targetKind: "cache",
  parse: () => null,
  plan: async (_input, target, see) => {
    const at = insideOf(target.placement);
    if (at.at.flush !== "true") {
      throw new Refusal(
        "not_possible",
        `The configuration does not let ${target.name} be emptied.`,
        "Delete by pattern with `/ops delete-keys`, or set `flush: true` for it.",
      );
    }
    const identity = await see.identity(target.placement);
    for (const prefix of protectedPrefixes(at)) {
      const found = await see.match(target.placement, `${escaped(prefix)}*`);
      if (found.count > 0 || !found.complete) {
        const what =
          found.count > 0
            ? `${found.count} keys begin with \`${prefix}\``
            : `it could not be counted what begins with \`${prefix}\``;
        throw new Refusal("not_possible", `${target.name} holds more than a cache: ${what}, which is protected.`);
      }
    }
    const where = `${target.name} in ${target.environment}`;
    return {
      summary: `Empty database ${identity.database} of ${where}: ${identity.keys} keys`,
      changes: [{ label: `Keys in database ${identity.database}`, from: String(identity.keys), to: "0" }],
      risks: ["Everything in it must be made again by the application; what lies behind it gets the whole load."],
      observed: [],
      expects: { server: identity.run, database: String(identity.database) },
      steps: { keys: identity.keys },
      undo: null,
      nothingToDo: identity.keys === 0 ? `Database ${identity.database} of ${where} is empty already.` : null,
      count: { from: 0, to: identity.keys, counted: true },
    };
  },
  expectations: async (_plan, target, see) => {
    const identity = await see.identity(target.placement);
    return { server: identity.run, database: String(identity.database) };
  },
  apply: async (_plan, target, act, run) => {
    await run.slices("database", async (cursor) => {
      const before = (cursor as unknown as BeforeFlush | null) ?? (await act.beforeFlush(target.placement));
      if (cursor === null) return { cursor: before as unknown as Json, progress: "about to be emptied", share: null };
      const done = await act.flush(target.placement, run.interrupted === true ? before : null);
      if (done !== "unknown") return { cursor: null, progress: "emptied", share: 1 };
      // What the application has written since would be lost as well.
      const message = "The bot was stopped in the middle, and whether it had been emptied by then cannot be told.";
      throw new ProviderError({
        provider: "Redis",
        operation: "flush",
        fault: "refused",
        code: "NotKnown",
        message,
      });
    });
  },
  look: async (_plan, target, see) => {
    const { keys } = await see.identity(target.placement);
    const progress = keys === 0 ? "it is empty" : `emptied; ${keys} keys were written since`;
    return { verdict: "as-asked", progress, share: 1, events: [], reason: null, final: true };
  },
};

/** Calls the addresses by which an application fills its cache again. */
export const warmCache: Operation<null, CachesRead, CachesWrite> = {
  name: "warm-cache",
  verb: "warm-up",
  summary: "Call the addresses that fill a cache again",
  targetKind: "cache",
  parse: () => null,
  plan: async (_input, target, see) => {
    const addresses = insideOf(target.placement).at.warm_up?.split("\n") ?? [];
    if (addresses.length === 0) {
      throw new Refusal("not_possible", `No address is configured that fills ${target.name}.`, "Add `warm_up` to it.");
    }
    const identity = await see.identity(target.placement);
    return {
      summary: `Call ${addresses.length} ${addresses.length === 1 ? "address" : "addresses"} that fill ${target.name} in ${target.environment}`,
      changes: [{ label: "Keys", from: String(identity.keys), to: "as the application fills them" }],
      risks: [],
      observed: [],
      expects: {},
      steps: { addresses: [...addresses] },
      undo: null,
      nothingToDo: null,
      count: null,
      part: "warm-up",
    };
  },
  expectations: async () => ({}),
  apply: async (made, target, act, run) => {
    const { addresses } = made.steps as unknown as { readonly addresses: readonly string[] };
    for (const [index, address] of addresses.entries()) {
      await run.step(`called address ${index + 1}`, () => act.warmUp(target.placement, address));
    }
  },
  look: async (_plan, target, see) => {
    const { keys } = await see.identity(target.placement);
    return {
      verdict: "as-asked",
      progress: `called; ${keys} keys now`,
      share: 1,
      events: [],
      reason: null,
      final: true,
    };
  },
};

function escaped(prefix: string): string {
  return prefix.replaceAll(/[\\*?[\]]/g, "\\$&");
}
