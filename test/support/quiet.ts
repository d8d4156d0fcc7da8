import pg from "pg";

export interface Quiet {
  /**
   * Waits until nothing is left in the outbox and in the job queue that is due now, and in the outbox within so many
   * milliseconds (Slack takes about one message a second for a channel); false when it takes longer.
   */
  readonly atMost: (milliseconds: number, soon?: number) => Promise<boolean>;
  /** Whether something is being done at this moment. */
  readonly isBusy: () => Promise<boolean>;
  /** When the next thing falls due that is not due yet; null when there is none. */
  readonly next: () => Promise<number | null>;
  readonly stop: () => Promise<void>;
}

const jobs = `from pgboss.job where state in ('created', 'retry', 'active')
  and name in (select name from pgboss.queue where name not like '\\_\\_pgboss%')`;

/** Watches what a bot has still to do, in its database. */
export async function watchQuiet(url: string, now: () => number): Promise<Quiet> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const left = async (soon: number): Promise<number> => {
    const { rows } = await client.query<{ count: string }>(
      `select (select count(*) from outbox where state = 'sending' or (state = 'due' and due_at <= $2))
            + (select count(*) ${jobs} and start_after <= $1) as count`,
      [new Date(now()), new Date(now() + soon)],
    );
    return Number(rows[0]?.count ?? 0);
  };
  return {
    atMost: async (milliseconds, soon = 0) => {
      const end = Date.now() + milliseconds;
      while ((await left(soon)) > 0) {
        if (Date.now() > end) return false;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return true;
    },
    isBusy: async () => {
      const { rows } = await client.query<{ busy: boolean }>(
        `select exists (select from outbox where state = 'sending' or (state = 'due' and due_at <= $1))
             or exists (select ${jobs} and state = 'active') as busy`,
        [new Date(now())],
      );
      return rows[0]?.busy ?? false;
    },
    next: async () => {
      const { rows } = await client.query<{ at: Date | null }>(
        `select least((select min(due_at) from outbox where state = 'due' and due_at > $1),
                      (select min(start_after) ${jobs} and start_after > $1)) as at`,
        [new Date(now())],
      );
      return rows[0]?.at?.getTime() ?? null;
    },
    stop: () => client.end(),
  };
}
