import { Refusal } from "../../errors.ts";
import type { BackupsSight } from "../backup/sight.ts";
import { withoutSecrets } from "../capture/redact.ts";
import type { Placement } from "../configuration.ts";
import type { Place } from "../intent.ts";
import type { SlowLog } from "../logs/slow-log.ts";
import type { CacheSight, CacheView } from "../platform/caches.ts";
import type { DatabaseSight, DatabaseView, Session } from "../platform/databases.ts";
import type { QueueSight, QueueView } from "../platform/queues.ts";
import type { App } from "../ports.ts";
import { type Target, targetName } from "./operation.ts";
import { type Asked, placeFor } from "./place.ts";

/** What is looked at in a data store. */
export type StoreQuestion =
  | { readonly kind: "database"; readonly view: DatabaseView }
  | { readonly kind: "database"; readonly view: "backups" }
  /** What its server wrote down as slow. */
  | { readonly kind: "database"; readonly view: "slowlog"; readonly sinceSeconds: number }
  /** One of the statements that the server keeps figures of, by what it calls it. */
  | { readonly kind: "database"; readonly view: "explain"; readonly statement: string }
  | { readonly kind: "cache"; readonly view: CacheView; readonly key: string | null }
  /** One queue of several, or null for all of them. */
  | { readonly kind: "queue"; readonly view: QueueView; readonly queue: string | null };

/** What was seen of it. */
export type StoreSight =
  | { readonly kind: "database"; readonly sight: DatabaseSight }
  | { readonly kind: "backups"; readonly sight: BackupsSight }
  | { readonly kind: "slowlog"; readonly sight: SlowLog }
  | { readonly kind: "cache"; readonly sight: CacheSight }
  | { readonly kind: "queue"; readonly sight: QueueSight };

/** One ask for what goes on inside a data store. It is read in the background; the message shows what was seen. */
export interface StoreLook {
  readonly id: string;
  readonly askedBy: string;
  readonly askedAt: Date;
  readonly place: Place;
  readonly target: { readonly environment: string; readonly name: string };
  readonly question: StoreQuestion;
  readonly found: {
    readonly at: Date;
    /** Why it could not be seen; null where it was. */
    readonly trouble: string | null;
    readonly seen: StoreSight | null;
  } | null;
}

export interface StoreLookRecords {
  readonly insert: (look: StoreLook) => Promise<void>;
  readonly byId: (id: string) => Promise<StoreLook | null>;
  readonly found: (id: string, found: NonNullable<StoreLook["found"]>) => Promise<void>;
}

const card = (look: StoreLook) => ({
  kind: "card" as const,
  view: "ops.store",
  subject: look.id,
  place: look.place,
});

/** Records that somebody wants to see a store from inside, and has it looked at in the background. */
export async function requestStoreLook(
  app: App,
  ask: {
    readonly userId: string;
    readonly asked: Asked;
    readonly target: Pick<Target, "environment" | "name" | "placement" | "kind">;
    readonly question: StoreQuestion;
  },
): Promise<StoreLook> {
  const isOfServer =
    ask.question.view === "backups" || (ask.question.kind === "database" && ask.question.view === "slowlog");
  if (!isOfServer) mustHaveInside(app, ask.target);
  const look: StoreLook = {
    id: app.newId(),
    askedBy: ask.userId,
    askedAt: app.now,
    place: placeFor(app, ask.asked, ask.userId),
    target: { environment: ask.target.environment, name: ask.target.name },
    question: ask.question,
    found: null,
  };
  await app.storeLooks.insert(look);
  await app.outbox.add(card(look), "answer");
  await app.jobs.add("look-store", { lookId: look.id }, { key: look.id });
  return look;
}

/** Refuses a store whose inside the configuration does not say how to reach. */
export function mustHaveInside(app: App, target: Pick<Target, "environment" | "name" | "placement" | "kind">): void {
  const { connection } = insideOf(target.placement).at;
  if (connection !== undefined && app.config.connections.has(connection)) return;
  throw new Refusal(
    "not_possible",
    `The configuration does not say how to connect to ${targetName(target)}.`,
    `Add its address under \`${target.kind}s\`; see docs/configuration.md.`,
  );
}

