import { slackTime } from "../domain/capture/capture.ts";
import type { ChannelReader, ListedPage, Reading } from "../domain/capture/reader.ts";
import { takeHistory, takeNoThread, takeReplies } from "../domain/capture/reconcile.ts";
import type { Reconciliation } from "../domain/capture/records.ts";
import type { App, Identify, Transact } from "../domain/ports.ts";
import type { JobHandler } from "./handler.ts";

/** Slack allows 50 calls a minute of each of the two methods; the rest is left to others. */
const callsAtOnce = 40;
const pauseSeconds = 55;
/** A handler ends within 30 s, and a call may take 10. */
const longestMilliseconds = 15_000;

interface Needs {
  readonly transact: Transact;
  readonly channels: ChannelReader;
  readonly identify: Identify;
  readonly now: () => Date;
}

/** Reads page after page of the channels that wait for it, some calls at a time, and goes on where it stopped. */
export function reconcileChannels(needs: Needs): JobHandler<"reconcile-channels"> {
  const { transact } = needs;

  const again = (seconds: number): Promise<void> =>
    transact((app) => {
      const after = new Date(app.now.getTime() + seconds * 1000);
      return app.jobs.add("reconcile-channels", {}, { key: "all", after });
    });

  /** One call to Slack, or none where a channel is done. Answers for how long to wait, null to go on, undefined at the end. */
  async function step(): Promise<number | null | undefined> {
    const next = await transact(async (app) => {
      const one = await app.reconciliations.next();
      if (!one || one.stage === "history") return one && { one, rootTs: null };
      const rootTs = await app.reconciliations.nextThread(one.channelId, one.untilTs);
      if (rootTs === null) await app.reconciliations.end(one, null);
      return { one, rootTs };
    });
    if (!next) return undefined;
    const { one, rootTs } = next;
    if (one.stage === "threads" && rootTs === null) return null;
    const seenTs = slackTime(needs.now());
    const reading = await read(one, rootTs);
    if ("laterSeconds" in reading) return reading.laterSeconds;
    if ("gone" in reading) {
      await transact((app) =>
        rootTs !== null && reading.gone === "thread_not_found"
          ? takeNoThread(app, one, rootTs, seenTs)
          : app.reconciliations.end(one, reading.gone),
      );
      return null;
    }
    const members = await membersAmong(reading.read);
    await transact((app) => {
      const page = { page: reading.read, seenTs, members };
      return rootTs === null ? takeHistory(app, one, page) : takeReplies(app, one, rootTs, page);
    });
    return null;
  }

  function read(one: Reconciliation, rootTs: string | null): Promise<Reading<ListedPage>> {
    return rootTs === null
      ? needs.channels.history(one.channelId, { latest: one.untilTs, cursor: one.cursor })
      : needs.channels.replies(one.channelId, rootTs, one.cursor);
  }

  async function membersAmong(page: ListedPage): Promise<ReadonlySet<string>> {
    const marks = await transact(async (app: App) => [app.config.reactions.timeline, app.config.reactions.actionItem]);
    const users = page.listed.flatMap(({ reactions, pinnedBy }) => [
      ...reactions.filter(({ name }) => marks.includes(name.split("::")[0] ?? "")).flatMap((one) => one.users),
      ...(pinnedBy ? [pinnedBy] : []),
    ]);
    const members = new Set<string>();
    for (const userId of new Set(users)) {
      const { kind } = await needs.identify(userId);
      if (kind === "member" || kind === "admin") members.add(userId);
    }
    return members;
  }

  return {
    name: "reconcile-channels",
    handle: async () => {
      const end = needs.now().getTime() + longestMilliseconds;
      for (let calls = 0; calls < callsAtOnce && needs.now().getTime() < end; calls += 1) {
        const wait = await step();
        if (wait === undefined) return;
        if (wait !== null) return again(wait);
      }
      await again(pauseSeconds);
    },
  };
}
