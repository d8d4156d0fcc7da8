import { createHmac } from "node:crypto";
import { Agent, request } from "node:http";

/** What came of one load: latencies in milliseconds, how many per second were answered, how many not with 200. */
export interface LoadResult {
  /** In milliseconds, the shortest first. */
  readonly latencies: readonly number[];
  readonly p50: number;
  readonly p99: number;
  readonly perSecond: number;
  readonly failed: number;
}

export interface Target {
  readonly port: number;
  readonly signingSecret: string;
  /** The body of the n-th request. */
  readonly body: (n: number) => string;
  /** Commands come as forms, events as JSON. */
  readonly contentType?: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
let sent = 0;

/** Sends one signed request; answers its latency in milliseconds, or null when it was not answered with 200. */
export function send(target: Target): Promise<number | null> {
  const body = target.body(sent++);
  const timestamp = Math.floor(Date.now() / 1000);
  const signature = `v0=${createHmac("sha256", target.signingSecret).update(`v0:${timestamp}:${body}`).digest("hex")}`;
  const began = performance.now();
  return new Promise((resolve) => {
    const outgoing = request(
      {
        agent,
        host: "127.0.0.1",
        port: target.port,
        path: "/slack/events",
        method: "POST",
        headers: {
          "content-type": target.contentType ?? "application/x-www-form-urlencoded",
          "content-length": Buffer.byteLength(body),
          "x-slack-request-timestamp": String(timestamp),
          "x-slack-signature": signature,
        },
      },
      (response) => {
        response.resume();
        response.on("end", () => resolve(response.statusCode === 200 ? performance.now() - began : null));
      },
    );
    outgoing.on("error", () => resolve(null));
    outgoing.end(body);
  });
}

/** Open loop: requests leave at random moments at that rate, whether or not earlier ones were answered. */
export async function atRate(target: Target, perSecond: number, seconds: number): Promise<LoadResult> {
  const answers: Promise<number | null>[] = [];
  const end = performance.now() + seconds * 1000;
  let next = performance.now();
  while (next < end) {
    next += (-Math.log(1 - Math.random()) / perSecond) * 1000;
    const wait = next - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    answers.push(send(target));
  }
  return summary(await Promise.all(answers), seconds);
}

/** Closed loop: so many connections, each sending the next request as soon as the last was answered. */
export async function flatOut(target: Target, connections: number, seconds: number): Promise<LoadResult> {
  const end = performance.now() + seconds * 1000;
  const answers: (number | null)[] = [];
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < end) answers.push(await send(target));
    }),
  );
  return summary(answers, seconds);
}

function summary(answers: readonly (number | null)[], seconds: number): LoadResult {
  const latencies = answers.filter((one) => one !== null).toSorted((a, b) => a - b);
  return {
    latencies,
    p50: shareOf(latencies, 0.5),
    p99: shareOf(latencies, 0.99),
    perSecond: latencies.length / seconds,
    failed: answers.length - latencies.length,
  };
}

/** The value that such a share of sorted values does not exceed. */
export function shareOf(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The value in the middle; of an even number, the upper of the two. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

export function closeConnections(): void {
  agent.destroy();
}
