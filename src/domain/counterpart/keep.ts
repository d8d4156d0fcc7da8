import { addSeconds } from "date-fns/addSeconds";
import { ProviderError } from "../../errors.ts";
import type { App, Log, Transact } from "../ports.ts";
import type { Counterpart, CounterpartService } from "./counterpart.ts";

/** Where something is in a web service. */
export interface Kept {
  readonly key: string;
  readonly url: string | null;
  /** What the service did not take of it, in words; left out or null where it took everything. */
  readonly trouble?: string | null;
  /** What is there now, in the service's word; left out where it has none. */
  readonly version?: string | null;
}

/** Why something of ours is not written although the service could: people changed it there, or took it away. */
export type OtherHands = "changed-there" | "gone-there";

/** What a keeper throws where people changed what is there, or took it away. */
export function otherHands(code: OtherHands, provider: string, message: string): ProviderError {
  return new ProviderError({ provider, operation: "update", fault: "refused", code, message });
}

/** What a keeper throws where a part of it is there and the rest is not: it is looked for before it is made again. */
export function unfinished({ provider, operation, code, message, requestId, retryAfterSeconds }: ProviderError) {
  return new ProviderError({ provider, operation, fault: "unreachable", code, message, requestId, retryAfterSeconds });
}

/** What is known of something that is there. */
export interface Before {
  /** What was there after the last write, in the service's word; null where whatever is there may be written over. */
  readonly version: string | null;
  /** What it carries to be known by. */
  readonly mark: string;
}

/** What should be there now. */
export interface Wanted<Content = unknown> {
  /** Null where nothing is to be made. */
  readonly content: Content | null;
  /** Changes when the content does. */
  readonly seal: string;
  /** What an attempt without an answer may have made is brought to say this instead, and that is all. */
  readonly ifMade?: { readonly content: Content; readonly seal: string };
}

/** How one kind of thing is kept in one web service. What asks the service throws ProviderError where it says no. */
export interface Keeper<Content = unknown> {
  readonly service: CounterpartService;
  /** What should be there now; null where nothing more is to be sent. */
  readonly content: (app: App, counterpart: Counterpart) => Promise<Wanted<Content> | null>;
  /** Finds what an attempt since then may have made, by the mark it carries. */
  readonly find: (content: Content, mark: string, since: Date) => Promise<Kept | null>;
  readonly create: (content: Content, mark: string) => Promise<Kept>;
  /**
   * Makes what is there say what the content says; bears repeating. Null where it is left alone once it is there.
   */
  readonly update: ((key: string, content: Content, before: Before) => Promise<Kept>) | null;
  /** Shows people how it stands now, and how it stood before. */
  readonly shown: (app: App, counterpart: Counterpart, before: Counterpart) => Promise<void>;
}

/** Lets a keeper stand in a list with others; the content it is handed is its own. */
export function keeper<Content>(one: Keeper<Content>): Keeper {
  return one as unknown as Keeper;
}

export interface KeepNeeds {
  readonly transact: Transact;
  readonly keepers: readonly Keeper[];
  readonly log: Pick<Log, "warn">;
}

/** Services find by search what was made a moment ago only after a while. */
const settleSeconds = 60;

/** Brings one counterpart in step: made once, looked for first where an earlier attempt got no answer. */
export async function keepCounterpart(needs: KeepNeeds, service: CounterpartService, subject: string): Promise<void> {
  const found = needs.keepers.find((one) => one.service === service);
  if (!found) return;
  const begun = await needs.transact((app) => begin(app, found, subject));
  if (!begun) return;
  try {
    const sent = await send(found, begun);
    await needs.transact((app) => settle(app, found, subject, (row) => (sent ? thereNow(row, sent) : notMade(row))));
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    await failed(needs, found, subject, error);
  }
}

interface Begun extends Wanted {
  readonly counterpart: Counterpart;
  readonly inDoubt: boolean;
}

