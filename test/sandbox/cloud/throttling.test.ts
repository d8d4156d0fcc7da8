import {
  DescribeServicesCommand,
  ECSClient,
  ListServicesCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { backend, cluster, startBench } from "./cloud-bench.ts";

/** How many calls in a row succeed before one is refused. */
async function untilThrottled(call: () => Promise<unknown>, most = 200): Promise<number> {
  for (let count = 0; count < most; count += 1) {
    const name = await call().then(
      () => undefined,
      (error: unknown) => (error as Error).name,
    );
    if (name === "ThrottlingException") return count;
    if (name !== undefined) throw new Error(name);
  }
  return most;
}

test("reads of services share a bucket of 100 that gets 20 a second", async () => {
  const { ecs, seconds } = await startBench();
  const describe = () => ecs.send(new DescribeServicesCommand({ cluster, services: [backend.service] }));
  const list = () => ecs.send(new ListServicesCommand({ cluster }));
  await list();
  expect(await untilThrottled(describe)).toBe(99);
  await expect(list()).rejects.toMatchObject({
    name: "ThrottlingException",
    message: "Rate exceeded",
    $metadata: { httpStatusCode: 400 },
  });
  await seconds(2);
  expect(await untilThrottled(describe)).toBe(40);
});

test("changes of services have a bucket of their own: 50, and 5 a second", async () => {
  const { ecs, seconds, service } = await startBench();
  const update = () => ecs.send(new UpdateServiceCommand({ ...backend, desiredCount: 4 }));
  expect(await untilThrottled(update)).toBe(50);
  await service();
  await seconds(1);
  expect(await untilThrottled(update)).toBe(5);
});

test("task definitions are registered 20 at once and one a second", async () => {
  const { ecs, seconds } = await startBench();
  const register = () =>
    ecs.send(new RegisterTaskDefinitionCommand({ family: "new", containerDefinitions: [{ name: "a", image: "b" }] }));
  expect(await untilThrottled(register)).toBe(20);
  await seconds(3);
  expect(await untilThrottled(register)).toBe(3);
});

test("the cloud's speed does not refill the buckets any faster", async () => {
  const { cloud, ecs, seconds } = await startBench({ speed: 100 });
  const update = () => ecs.send(new UpdateServiceCommand({ ...backend, desiredCount: 4 }));
  await untilThrottled(update);
  await seconds(1);
  expect(await untilThrottled(update)).toBe(5);
  cloud.setThrottling(false);
  expect(await untilThrottled(update, 60)).toBe(60);
});

test("the client tries again after a throttled call", async () => {
  const { cloud } = await startBench();
  const { endpoint, region, credentials } = cloud;
  const ecs = new ECSClient({ endpoint, region, credentials, maxAttempts: 3 });
  cloud.faults.fail("ListServices", { error: "ThrottlingException", message: "Rate exceeded", times: 2 });
  const { $metadata } = await ecs.send(new ListServicesCommand({ cluster }));
  expect($metadata.attempts).toBe(3);
  ecs.destroy();
});
