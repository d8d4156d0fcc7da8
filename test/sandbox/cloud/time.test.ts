import { ListServicesCommand, UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { startClock } from "../../../src/sandbox/clock.ts";
import { backend, beginning, cluster, startBench } from "./cloud-bench.ts";

const scale = (desiredCount: number) => new UpdateServiceCommand({ ...backend, desiredCount });

test("the same seed and the same calls give the same world to the letter, however time is cut up", async () => {
  const [one, other] = [await startBench(), await startBench()];
  for (const { cloud, ecs } of [one, other]) {
    cloud.faults.set("crash-on-start", backend.service, true);
    await ecs.send(scale(6));
  }
  await one.seconds(600);
  for (let step = 0; step < 60; step += 1) {
    await other.seconds(10);
    await other.service();
  }
  expect(other.cloud.dump()).toEqual(one.cloud.dump());
  const third = await startBench({ seed: 2 });
  third.cloud.faults.set("crash-on-start", backend.service, true);
  await third.ecs.send(scale(6));
  await third.seconds(600);
  expect(third.cloud.dump()).not.toEqual(one.cloud.dump());
});

test("a faster cloud takes less of the clock, and its times are still the clock's", async () => {
  const { ecs, clock, seconds, service } = await startBench({ speed: 10 });
  await ecs.send(scale(6));
  await seconds(12);
  const found = await service();
  expect(found).toMatchObject({ desiredCount: 6, runningCount: 6 });
  const [newest] = found.events ?? [];
  expect(newest?.message).toMatch(/steady state/);
  expect(newest?.createdAt?.getTime()).toBeGreaterThan(beginning);
  expect(newest?.createdAt?.getTime()).toBeLessThanOrEqual(clock.now());
});

test("the speed can be changed in the middle of things", async () => {
  const { cloud, ecs, seconds, service } = await startBench();
  await ecs.send(scale(6));
  await seconds(10);
  expect(cloud.act({ act: "speed", speed: 60 })).toEqual({ ok: true });
  expect(cloud.state().speed).toBe(60);
  await seconds(2);
  expect(await service()).toMatchObject({ runningCount: 6 });
  for (const speed of [0, -1, 5000, Number.NaN]) {
    expect(cloud.act({ act: "speed", speed })).toMatchObject({ ok: false });
  }
});

test("a dump goes through JSON and comes back as the same world, with what was under way", async () => {
  const clock = startClock(() => beginning);
  const first = await startBench({ clock });
  first.cloud.faults.set("deny", "elasticloadbalancing", true);
  await first.ecs.send(scale(6));
  await first.seconds(20);
  const dump = JSON.parse(JSON.stringify(first.cloud.dump()));
  const second = await startBench({ clock, restore: dump });
  expect(second.cloud.dump()).toEqual(dump);
  expect(second.cloud.state().faults.filter((fault) => fault.on)).toMatchObject([
    { name: "deny", target: "elasticloadbalancing" },
  ]);
  await clock.advance(100_000);
  expect(await second.service()).toMatchObject({ desiredCount: 6, runningCount: 6 });
  expect(await second.events()).toEqual(await first.events());
});

test("the time between a dump and a restore passes for the cloud too", async () => {
  const first = await startBench();
  await first.ecs.send(scale(6));
  const dump = first.cloud.dump();
  const later = await startBench({ clock: startClock(() => beginning + 10 * 60 * 1000), restore: dump });
  expect(await later.service()).toMatchObject({ runningCount: 6 });
});

test("a dump that cannot be read any more is left aside", async () => {
  for (const restore of [null, {}, { version: 0, world: {} }]) {
    const { service } = await startBench({ restore });
    expect(await service()).toMatchObject({ desiredCount: 4, runningCount: 4 });
  }
});

test("a cloud that was stopped answers no more and leaves its port", async () => {
  const { cloud, ecs, clock } = await startBench();
  const port = Number(new URL(cloud.endpoint).port);
  await cloud.stop();
  await expect(ecs.send(new ListServicesCommand({ cluster }))).rejects.toThrow(/ECONNREFUSED/);
  const again = await startBench({ clock, port });
  expect(again.cloud.endpoint).toBe(`http://127.0.0.1:${port}`);
});

test("a port that is taken is an error of the start", async () => {
  const { cloud } = await startBench();
  await expect(startBench({ port: Number(new URL(cloud.endpoint).port) })).rejects.toThrow(/EADDRINUSE/);
});