/** How the inside of a store is reached. */
export function insideOf(placement: Placement): Placement {
  return placement.inside ?? placement;
}

/** Looks again at the same; the message is edited. */
export async function repeatStoreLook(app: App, id: string): Promise<StoreLook> {
  const look = await storeLookById(app, id);
  await app.jobs.add("look-store", { lookId: id }, { key: id });
  return look;
}

/** Finds a look by its id; a button of one that is gone is told so. */
export async function storeLookById(app: App, id: string): Promise<StoreLook> {
  const look = await app.storeLooks.byId(id);
  if (look === null) throw new Refusal("not_found", "This look is not known here any more.", "Ask again.");
  return look;
}

/** What was seen is shown: a card, so that a later look edits it. */
export async function recordStoreFound(
  app: App,
  id: string,
  found: { readonly trouble: string | null; readonly seen: StoreSight | null },
): Promise<void> {
  const look = await app.storeLooks.byId(id);
  if (look === null) return;
  await app.storeLooks.found(id, { at: app.now, ...withoutSecrets(app.redact, found) });
  await app.outbox.add(card(look), "answer");
}

/** All that was seen, as a file where the look was asked. */
export async function sendStoreFile(app: App, id: string): Promise<void> {
  const look = await storeLookById(app, id);
  if (look.found === null) throw new Refusal("try_again", "It is still being looked at.", "Press again in a moment.");
  await app.outbox.add(
    {
      kind: "files",
      view: "ops.store.file",
      subject: look.id,
      place: look.place,
      once: `${look.id}/${look.found.at.getTime()}`,
    },
    "answer",
  );
}

/** The thing of the catalog a look is about, as the configuration has it now. */
export function targetOfLook(config: App["config"], look: Pick<StoreLook, "target" | "question">): Target {
  const { name, environment } = look.target;
  const resource = config.resources.find((one) => one.kind === look.question.kind && one.name === name);
  const placement = resource?.runs.find((one) => one.environment === environment);
  if (!placement) throw new Refusal("unknown_target", `${targetName(look.target)} is no longer configured.`);
  return {
    kind: look.question.kind,
    name,
    environment,
    production: config.environments.find((one) => one.name === environment)?.production ?? true,
    placement,
  };
}

/** A session that a look saw, by its number. */
export function sessionSeen(look: StoreLook, id: string): Session {
  const sight = look.found?.seen?.kind === "database" ? look.found.seen.sight : null;
  const sessions =
    sight === null
      ? []
      : sight.view === "active" || sight.view === "locks"
        ? sight.sessions
        : sight.view === "slow"
          ? sight.longest
          : [];
  const found = sessions.find((session) => session.id === id);
  if (!found) throw new Refusal("not_found", `Session ${id} is not among those that were seen.`, "Look again.");
  return found;
}

/** Who holds others up and waits for nobody, most held up first. A prepared transaction goes by the number 0. */
export function rootBlockers(
  sessions: readonly Session[],
): readonly { readonly id: string; readonly session: Session | null; readonly holdsUp: number }[] {
  const byId = new Map(sessions.map((session) => [session.id, session]));
  const blockers = new Set(sessions.flatMap((session) => session.blockedBy));
  const roots = [...blockers].filter((id) => (byId.get(id)?.blockedBy.length ?? 0) === 0);
  return roots
    .map((id) => ({ id, session: byId.get(id) ?? null, holdsUp: heldUpBy(id, sessions).size }))
    .toSorted((left, right) => right.holdsUp - left.holdsUp);
}

/** Everybody who waits for a session, directly or through others. */
export function heldUpBy(id: string, sessions: readonly Session[]): ReadonlySet<string> {
  const held = new Set<string>();
  const queue = [id];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const session of sessions) {
      if (!session.blockedBy.includes(next) || held.has(session.id) || session.id === id) continue;
      held.add(session.id);
      queue.push(session.id);
    }
  }
  return held;
}
