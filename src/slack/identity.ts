import type { Caller } from "../domain/access/caller.ts";
import type { Identify, Log } from "../domain/ports.ts";
import { refusedWord, type SlackCall } from "./call.ts";
import { type Directory, type GroupsOf, groupsUnanswered } from "./directory.ts";
import { record, text } from "./payload.ts";

const cacheMilliseconds = 5 * 60_000;
/** What is in doubt is asked again soon. */
const doubtMilliseconds = 10_000;
const mostCached = 20_000;
/** Of the time there is, so much is waited for groups. */
const groupsShare = 0.8;

/** Somebody as Slack has just said. */
export interface SeenPerson {
  readonly userId: string;
  readonly name: string;
  readonly kind: Caller["kind"];
  readonly email: string | null;
  readonly at: Date;
}

export interface IdentityOptions {
  readonly call: SlackCall;
  readonly now: () => Date;
  readonly log: Log;
  /** The workspace the bot is installed in; null until Slack was reached. */
  readonly teamId: () => string | null;
  readonly groupsOf: Directory["groupsOf"];
  /** Told of everybody looked up; documents that leave Slack need names. */
  readonly remember: (person: SeenPerson) => void;
}

/** Who somebody is, from users.info and the user groups; kept for five minutes. */
export function createIdentify(options: IdentityOptions): Identify {
  const known = new Map<string, { readonly caller: Caller; readonly until: number }>();
  const running = new Map<string, Promise<Caller>>();

  /** Who is in which group is worth less than who somebody is: without it they keep what they may do by themselves. */
  async function groupsOf(userId: string, fresh: boolean, patienceSeconds: number): Promise<GroupsOf> {
    try {
      return await within(options.groupsOf(userId, { fresh }), patienceSeconds * groupsShare * 1000);
    } catch (error) {
      options.log.warn({ err: error, userId }, "could not learn which groups somebody is in");
      return { groups: [], doubt: groupsUnanswered };
    }
  }

  async function lookUp(userId: string, fresh: boolean, patienceSeconds: number): Promise<Caller> {
    const [user, { groups, doubt }] = await Promise.all([
      userInfo(options.call, userId),
      groupsOf(userId, fresh, patienceSeconds),
    ]);
    const caller = {
      ...callerFrom(user, userId, options.teamId(), groups),
      ...(doubt === null ? {} : { groupsInDoubt: doubt }),
    };
    const { kind, email } = caller;
    options.remember({ userId, name: fullName(user) ?? caller.name, kind, email, at: options.now() });
    return caller;
  }

  function keep(userId: string, caller: Caller): void {
    if (known.size >= mostCached) known.clear();
    const lasts = caller.groupsInDoubt === undefined ? cacheMilliseconds : doubtMilliseconds;
    known.set(userId, { caller, until: options.now().getTime() + lasts });
  }

  function begin(userId: string, fresh: boolean, patienceSeconds: number): Promise<Caller> {
    const lookup = lookUp(userId, fresh, patienceSeconds);
    running.set(userId, lookup);
    lookup.then(
      (caller) => {
        // What a later look-up is under way to learn is newer.
        if (running.get(userId) !== lookup) return;
        running.delete(userId);
        keep(userId, caller);
      },
      () => {
        if (running.get(userId) === lookup) running.delete(userId);
      },
    );
    return lookup;
  }

  return async (userId, { fresh = false, patienceSeconds = 1 } = {}) => {
    const cached = known.get(userId);
    if (!fresh && cached && cached.until > options.now().getTime()) return cached.caller;
    const lookup = (fresh ? undefined : running.get(userId)) ?? begin(userId, fresh, patienceSeconds);
    try {
      return await within(lookup, patienceSeconds * 1000);
    } catch (error) {
      options.log.warn({ err: error, userId }, "could not learn who somebody is");
      return unknownCaller(userId, options.teamId());
    }
  };
}

/** What Slack says of somebody; one it does not know here is a stranger, which is an answer and no failure. */
async function userInfo(call: SlackCall, userId: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return record((await call("users.info", { user: userId })).user);
  } catch (error) {
    const word = refusedWord(error);
    if (word === "user_not_found" || word === "user_not_visible") return { is_stranger: true };
    throw error;
  }
}

function unknownCaller(userId: string, teamId: string | null): Caller {
  return {
    userId,
    teamId: teamId ?? "",
    name: userId,
    email: null,
    kind: "unknown",
    groupIds: [],
    groupHandles: [],
    timezone: "UTC",
  };
}

function callerFrom(
  user: Readonly<Record<string, unknown>>,
  userId: string,
  ours: string | null,
  groups: GroupsOf["groups"],
): Caller {
  const profile = record(user.profile);
  const name = [profile.display_name, profile.real_name, user.real_name, user.name].map(text).find(Boolean);
  return {
    userId,
    teamId: text(user.team_id) ?? ours ?? "",
    name: name ?? userId,
    email: text(profile.email),
    kind: kindOf(user, userId, ours),
    groupIds: groups.map(({ id }) => id),
    groupHandles: groups.flatMap(({ handle }) => handle || []),
    timezone: text(user.tz) ?? "UTC",
  };
}

/** The name for readers who do not know the short one that Slack shows. */
function fullName(user: Readonly<Record<string, unknown>>): string | null {
  return text(record(user.profile).real_name) || text(user.real_name);
}

/** Source: docs.slack.dev/reference/objects/user-object */
function kindOf(user: Readonly<Record<string, unknown>>, userId: string, ours: string | null): Caller["kind"] {
  const teams = record(user.enterprise_user).teams;
  const atHome = text(user.team_id) === ours || (Array.isArray(teams) && teams.includes(ours));
  if (user.deleted === true) return "deleted";
  if (user.is_bot === true || userId === "USLACKBOT") return "bot";
  if (ours === null) return "unknown";
  if (user.is_stranger === true || !atHome) return "outsider";
  if (user.is_restricted === true || user.is_ultra_restricted === true) return "guest";
  return user.is_admin === true || user.is_owner === true ? "admin" : "member";
}

/** The work's answer, or a rejection when it takes longer. */
export async function within<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
