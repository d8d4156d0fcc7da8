import { atRate, flatOut, type LoadResult, type Target } from "./load.ts";
import { command, end, machine, query, row, signingSecret, startBare, startTocsin } from "./processes.ts";
import { onStage } from "./stage.ts";

const seconds = 6;

/**
 * Messages of an incident's channel captured durably, each committed before Slack is answered: the bot, a bare Bolt app
 * that only acknowledges, and one that commits a row first, on the same PostgreSQL in one run. At the end the log is
 * counted: every message that was acknowledged has to be in it.
 */
export function capture(): Promise<void> {
  return onStage(async ({ newDatabase, newSlack, running }) => {
    const slack = await newSlack();
    const results = new Map<string, LoadResult>();
    for (const name of ["bare Bolt", "bare Bolt and one row"] as const) {
      const url = name === "bare Bolt" ? null : await newDatabase("bench_row");
      const { child, port } = await startBare(url, running);
      results.set(name, await measure({ port, signingSecret, ...messages("C0BENCH") }));
      await end(child);
    }
    const url = await newDatabase("bench_bot");
    const { child, port } = await startTocsin(slack, url, running);
    // The same request each time: repeats declare nothing more.
    const asked = command("declare sev3 bench", "C0GENERAL");
    const declaring = (): string => asked;
    const channel = await declareOne({ port, signingSecret: slack.signingSecret, body: declaring }, url);
    const before = sent;
    results.set("Tocsin", await measure({ port, signingSecret: slack.signingSecret, ...messages(channel) }));
    results.set(
      "Tocsin, no incident",
      await measure({ port, signingSecret: slack.signingSecret, ...messages("C0GENERAL") }),
    );
    const captured = await count(url);
    await end(child);
    report(results, captured, before);
  });
}

let sent = 0;
const sentTo = new Map<string, number>();

/** Message events as Slack sends them, each a message of its own. */
function messages(channel: string): Pick<Target, "body" | "contentType"> {
  return {
    contentType: "application/json",
    body: () => {
      sent += 1;
      sentTo.set(channel, (sentTo.get(channel) ?? 0) + 1);
      const ts = `${1_790_000_000 + Math.floor(sent / 1000)}.${String(sent % 1000).padStart(6, "0")}`;
      return JSON.stringify({
        type: "event_callback",
        team_id: "T0WAOOAW",
        api_app_id: "A0TOC",
        event_id: `EvBench${process.pid}${sent}`,
        event_time: 1_790_000_000,
        event: {
          type: "message",
          channel,
          channel_type: "channel",
          user: "U0ANA",
          text: `Message ${sent}: error rate is at 12 %, the queue is draining, password=hunter2-secret`,
          ts,
          event_ts: ts,
        },
      });
    },
  };
}

async function count(url: string): Promise<number> {
  const [row] = await query(url, "select count(*)::int as count from captured_messages");
  return Number(row?.count);
}

/** Declares an incident and waits for its channel. */
async function declareOne(target: Target, url: string): Promise<string> {
  await atRate(target, 3, 1);
  const until = Date.now() + 20_000;
  for (;;) {
    const [row] = await query(url, "select channel_id from incidents where channel_id is not null");
    if (row) return String(row.channel_id);
    if (Date.now() > until) throw new Error("The incident to measure on was not declared");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function measure(target: Target): Promise<LoadResult> {
  await atRate(target, 50, 1);
  return flatOut(target, 16, seconds);
}

function report(results: ReadonlyMap<string, LoadResult>, captured: number, before: number): void {
  const channel = [...sentTo.keys()].find((one) => one !== "C0BENCH" && one !== "C0GENERAL") ?? "";
  const lines = [
    machine(),
    "",
    row("", "messages /s", "p50 ms", "p99 ms", "not 200"),
    ...[...results].map(([name, one]) =>
      row(name, String(Math.round(one.perSecond)), one.p50.toFixed(2), one.p99.toFixed(2), String(one.failed)),
    ),
  ];
  const [bot, floor] = [results.get("Tocsin"), results.get("bare Bolt and one row")];
  if (bot && floor) {
    lines.push(
      "",
      `Tocsin against bare Bolt and one row: ${(bot.perSecond / floor.perSecond).toFixed(2)} × the throughput`,
    );
  }
  lines.push(
    `Sent into the incident's channel ${sentTo.get(channel)}, in the log ${captured} (sent before: ${before})`,
  );
  process.stdout.write(`${lines.join("\n")}\n`);
}
