import { anyOperation } from "../../src/domain/operation/operation.ts";
import { requestStoreLook, targetOfLook } from "../../src/domain/operation/store-look.ts";
import { type CacheView, cacheViews } from "../../src/domain/platform/caches.ts";
import { Refusal } from "../../src/errors.ts";
import { deleteKeys } from "../../src/operations/delete-keys.ts";
import { flushCache, warmCache } from "../../src/operations/flush-cache.ts";
import { arg, command } from "../../src/slack/command.ts";
import { askStore } from "./ask-store.ts";
import { whereSeen } from "./db.ts";
import { operationArgs } from "./guarded.ts";

const { reason, change, breakGlass } = operationArgs;

/** Shows what goes on inside a cache; of a key its type, size and time to live, never its value. */
export const cache = command({
  name: "/ops cache",
  synonyms: ["redis"],
  summary: "Show what goes on inside a cache: memory, hit rate, slow commands, big keys, one key",
  examples: ["/ops cache redis", "/ops cache redis bigkeys", "/ops cache redis key user:1:profile"],
  args: {
    cache: arg.target("cache"),
    view: arg.optional(arg.choice(`<${cacheViews.join("|")}>`, () => cacheViews)),
    key: arg.optional(arg.text("<key>")),
  },
  needs: "member",
  run: async ({ app, caller, args, at }) => {
    const view = (args.view ?? "stats") as CacheView;
    const key = args.key ?? null;
    if (view === "key" && key === null)
      throw new Refusal("missing_argument", "The key is missing.", "Such as `/ops cache redis key user:1`.");
    if (view !== "key" && key !== null)
      throw new Refusal("bad_argument", "Only `key` takes a key.", `Views: ${cacheViews.join(", ")}.`);
    const question = { kind: "cache" as const, view, key };
    const look = await requestStoreLook(app, { userId: caller.userId, asked: at, target: args.cache, question });
    return whereSeen(app, look, at);
  },
  buttons: {
    "ops.cache.bigkeys": async ({ app, caller, about, at }) => {
      const [environment = "", name = ""] = about.id.split("/");
      const question = { kind: "cache" as const, view: "bigkeys" as const, key: null };
      const target = targetOfLook(app.config, { target: { name, environment }, question });
      const look = await requestStoreLook(app, { userId: caller.userId, asked: at, target, question });
      return whereSeen(app, look, at);
    },
  },
});

/** Plans to delete what a pattern matches; the plan counts it first. */
export const deleteKeysCommand = command({
  name: "/ops delete-keys",
  synonyms: ["invalidate", "del"],
  summary: "Delete the keys of a cache that a pattern matches",
  examples: ["/ops delete-keys redis user:*", "/ops delete-keys redis page:home:* --reason stale"],
  args: { cache: arg.target("cache"), reason, change, breakGlass, pattern: arg.text("<pattern>") },
  needs: "member",
  run: async (ask) => {
    const { cache: target, pattern, ...rest } = ask.args;
    const what = `delete keys like ${pattern}`;
    return askStore(ask, { operation: anyOperation(deleteKeys), target, input: { pattern }, what, ...rest });
  },
});

/** Plans to empty the one database of a cache's address. */
export const flush = command({
  name: "/ops flush",
  synonyms: ["flushdb", "clear-cache"],
  summary: "Empty one database of a cache, where policy and configuration let you",
  examples: ["/ops flush redis"],
  args: { cache: arg.target("cache"), reason, change, breakGlass },
  needs: "member",
  run: async (ask) => {
    const { cache: target, ...rest } = ask.args;
    return askStore(ask, { operation: anyOperation(flushCache), target, input: {}, what: "flush", ...rest });
  },
});

/** Plans to call the addresses that fill a cache again. */
export const warmUp = command({
  name: "/ops warm-up",
  synonyms: ["warmup", "warm"],
  summary: "Call the addresses that fill a cache again",
  examples: ["/ops warm-up redis"],
  args: { cache: arg.target("cache"), ...operationArgs },
  needs: "member",
  run: async (ask) => {
    const { cache: target, ...rest } = ask.args;
    return askStore(ask, { operation: anyOperation(warmCache), target, input: {}, what: "warm up", ...rest });
  },
});
