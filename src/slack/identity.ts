import type { Caller } from "../domain/access/caller.ts";
import type { Identify, Log } from "../domain/ports.ts";
import { refusedWord, type SlackCall } from "./call.ts";
import { record, text } from "./payload.ts";

const cacheMilliseconds = 5 * 60_000;
const mostCached = 20_000;

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
  readonly groupsOf: (userId: string) => Promise<readonly { readonly id: string; readonly handle: string }[]>;
  /** Told of everybody looked up; documents that leave Slack need names. */
  readonly remember: (person: SeenPerson) => void;
}

/** Who somebody is, from users.info and the user groups; kept for five minutes. */
export function createIdentify(options: IdentityOptions): Identify {
  const known = new Map<string, { readonly caller: Caller; readonly until: number }>();
  const running = new Map<string, Promise<Caller>>();

  async function lookUp(userId: string): Promise<Caller> {
    const [user, groups] = await Promise.all([userInfo(options.call, userId), options.groupsOf(userId)]);
    const caller = callerFrom(user, userId, options.teamId(), groups);
    const at = options.now();
    if (known.size >= mostCached) known.clear();
    known.set(userId, { caller, until: at.getTime() + cacheMilliseconds });
    const { kind, email } = caller;
    options.remember({ userId, name: fullName(user) ?? caller.name, kind, email, at });
    return caller;
  }

  return async (userId, { fresh = false, patienceSeconds = 1 } = {}) => {
    const cached = known.get(userId);
    if (!fresh && cached && cached.until > options.now().getTime()) return cached.caller;
    let lookup = running.get(userId);
    if (!lookup || fresh) {
      lookup = lookUp(userId).finally(() => running.delete(userId));
      running.set(userId, lookup);
    }
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
  groups: readonly { readonly id: string; readonly handle: string }[],
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
    groupHandles: groups.map(({ handle }) => handle),
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