/** Records that it is being sent before it is; null where there is nothing to send now. */
async function begin(app: App, { service, content, update }: Keeper, subject: string): Promise<Begun | null> {
  const counterpart = await app.counterparts.lock(service, subject);
  if (!counterpart || counterpart.state === "failed") return null;
  const wanted = await content(app, counterpart);
  if (!wanted) return null;
  if (counterpart.key !== null) {
    if (update === null || wanted.seal === counterpart.seal) return null;
    return { counterpart, ...wanted, inDoubt: false };
  }
  const { attemptedAt } = counterpart;
  if (attemptedAt === null && wanted.content === null) return null;
  if (attemptedAt && addSeconds(attemptedAt, settleSeconds) > app.now) {
    await again(app, counterpart, addSeconds(attemptedAt, settleSeconds));
    return null;
  }
  await app.counterparts.put({ ...counterpart, attemptedAt: app.now });
  return { counterpart, ...wanted, inDoubt: attemptedAt !== null };
}

interface Sent {
  readonly kept: Kept;
  readonly seal: string;
}

/** Null where nothing was there and nothing was to be made. */
async function send({ find, create, update }: Keeper, begun: Begun): Promise<Sent | null> {
  const { counterpart, content, seal, ifMade, inDoubt } = begun;
  const mark = markOf(counterpart);
  const since = addSeconds(counterpart.askedAt, -settleSeconds);
  if (counterpart.key !== null && update && content !== null)
    return { kept: await update(counterpart.key, content, { version: counterpart.version, mark }), seal };
  const made = inDoubt && ifMade ? await find(ifMade.content, mark, since) : null;
  if (made && ifMade) return { kept: made, seal: ifMade.seal };
  if (content === null) return null;
  const found = inDoubt ? await find(content, mark, since) : null;
  return { kept: found ?? (await create(content, mark)), seal };
}

/** What a counterpart carries to be known by. */
export function markOf({ subject }: Pick<Counterpart, "subject">): string {
  return `tocsin-${subject}`;
}

/** It is known now that no attempt made anything. */
function notMade(row: Counterpart): Counterpart {
  return { ...row, state: "failed", attemptedAt: null, trouble: null };
}

function thereNow(row: Counterpart, { kept, seal }: Sent): Counterpart {
  return {
    ...row,
    state: "there",
    key: kept.key,
    url: kept.url ?? row.url,
    seal,
    version: kept.version ?? null,
    status: row.status === "changed" ? "open" : row.status,
    attemptedAt: null,
    trouble: kept.trouble ?? null,
  };
}

async function failed({ transact, log }: KeepNeeds, found: Keeper, subject: string, error: ProviderError) {
  const { fault } = error;
  const final = fault === "denied" || fault === "refused" || fault === "not_found";
  // After any answer it is known that nothing was made; after none it is not.
  const unheard = fault === "timeout" || fault === "unreachable";
  log.warn({ err: error, final }, "A web service did not take what was to be kept there");
  await transact(async (app) => {
    const row = await settle(app, found, subject, (before) => ({
      ...before,
      state: final ? "failed" : before.state,
      status: statusAfter(error.code, before.status),
      attemptedAt: unheard ? before.attemptedAt : null,
      trouble: error.message,
    }));
    const wait = Math.max(settleSeconds, error.retryAfterSeconds ?? 0);
    if (row && !final) await again(app, row, addSeconds(app.now, wait));
  });
}

function statusAfter(code: string, before: Counterpart["status"]): Counterpart["status"] {
  const told: Readonly<Partial<Record<string, Counterpart["status"]>>> = {
    "changed-there": "changed",
    "gone-there": "gone",
  } satisfies Record<OtherHands, Counterpart["status"]>;
  return told[code] ?? before;
}

async function settle(
  app: App,
  { service, shown }: Keeper,
  subject: string,
  change: (row: Counterpart) => Counterpart,
): Promise<Counterpart | null> {
  const known = await app.counterparts.find(service, subject);
  // In the order of everybody who changes an incident, so that neither waits for the other: it first, then this.
  if (known?.incidentId) await app.incidents.lock(known.incidentId);
  const row = await app.counterparts.lock(service, subject);
  if (!row) return null;
  const changed = change(row);
  await app.counterparts.put(changed);
  await shown(app, changed, row);
  return changed;
}

function again(app: App, { service, subject }: Counterpart, after: Date): Promise<void> {
  return app.jobs.add("keep-counterpart", { service, subject }, { key: `${service}:${subject}`, after });
}
