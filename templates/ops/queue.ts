import type { KnownBlock } from "@slack/types";
import type { StoreLook } from "../../src/domain/operation/store-look.ts";
import type { FailedJobs, QueueSight, QueueState } from "../../src/domain/platform/queues.ts";
import { button, context, inert, section } from "../kit.ts";
import { age, count } from "./figures.ts";
import type { StoreDrawn } from "./store.ts";

/** One side of the queues. Reasons come without what may be data; of data only the names of its fields come. */
export function queueDrawn(look: Pick<StoreLook, "id">, sight: QueueSight): StoreDrawn {
  return sight.view === "stats" ? stats(look, sight.queues, sight.warnings) : failed(look, sight.queues);
}

/** Which need a look first. */
function troubleOf(queue: QueueState): string | null {
  if (!queue.exists) return ":grey_question: its Redis holds nothing of that name";
  if (queue.stuck > 0) return `:red_circle: ${queue.stuck} active without a worker that holds them`;
  if (queue.workers === 0 && queue.waiting > 0) return ":red_circle: jobs wait and no worker is there";
  if (queue.paused) return ":double_vertical_bar: paused";
  if (queue.failed > 0 && queue.failed > (queue.failed + queue.completed) * 0.05)
    return ":large_orange_circle: more than 5 % failed";
  return null;
}

function stats(look: Pick<StoreLook, "id">, queues: readonly QueueState[], warnings: readonly string[]): StoreDrawn {
  const sorted = queues.toSorted((left, right) => Number(troubleOf(left) === null) - Number(troubleOf(right) === null));
  const blocks: KnownBlock[] = warnings.map((warning) => context(`:warning: ${inert(warning)}`));
  const lines = sorted.map((queue) => {
    const trouble = troubleOf(queue);
    const oldest = queue.oldestWaitingSeconds === null ? "" : ` (oldest ${age(queue.oldestWaitingSeconds)})`;
    const state =
      queue.paused && queue.active > 0 ? `paused, ${queue.active} still active` : `${count(queue.active)} active`;
    const figures = [
      `${count(queue.waiting)} waiting${oldest}`,
      state,
      `${count(queue.delayed)} delayed`,
      `${count(queue.failed)} failed`,
      `${queue.workers} ${queue.workers === 1 ? "worker" : "workers"}`,
      ...(queue.meanMilliseconds === null ? [] : [`${count(queue.meanMilliseconds)} ms each`]),
      ...(queue.globalConcurrency === null ? [] : [`at most ${queue.globalConcurrency} at once`]),
    ];
    return `• *${inert(queue.name)}*${trouble === null ? "" : ` ${trouble}`}\n${queue.exists ? figures.join(" · ") : ""}`;
  });
  for (let start = 0; start < lines.length; start += 5) blocks.push(section(lines.slice(start, start + 5).join("\n")));
  const total = (of: (queue: QueueState) => number) => count(queues.reduce((sum, queue) => sum + of(queue), 0));
  const paused = queues.some((queue) => queue.exists && queue.paused);
  const running = queues.some((queue) => queue.exists && !queue.paused);
  const failing = queues.find((queue) => queue.failed > 0 && !queue.paused);
  return {
    summary: `${total((queue) => queue.waiting)} waiting, ${total((queue) => queue.active)} active, ${total((queue) => queue.failed)} failed.`,
    blocks,
    rest: null,
    buttons: [
      ...(paused ? [button({ action: "ops.queue.resume", text: "Resume all", about: { id: look.id } })] : []),
      ...(running ? [button({ action: "ops.queue.pause", text: "Pause all", about: { id: look.id } })] : []),
      ...(failing ? [retryButton(look, failing.name)] : []),
    ],
  };
}

function failed(look: Pick<StoreLook, "id">, queues: readonly FailedJobs[]): StoreDrawn {
  const blocks = queues.flatMap((queue) => {
    if (queue.total === 0) return [section(`*${inert(queue.name)}* none failed`)];
    const groups = queue.groups.slice(0, 6).map((group) => {
      return `• *${count(group.count)}* × ${inert(group.job)}: ${inert(group.reason)} · newest ${age(group.newestSecondsAgo)} ago`;
    });
    const newest = queue.jobs[0];
    const fields = newest && newest.fields.length > 0 ? `; data with ${newest.fields.map(inert).join(", ")}` : "";
    const looked = queue.groups.reduce((sum, group) => sum + group.count, 0);
    const part = looked < queue.total ? `; the newest ${count(looked)} of them by reason:` : "";
    return [
      section(`*${inert(queue.name)}* ${count(queue.total)} failed${part}\n${groups.join("\n")}`),
      ...(newest
        ? [
            context(
              `Newest: job ${inert(newest.id)}, tried ${newest.attempts === 1 ? "once" : `${newest.attempts} times`}${fields}`,
            ),
          ]
        : []),
    ];
  });
  const first = queues.find((queue) => queue.total > 0);
  const rows = queues.flatMap((queue) =>
    queue.jobs.map(
      (job) => `${queue.name}\t${job.id}\t${job.job}\t${job.attempts} tries\t${job.secondsAgo} s ago\t${job.reason}`,
    ),
  );
  return {
    summary: `${count(queues.reduce((sum, queue) => sum + queue.total, 0))} failed.`,
    blocks,
    rest: rows.length > 0 ? rows.join("\n") : null,
    buttons: first ? [retryButton(look, first.name)] : [],
  };
}

function retryButton(look: Pick<StoreLook, "id">, queue: string) {
  return button({ action: "ops.queue.retry", text: `Retry failed of ${queue}`, about: { id: `${look.id}/${queue}` } });
}
