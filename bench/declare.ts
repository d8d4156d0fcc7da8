import { send } from "./load.ts";
import { command, end, machine, startTocsin } from "./processes.ts";
import { onStage } from "./stage.ts";

/** Every call takes Slack as long as this: what follows one another shows in the time, whatever the machine. */
const delayMilliseconds = 500;
/** A channel is made, then people are invited into it: Slack knows no single call for both. */
const fewest = 2;
const rounds = 5;
const who = "U0ANA";

/** How many of Slack's calls follow one another between the request to declare and the person being in the channel. */
export function declare(): Promise<void> {
  return onStage(async ({ newDatabase, newSlack, running }) => {
    const slack = await newSlack();
    const bot = await startTocsin(slack, await newDatabase("bench_declare"), running);
    const takes: number[] = [];
    let waves = "";
    for (let round = 0; round <= rounds; round += 1) {
      const from = slack.calls.length;
      const again = slack.faults.fail("*", { delayMilliseconds, times: 1000 });
      const began = Date.now();
      const body = () => command(`declare sev3 sequence ${round}`, "C0GENERAL");
      await send({ port: bot.port, signingSecret: slack.signingSecret, body });
      const invited = () =>
        slack.calls.slice(from).find(({ method, args }) => method === "conversations.invite" && holds(args.users));
      await waitFor(() => invited() !== undefined, "the person to be invited");
      // A call is listed when it begins.
      const took = Date.now() - began + delayMilliseconds;
      await waitFor(() => slack.calls.slice(from).some(({ method }) => method === "pins.add"), "the card");
      await waitFor(() => Date.now() - (slack.calls.at(-1)?.at ?? 0) > 3 * delayMilliseconds, "the last call");
      again();
      // The first learns from Slack who asks, which is remembered.
      if (round === 0) continue;
      takes.push(took);
      waves = wavesOf(slack.calls.slice(from));
    }
    await end(bot.child);
    const median = takes.toSorted((a, b) => a - b)[Math.floor(takes.length / 2)] ?? Number.NaN;
    const sequential = Math.round(median / delayMilliseconds);
    const verdict = sequential <= fewest ? "met" : "missed";
    process.stdout.write(
      `${machine()}\n\nEvery call to Slack takes ${delayMilliseconds} ms; median of ${rounds} declarations:\n` +
        `  from the request to the person in the channel ${median} ms: ${sequential} calls one after the other, fewest possible ${fewest}: ${verdict}\n` +
        `  calls of one declaration, those beside one another in one line:\n${waves}\n`,
    );
  });
}

function holds(users: unknown): boolean {
  return String(users).split(",").includes(who);
}

/** Calls that began within half of a call's time of one another went on beside one another. */
function wavesOf(calls: readonly { readonly at: number; readonly method: string }[]): string {
  const first = calls[0]?.at ?? 0;
  const waves = Map.groupBy(calls, ({ at }) => Math.round((at - first) / delayMilliseconds) + 1);
  return [...waves].map(([wave, some]) => `    ${wave}. ${some.map(({ method }) => method).join(", ")}`).join("\n");
}

async function waitFor(isThere: () => boolean, what: string): Promise<void> {
  const latest = Date.now() + 30_000;
  while (!isThere()) {
    if (Date.now() > latest) throw new Error(`Waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
