import { Redis } from "ioredis";
import { describe, expect, test } from "vitest";
import { redisProvider } from "../../src/providers/redis/redis.ts";
import { testRedis } from "../support/redis.ts";

const url = await testRedis();
const at = { environment: "production", provider: "redis", at: { connection: "production/redis" } };

describe.skipIf(url === null)("deleting keys in parts", () => {
  test("goes on only on the server, and the run of it, that the plan saw", async () => {
    const redis = new Redis(url ?? "");
    const { caches } = redisProvider(new Map([[at.at.connection, url ?? ""]]));
    if (!caches) throw new Error("Redis has no caches");
    try {
      await redis.mset(Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`page:${index}`, "x"])));
      const { run } = await caches.read.identity(at);
      const elsewhere = caches.write.deleteSome(at, "page:*", { server: "0123456789ab", cursor: "7" });
      await expect(elsewhere).rejects.toMatchObject({ fault: "refused", code: "ServerChanged" });
      expect(await redis.dbsize()).toBe(200);
      expect(await caches.write.deleteSome(at, "page:*", { server: run, cursor: null })).toEqual({
        cursor: null,
        deleted: 200,
      });
    } finally {
      redis.disconnect();
    }
  });
});
