import { addSeconds } from "date-fns/addSeconds";
import type { App } from "../ports.ts";

/** The web services that hold something of ours. */
export type CounterpartService = "github" | "jira" | "statuspage" | "confluence" | "notion" | "googleDocs" | "git";

/** What stands in a web service for something of ours: an issue for an action item, a page for a post-mortem. */
export interface Counterpart {
  readonly service: CounterpartService;
  /** Id of what it stands for. */
  readonly subject: string;
  /** Null for what no incident was made of. */
  readonly incidentId: string | null;
  /** Failed: the service will not take it until somebody asks again. */
  readonly state: "asked" | "there" | "failed";
  /** Its name there, once it is there. */
  readonly key: string | null;
  readonly url: string | null;
  /** How it stands there, for what people close there; changed, where they wrote in what is ours to write. */
  readonly status: "open" | "done" | "gone" | "changed";
  /** Of what was sent last; null before that. */
  readonly seal: string | null;
  /** What was there after that, in the service's word; null where it has none, or where it may be written over. */
  readonly version: string | null;
  readonly askedBy: string;
  readonly askedAt: Date;
  /** When it was sent and no answer came: it may be there, so it is looked for before it is sent again. */
  readonly attemptedAt: Date | null;
  readonly checkedAt: Date | null;
  /** Why it is not there, or not as it should be, in the service's words. */
  readonly trouble: string | null;
}

export interface CounterpartRecords {
  readonly find: (service: CounterpartService, subject: string) => Promise<Counterpart | null>;
  /** The same, kept from others until the transaction ends. */
  readonly lock: (service: CounterpartService, subject: string) => Promise<Counterpart | null>;
  readonly ofSubjects: (subjects: readonly string[]) => Promise<readonly Counterpart[]>;
  /** Writes it whole, whether or not it was there. */
  readonly put: (counterpart: Counterpart) => Promise<void>;
  /** Those that are there and open, the longest not looked at first. */
  readonly open: (services: readonly CounterpartService[], limit: number) => Promise<readonly Counterpart[]>;
}

/**
 * Has something of ours brought to a web service, or brought up to date there. It is made once however often this is
 * asked; one that failed is tried again, and made anew where it is gone there. `over` writes over what people changed.
 */
export async function askCounterpart(
  app: App,
  ask: Pick<Counterpart, "service" | "subject" | "incidentId" | "askedBy">,
  { over = false, afterSeconds = 0 }: { readonly over?: boolean; readonly afterSeconds?: number } = {},
): Promise<void> {
  const before = await app.counterparts.lock(ask.service, ask.subject);
  if (!before || before.state === "failed") {
    const { service, subject, incidentId, askedBy } = ask;
    const there = before?.status === "gone" ? null : before;
    await app.counterparts.put({
      service,
      subject,
      incidentId,
      askedBy,
      state: there?.key ? "there" : "asked",
      key: there?.key ?? null,
      url: there?.url ?? null,
      status: over ? "open" : (there?.status ?? "open"),
      seal: there?.seal ?? null,
      version: over ? null : (there?.version ?? null),
      askedAt: app.now,
      attemptedAt: null,
      checkedAt: before?.checkedAt ?? null,
      trouble: null,
    });
  }
  await app.jobs.add(
    "keep-counterpart",
    { service: ask.service, subject: ask.subject },
    {
      key: `${ask.service}:${ask.subject}`,
      ...(afterSeconds > 0 ? { after: addSeconds(app.now, afterSeconds) } : {}),
    },
  );
}
