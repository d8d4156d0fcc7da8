import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { ecsProvider } from "../../src/providers/ecs/ecs.ts";
import { backendPlace } from "./ecs-bench.ts";

type Input = { readonly nextToken?: string; readonly serviceDeploymentArns?: readonly string[] };

/** The provider, with somebody who speaks ECS's language and answers as is written down by call. */
async function answering(answers: Readonly<Record<string, (input: Input) => object>>) {
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const call = `${incoming.headers["x-amz-target"]}`.split(".").at(-1) ?? "";
    outgoing.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
    outgoing.end(JSON.stringify(answers[call]?.(JSON.parse(Buffer.concat(chunks).toString()) as Input) ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  return ecsProvider({ region: "eu-west-1", endpoint: `http://127.0.0.1:${port}`, credentials });
}

test("deployments are read page by page, however few a page holds, and no more than were asked for", async () => {
  const all = Array.from({ length: 30 }, (_, index) => `arn:deployment/${30 - index}`);
  let pages = 0;
  const { releases } = await answering({
    ListServiceDeployments: ({ nextToken = "0" }) => {
      pages += 1;
      const next = Number(nextToken) + 3;
      return {
        serviceDeployments: all.slice(next - 3, next).map((serviceDeploymentArn) => ({ serviceDeploymentArn })),
        ...(next < all.length ? { nextToken: String(next) } : {}),
      };
    },
    DescribeServiceDeployments: ({ serviceDeploymentArns = [] }) => ({
      serviceDeployments: serviceDeploymentArns.map((serviceDeploymentArn) => ({
        serviceDeploymentArn,
        createdAt: 1_000_000 + Number(serviceDeploymentArn.split("/")[1]),
        status: "SUCCESSFUL",
      })),
    }),
  });
  const read = await releases?.read.rollouts(backendPlace, 10);
  expect(read?.map(({ id }) => id)).toEqual(all.slice(0, 10));
  expect(pages).toBe(4);
  expect(await releases?.read.rollouts(backendPlace, 60)).toHaveLength(30);
});

test.each([
  [{ reason: "MISSING" }, "not_found", "There is no service waooaw-backend in the cluster waooaw-production."],
  [
    { reason: "ACCESS_DENIED", detail: "not authorized to perform: ecs:DescribeServices" },
    "denied",
    "ECS does not describe the service waooaw-backend in the cluster waooaw-production: not authorized to perform: ecs:DescribeServices.",
  ],
  [
    { reason: "INACTIVE" },
    "refused",
    "ECS does not describe the service waooaw-backend in the cluster waooaw-production.",
  ],
])("a service that is left out of an answer is what the answer says: %o", async (failure, fault, message) => {
  const { services } = await answering({ DescribeServices: () => ({ services: [], failures: [failure] }) });
  await expect(services?.read.describe(backendPlace)).rejects.toMatchObject({ fault, message, code: failure.reason });
});
