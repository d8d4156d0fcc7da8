import type { Json, Operation, Plan, Sighting, Target } from "../domain/operation/operation.ts";
import type { DatabasesRead, DatabasesWrite, Session } from "../domain/platform/databases.ts";
import { Refusal } from "../errors.ts";

export interface EndInput {
  /** One session by its number, as it was seen where it was seen before. */
  readonly session?: { readonly id: string; readonly since: string | null };
  /** Every session whose statement or open transaction is older. */
  readonly olderSeconds?: number;
}

type How = "cancel" | "terminate";

/** What tells a session from a later one with the same number. */
interface Bound {
  readonly id: string;
  readonly since: string;
  readonly statementSince: string | null;
}

/** Ends sessions of a database: the server drops their connections and rolls back what they had open. */
export const terminateSession = ending("terminate-session", "terminate", "End a database session", "terminate");

/** Cancels what sessions of a database are at; the sessions stay. */
export const cancelQuery = ending("cancel-query", "cancel-query", "Cancel what a database session runs", "cancel");

const mostAtOnce = 50;

function ending(
  name: string,
  verb: string,
  summary: string,
  how: How,
): Operation<EndInput, DatabasesRead, DatabasesWrite> {
  return {
    name,
    verb,
    summary,
    targetKind: "database",
    parse,
    plan: (input, target, see) => plan(name, how, input, target, see),
    expectations: async (made, target, see) => {
      const entries = await Promise.all(
        Object.keys(made.expects).map(async (key) => {
          const session = await see.session(target.placement, key.replace(/^session /, ""));
          return [key, session === null ? "gone" : whichOne(how, session)] as const;
        }),
      );
      return Object.fromEntries(entries);
    },
    apply: async (made, target, act, run) => {
      for (const session of boundOf(made)) {
        await run.step(`told ${session.id} to ${how === "cancel" ? "cancel" : "end"}`, async () => {
          await act.end(target.placement, session, how);
        });
      }
    },
    look: (made, target, see) => look(how, made, target, see),
  };
}

function parse(input: Json): EndInput {
  const given = input as { readonly session?: Json; readonly olderSeconds?: Json } | null;
  const session = given?.session as { readonly id?: Json; readonly since?: Json } | undefined;
  if (session !== undefined) {
    if (typeof session.id !== "string" || !/^\d{1,19}$/.test(session.id)) {
      throw new Refusal("bad_argument", "A session is named by its number, such as 1234.", "See them with `/ops db`.");
    }
    return { session: { id: session.id, since: typeof session.since === "string" ? session.since : null } };
  }
  const older = given?.olderSeconds;
  if (typeof older !== "number" || !Number.isFinite(older) || older < 60 || older > 31 * 86_400) {
    throw new Refusal(
      "bad_argument",
      "Name one session by its number, or with `--older` how old they must be: at least 1m, at most 31d.",
      "Such as `/ops terminate postgres 1234` or `--older 10m`.",
    );
  }
  return { olderSeconds: older };
}

async function plan(name: string, how: How, input: EndInput, target: Target, see: DatabasesRead): Promise<Plan> {
  const sessions = await sessionsMeant(how, input, target, see);
  const verb = how === "cancel" ? "Cancel what" : "Terminate";
  const where = `on ${target.name} in ${target.environment}`;
  const [only] = sessions;
  const one = input.session !== undefined;
  const what = one
    ? `session ${input.session?.id}`
    : `${sessions.length} ${sessions.length === 1 ? "session" : "sessions"}`;
  const none = one ? `Session ${input.session?.id} ${where} is gone already.` : `No session ${where} is that old.`;
  return {
    summary: `${verb} ${what}${how === "cancel" ? (one || sessions.length === 1 ? " runs" : " run") : ""} ${where}`,
    changes: sessions.slice(0, 10).map((session) => ({
      label: `Session ${session.id}`,
      from: sessionInWords(session),
      to: how === "cancel" ? "its statement cancelled" : "ended",
    })),
    risks: risksOf(how, sessions),
    observed: one && only ? [`It runs: ${only.statement ?? "hidden from the bot"}`] : [],
    expects: one && only ? { [`session ${only.id}`]: whichOne(how, only) } : {},
    steps: sessions.map(({ id, since, statementSince }) => ({ id, since, statementSince })) as unknown as Json,
    undo: null,
    nothingToDo: sessions.length === 0 ? none : null,
    count: one ? null : { from: 0, to: sessions.length, counted: true },
    part: one ? `session ${input.session?.id}` : `${name} of several`,
  };
}

