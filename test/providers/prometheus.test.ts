import { afterEach, describe, expect, test } from "vitest";
import { ProviderError } from "../../src/errors.ts";
import { prometheusProvider } from "../../src/providers/prometheus/prometheus.ts";
import { startClock } from "../../src/sandbox/clock.ts";
import { type PartnersServer, servePartners } from "../../src/sandbox/partners/partners.ts";
import { createPrometheus } from "../../src/sandbox/partners/prometheus.ts";

const servers: PartnersServer[] = [];
afterEach(async () => {
  for (const one of servers.splice(0)) await one.stop();
});

async function start(token?: string) {
  const clock = startClock();
  const standIn = createPrometheus({ clock });
  const server = await servePartners([standIn]);
  servers.push(server);
  const provider = prometheusProvider({ url: server.urlOf("prometheus"), token: token ?? standIn.token });
  const read = (query: string) => provider.metric?.({ provider: "prometheus", query }, new Date(clock.now()));
  return { server, standIn, provider, read };
}

async function faultOf(work: Promise<unknown> | undefined): Promise<string> {
  const error = await work?.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ProviderError)) throw new Error(`it is no ProviderError: ${error}`);
  return `${error.fault} ${error.code}: ${error.message}`;
}

describe("Prometheus", () => {
  test("gives each minute of the last 70 and the value of a day ago", async () => {
    const { standIn, read } = await start();
    standIn.gives("up", 7);
    const series = await read("up");
    expect(series?.points).toHaveLength(71);
    expect(series?.points.at(-1)?.value).toBe(7);
    expect(series?.dayAgo).toBe(7);
  });

  test("of what nobody measures there is nothing, not zero", async () => {
    const { read } = await start();
    expect(await read("nothing_of_that_name")).toEqual({ points: [], dayAgo: null });
  });

  test.each([
    ["a query that cannot be read", "sum(", /^refused bad_data: The query cannot be read\./],
    [
      "a query that gives several series",
      "many",
      /^refused SeveralSeries: The query gives 2 series; put sum\(\) around it\./,
    ],
  ])("%s is refused with the way out", async (_, query, words) => {
    const { standIn, read } = await start();
    standIn.gives("many", 1, 2);
    expect(await faultOf(read(query))).toMatch(words);
  });

  test("a wrong token is denied, and a server that is away or talks nonsense is unreachable", async () => {
    expect(await faultOf((await start("wrong")).read("up"))).toMatch(/^denied 401/);
    const { server, read } = await start();
    server.fail("prometheus", { times: 2 });
    expect(await faultOf(read("up"))).toMatch(/^unreachable Unreachable/);
    server.fail("prometheus", { answer: { status: 502, body: "<html>secret-host</html>" }, times: 2 });
    const nonsense = await faultOf(read("up"));
    expect(nonsense).toMatch(/^unreachable 502/);
    expect(nonsense).not.toContain("secret-host");
  });

  test("it is never followed to another host", async () => {
    const { server, read } = await start();
    server.fail("prometheus", { answer: { status: 302, headers: { location: "http://169.254.169.254/" } }, times: 2 });
    expect(await faultOf(read("up"))).toMatch(/^refused 302/);
  });

  test("without an address it says so, and doctor has nothing to check", async () => {
    const none = prometheusProvider(null);
    expect(await faultOf(none.metric?.({ provider: "prometheus", query: "up" }, new Date()))).toMatch(/NoAddress/);
    expect(await none.check([])).toEqual([]);
    const { provider } = await start();
    expect(await provider.check([])).toMatchObject([{ ok: true }]);
  });
});
