import pg from "pg";
import { outboxChannel } from "./outbox.ts";

/** Any number no other part locks by. */
const lockKey = 7_463_001;
const retryMilliseconds = 1000;

export interface Holding {
  readonly held: () => void;
  readonly lost: () => void;
  readonly wake: () => void;
}

export interface OutboxHold {
  /** Tells the process that has the lock, whichever it is, that something was recorded. */
  readonly notify: () => void;
  readonly letGo: () => Promise<void>;
}

/**
 * Makes one process at a time the outbox's drainer: the one whose connection has the lock. A lock of a connection dies
 * with its process at once, needs no clock, and the same connection listens for what is recorded.
 */
export async function holdOutbox(connectionString: string, listener: Holding): Promise<OutboxHold> {
  let stopped = false;
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | undefined;

  const later = (work: () => Promise<void>): void => {
    if (!stopped) timer = setTimeout(() => void work(), retryMilliseconds);
  };

  const connect = async (): Promise<void> => {
    const fresh = new pg.Client({
      connectionString,
      application_name: "tocsin outbox",
      keepAlive: true,
      connectionTimeoutMillis: 5000,
    });
    let holds = false;
    const dropped = (): void => {
      if (client !== fresh) return;
      client = null;
      if (holds) listener.lost();
      later(connect);
    };
    fresh.on("error", dropped);
    fresh.on("end", dropped);
    fresh.on("notification", listener.wake);
    client = fresh;
    const take = async (): Promise<void> => {
      const { rows } = await fresh.query<{ held: boolean }>("select pg_try_advisory_lock($1) as held", [lockKey]);
      if (rows[0]?.held) {
        holds = true;
        listener.held();
      } else later(() => take().catch(dropped));
    };
    try {
      await fresh.connect();
      await fresh.query(`listen ${outboxChannel}`);
      await take();
    } catch {
      await fresh.end().catch(() => {});
      dropped();
    }
  };

  await connect();
  return {
    notify: () => {
      // Lost with a connection that is gone: the holder looks by itself soon enough.
      client?.query("select pg_notify($1, '')", [outboxChannel]).catch(() => {});
    },
    letGo: async () => {
      stopped = true;
      clearTimeout(timer);
      const last = client;
      client = null;
      await last?.end().catch(() => {});
    },
  };
}
