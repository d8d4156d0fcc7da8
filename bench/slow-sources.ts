/**
 * What a diagnosis asks, played by a process of its own: the sandbox's cloud with each call taking its time, and an
 * HTTP server that is health address and Prometheus. Prints where they listen as a line of JSON.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { startClock } from "../src/sandbox/clock.ts";
import { startCloud } from "../src/sandbox/cloud/cloud.ts";

const { services, cloudMilliseconds, healthMilliseconds, prometheusMilliseconds } = JSON.parse(process.argv[2] ?? "{}");

const clock = startClock();
const cloud = await startCloud({ clock, restore: await withServices(services) });
cloud.faults.fail("*", { delayMs: cloudMilliseconds });

/** The example's account with so many services more, each behind a load balancer: bench-1, bench-2 … */
async function withServices(count: number): Promise<unknown> {
  const example = await startCloud({ clock });
  const dump = JSON.parse(JSON.stringify(example.dump()));
  await example.stop();
  const ecs = dump.world.parts.ecs;
  const pattern = ecs.services.find(({ name }: { readonly name: string }) => name === "waooaw-backend");
  for (let index = 1; index <= count; index += 1) {
    const copy = JSON.parse(
      JSON.stringify(pattern).replaceAll("waooaw-production/waooaw-backend", `waooaw-production/bench-${index}`),
    );
    const deployments = copy.deployments.map((one: object) => ({ ...one, desiredCount: 0 }));
    ecs.services.push({ ...copy, name: `bench-${index}`, desiredCount: 0, deployments, events: [] });
  }
  return dump;
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const answer = (body: unknown, milliseconds: number) =>
    setTimeout(() => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    }, milliseconds);
  if (!url.pathname.startsWith("/api/v1/")) return answer({ status: "ok" }, healthMilliseconds);
  const now = Math.floor(Date.now() / 1000);
  const values = Array.from({ length: 70 }, (_, index) => [now - (69 - index) * 60, "3"]);
  const found =
    url.pathname === "/api/v1/query"
      ? { resultType: "vector", result: [{ metric: {}, value: [now, "3"] }] }
      : { resultType: "matrix", result: [{ metric: {}, values }] };
  return answer({ status: "success", data: found }, prometheusMilliseconds);
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const { endpoint, credentials, region } = cloud;
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
process.stdout.write(`${JSON.stringify({ aws: { endpoint, credentials, region }, url })}\n`);
