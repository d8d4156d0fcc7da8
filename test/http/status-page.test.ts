import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type PublicPage, publicPage } from "../../src/domain/status-page/page.ts";
import { createStatusPage, type ReadPublicPage } from "../../src/http/status-page.ts";

const at = new Date("2026-11-22T03:00:00Z");
const nasty = `</style><script>alert("x")</script>'&\u0000 \u202eevil]]>`;

function page(): PublicPage {
  const settings = {
    title: `Status ${nasty}`,
    intro: nasty,
    url: "https://status.example.com",
    windows: [],
    components: [{ name: "api", title: `API ${nasty}`, summary: nasty, parts: ["secret-backend"] }],
  };
  const incident = {
    incidentId: "internal-id",
    title: `Slow ${nasty}`,
    components: ["api", "gone"],
    impact: "partial_outage" as const,
    begunAt: at,
    updates: [{ id: "u1", status: "investigating" as const, text: `We look.\n${nasty}`, at }],
  };
  const maintenance = {
    id: "m1",
    title: nasty,
    text: nasty,
    components: ["api"],
    startsAt: at,
    endsAt: new Date(at.getTime() + 1),
  };
  return publicPage(settings, [incident], [maintenance], at);
}

let server: Server | undefined;
afterEach(() => void server?.close());

async function serve(read: ReadPublicPage): Promise<string> {
  const handle = createStatusPage(read);
  server = createServer(async (request, response) => {
    if (!(await handle(request, response))) response.writeHead(599).end("not mine");
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("there is none where none is configured, and other paths and methods are not its own", async () => {
  const url = await serve(async () => null);
  for (const path of ["/status", "/status.json", "/status.rss?x=1"]) {
    const answer = await fetch(`${url}${path}`);
    expect([answer.status, await answer.text()]).toEqual([404, "There is no status page here.\n"]);
  }
  expect((await fetch(`${url}/status/x`)).status).toBe(599);
  expect((await fetch(`${url}/status`, { method: "POST" })).status).toBe(599);
});

test("every form of it is escaped, under a policy that lets nothing run, and may be kept for seconds", async () => {
  const url = await serve(async () => page());
  const html = await fetch(`${url}/status`);
  const text = await html.text();
  expect(text).not.toMatch(/<script|<\/style><|evil<|secret-backend|internal-id|gone/);
  expect(text).not.toContain("\0");
  expect(text).toContain("&lt;/style&gt;&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&#39;&amp;");
  const [, style = ""] = /<style>([\s\S]*?)<\/style>/.exec(text) ?? [];
  const policy = html.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain(`style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`);
  expect(html.headers.get("x-content-type-options")).toBe("nosniff");
  expect(html.headers.get("x-frame-options")).toBe("DENY");
  expect(html.headers.get("cache-control")).toBe("public, max-age=15, stale-if-error=300");
  const rss = await (await fetch(`${url}/status.rss`)).text();
  expect(rss).not.toMatch(/<script|secret-backend/);
  expect(rss).not.toContain("\0");
  expect(rss).toContain("<link>https://status.example.com/status</link>");
  const json = JSON.parse(await (await fetch(`${url}/status.json`)).text());
  expect(json.incidents[0]).toMatchObject({ status: "investigating", components: [`API ${nasty}`] });
  expect(JSON.stringify(json)).not.toMatch(/secret-backend|internal-id/);
});

test("the page reads well without colours: language, one heading, landmarks, times for machines", async () => {
  const url = await serve(async () => page());
  const text = await (await fetch(`${url}/status`)).text();
  expect(text).toContain('<html lang="en">');
  expect(text.match(/<h1>/g)).toHaveLength(1);
  expect(text).toMatch(/<main>[\s\S]*<\/main>/);
  expect(text).toContain("prefers-color-scheme: dark");
  expect(text).toContain('<time datetime="2026-11-22T03:00:00.000Z">2026-11-22 03:00</time>');
  expect(text).toContain("Partial outage");
  expect(text).toContain("No other incidents.");
});

test("days without incidents are told as such", async () => {
  const url = await serve(async () => ({ ...page(), open: [] }));
  expect(await (await fetch(`${url}/status`)).text()).toContain("<p>No incidents.</p>");
});

test("who has it already is told so, and many at once cost one reading", async () => {
  let readings = 0;
  const gate = Promise.withResolvers<void>();
  const url = await serve(async () => {
    readings += 1;
    await gate.promise;
    return page();
  });
  const asked = Array.from({ length: 30 }, () => fetch(`${url}/status`));
  await new Promise((resolve) => setTimeout(resolve, 100));
  gate.resolve();
  const answers = await Promise.all(asked);
  expect(readings).toBe(1);
  const etag = answers[0]?.headers.get("etag") ?? "";
  const again = await fetch(`${url}/status`, { headers: { "if-none-match": etag } });
  expect([again.status, await again.text()]).toEqual([304, ""]);
  const head = await fetch(`${url}/status`, { method: "HEAD" });
  expect([head.status, await head.text()]).toEqual([200, ""]);
});

test("a database that is away is said, without what went wrong", async () => {
  const url = await serve(async () => {
    throw new Error("password=hunter2");
  });
  const answer = await fetch(`${url}/status`);
  expect([answer.status, answer.headers.get("cache-control")]).toEqual([503, "no-store"]);
  expect(await answer.text()).not.toContain("hunter2");
});