async function sessionsMeant(
  how: How,
  input: EndInput,
  target: Target,
  see: DatabasesRead,
): Promise<readonly Session[]> {
  if (input.session === undefined) {
    const sight = await see.look(target.placement, "active");
    const older = input.olderSeconds ?? Number.POSITIVE_INFINITY;
    const all = sight.view === "active" ? sight.sessions : [];
    const found = all.filter(
      (session) =>
        session.spared === null &&
        (session.state === "active" || how === "terminate") &&
        Math.max(session.state === "active" ? session.seconds : 0, session.transactionSeconds ?? 0) >= older,
    );
    if (found.length > mostAtOnce) {
      throw new Refusal(
        "over_limit",
        `${found.length} sessions are that old; at most ${mostAtOnce} are ended at once.`,
      );
    }
    return found;
  }
  const { id, since } = input.session;
  const session = await see.session(target.placement, id);
  if (session === null) return [];
  if (since !== null && session.since !== since) {
    throw new Refusal("stale", `Session ${id} is another one now than the one that was seen.`, "Look again.");
  }
  if (session.spared !== null) {
    throw new Refusal("not_possible", `Session ${id} must be left alone: ${session.spared}.`);
  }
  if (how === "cancel" && session.state !== "active") {
    throw new Refusal(
      "not_possible",
      `Session ${id} runs nothing that could be cancelled.`,
      session.state === "idle-in-transaction" ? "Its transaction is open: terminate the session to end it." : null,
    );
  }
  return [session];
}

function risksOf(how: How, sessions: readonly Session[]): readonly string[] {
  if (sessions.length === 0) return [];
  const open = sessions.filter((session) => session.transactionSeconds !== null);
  const longest = Math.max(0, ...open.map((session) => session.transactionSeconds ?? 0));
  return [
    ...(how === "terminate" ? ["Whoever uses it loses the connection; what it had open is rolled back."] : []),
    ...(longest > 300
      ? [`A transaction is open for ${Math.round(longest / 60)} min; rolling it back may take as long.`]
      : []),
  ];
}

function whichOne(how: How, session: Session): string {
  if (how === "terminate") return `the one that began ${session.since}`;
  return `the one that began ${session.since} with a statement of ${session.statementSince ?? "no time"}`;
}

function sessionInWords(session: Session): string {
  const state = session.state === "active" ? `at work for ${session.seconds} s` : session.state.replaceAll("-", " ");
  return `${session.application || session.user}, ${state}`;
}

function boundOf(plan: Plan): readonly Bound[] {
  return plan.steps as unknown as readonly Bound[];
}

async function look(how: How, made: Plan, target: Target, see: DatabasesRead): Promise<Sighting> {
  const meant = boundOf(made);
  const now = await Promise.all(meant.map((session) => see.session(target.placement, session.id)));
  const left = meant.filter((session, index) => isStillThere(how, session, now[index] ?? null));
  const done = meant.length - left.length;
  const word = how === "cancel" ? "cancelled" : "ended";
  if (left.length === 0) {
    const progress = meant.length === 1 ? `session ${meant[0]?.id} has ${word}` : `all ${meant.length} have ${word}`;
    return { verdict: "as-asked", progress, share: 1, events: [], reason: null, final: true };
  }
  return {
    verdict: "on-the-way",
    progress: `told; ${left.map(({ id }) => id).join(", ")} still there, perhaps rolling back`,
    share: done / meant.length,
    events: [],
    reason: null,
  };
}

function isStillThere(how: How, meant: Bound, now: Session | null): boolean {
  if (now === null || now.since !== meant.since) return false;
  return how === "terminate" || (now.state === "active" && now.statementSince === meant.statementSince);
}
