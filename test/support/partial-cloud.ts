import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach } from "vitest";

/**
 * Stands before a cloud and lets through only what is signed for the services named, but for the operations it lacks, as emulators do that know a part
 * of AWS; the rest is answered with what they answer: that there is no such operation. Closed after the test.
 */
export async function startPartialCloud(
  cloud: string,
  services: readonly string[],
  lacks: readonly string[] = [],
): Promise<string> {
  const server = createServer((incoming, outgoing) => {
    const service = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(incoming.headers.authorization ?? "")?.[1] ?? "";
    const operation = `${incoming.headers["x-amz-target"] ?? ""}`.split(".").at(-1) ?? "";
    if (!services.includes(service) || lacks.includes(operation)) {
      incoming.resume();
      outgoing.writeHead(501, { "content-type": "application/json" });
      outgoing.end(JSON.stringify({ __type: "InternalFailure", message: `Service '${service}' is not implemented` }));
      return;
    }
    const onward = request(
      new URL(incoming.url ?? "/", cloud),
      { method: incoming.method, headers: incoming.headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
