import type { GroupDoubt } from "../domain/access/caller.ts";
import type { PersonReference } from "../domain/configuration.ts";
import { refusedWord, type SlackCall, SlackCallError } from "./call.ts";
import { list, type Payload, record, text } from "./payload.ts";

const cacheMilliseconds = 5 * 60_000;
/** usergroups.list may be called about 20 times a minute: what was asked for within this time counts as asked afresh. */
const freshMilliseconds = 3000;
/** Source: docs.slack.dev/reference/methods/conversations.list and users.list: under 1000 a page. */
const pageSize = 500;
const mostPages = 40;

export interface Group {
  readonly id: string;
  /** In lower case, without the @. */
  readonly handle: string;
  readonly users: readonly string[];
}

/** The groups somebody is in, and which of them may not be the ones that are meant by their handles. */
export interface GroupsOf {
  readonly groups: readonly Group[];
  readonly doubt: GroupDoubt | null;
}

/**
 * Of groups that rights are given to by handle, the handles that another group has now than the one they were first
 * seen on.
 */
export type TakenHandles = (groups: readonly Group[]) => Promise<readonly string[]>;

/** Finds people, groups and channels by what the configuration or a person calls them. */
export interface Directory {
  /** As Slack last said, at most five minutes ago; at most three seconds ago where it is asked `fresh`. */
  readonly groupsOf: (userId: string, options?: { readonly fresh?: boolean }) => Promise<GroupsOf>;
  /** Slack user ids for a reference; empty where nobody is meant. */
  readonly people: (reference: PersonReference) => Promise<readonly string[]>;
  /** A user id by the name after an @; null where there is none. */
  readonly byName: (name: string) => Promise<string | null>;
  readonly names: () => Promise<readonly string[]>;
  /**
   * The id of a channel that the configuration names: a public one that does not exist is made, one the bot is not
   * in is joined. With `make: false` one that does not exist is refused as channel_not_found.
   */
  /** A user group by handle or id, as it is now; null where there is none. */
  readonly group: (reference: string) => Promise<Group | null>;
  readonly channel: (nameOrId: string, options?: { readonly make: boolean }) => Promise<string>;
  /** Forgets what was found, so that the next question is asked anew. */
  readonly forget: () => void;
}

export function createDirectory({
  call,
  now,
  takenHandles = async () => [],
}: {
  readonly call: SlackCall;
  readonly now: () => Date;
  readonly takenHandles?: TakenHandles;
}): Directory {
  const groups = cached(now, async () => {
    const read = await readGroups(call);
    // Each is taken down when it is first seen, whoever is in it; where that fails, those of a person are asked for again.
    const taken = await takenHandles(read.all).catch(() => null);
    return { ...read, taken };
  });
  const people = cached(now, () => readPeople(call));
  const emails = new Map<string, { readonly id: string | null; readonly until: number }>();
  const channels = new Map<string, { readonly id: Promise<string>; readonly until: number }>();

  async function byEmail(email: string): Promise<string | null> {
    const hit = emails.get(email);
    if (hit && hit.until > now().getTime()) return hit.id;
    let id: string | null = null;
    try {
      id = text(record((await call("users.lookupByEmail", { email })).user).id);
    } catch (error) {
      if (refusedWord(error) !== "users_not_found") throw error;
    }
    // Who is not found may be in a minute: accounts are made and brought back.
    if (id) emails.set(email, { id, until: now().getTime() + cacheMilliseconds });
    return id;
  }

  async function reference(word: string): Promise<readonly string[]> {
    if (/^[UW][A-Z0-9]{2,}$/.test(word)) return [word];
    if (/^S[A-Z0-9]{4,}$/.test(word) || word.startsWith("@")) {
      const handle = word.replace(/^@/, "").toLowerCase();
      const { all } = await groups.get();
      return all.find((group) => group.id === word || group.handle === handle)?.users ?? [];
    }
    const id = word.includes("@") ? await byEmail(word) : null;
    return id ? [id] : [];
  }

  return {
    groupsOf: async (userId, { fresh = false } = {}) => {
      const { all, hidden, taken: seen } = await groups.get(fresh ? freshMilliseconds : cacheMilliseconds);
      if (hidden) return { groups: [], doubt: groupsHidden };
      const own = all.filter((group) => group.users.includes(userId));
      const doubtful = own.filter(({ handle }) => seen === null || seen.includes(handle));
      // An admin may have said meanwhile that one is right.
      const taken = doubtful.length === 0 ? [] : await takenHandles(doubtful);
      return {
        groups: own.map((group) => (taken.includes(group.handle) ? { ...group, handle: "" } : group)),
        doubt: taken.length === 0 ? null : handlesTaken(taken),
      };
    },
    people: reference,
    byName: async (name) => {
      const wanted = name.toLowerCase();
      return (
        (await people.get()).find((person) => person.names.some((one) => one.toLowerCase() === wanted))?.id ?? null
      );
    },
    names: async () => (await people.get()).flatMap((person) => person.names.slice(0, 1)),
    channel: (nameOrId, { make } = { make: true }) => {
      const name = nameOrId.replace(/^#/, "");
      const known = channels.get(name);
      if (known && known.until > now().getTime()) return known.id;
      const id = findChannel(call, name, make);
      id.catch(() => channels.delete(name));
      channels.set(name, { id, until: now().getTime() + cacheMilliseconds });
      return id;
    },
    group: async (word) => {
      groups.forget();
      const handle = word.replace(/^@/, "").toLowerCase();
      const { all } = await groups.get();
      return all.find((group) => group.id === word || group.handle === handle) ?? null;
    },
    forget: () => {
      groups.forget();
      people.forget();
      emails.clear();
      channels.clear();
    },
  };
}

function cached<T>(now: () => Date, read: () => Promise<T>) {
  let kept: { readonly value: Promise<T>; readonly since: number } | null = null;
  return {
    get: (oldestMilliseconds = cacheMilliseconds): Promise<T> => {
      if (kept && kept.since + oldestMilliseconds > now().getTime()) return kept.value;
      const value = read();
      const mine = { value, since: now().getTime() };
      kept = mine;
      value.catch(() => {
        if (kept === mine) kept = null;
      });
      return value;
    },
    forget: () => {
      kept = null;
    },
  };
}

const groupsHidden: GroupDoubt = {
  handles: "all",
  why: "the bot may not see user groups",
  next: "Ask whoever runs Tocsin to give it the scope usergroups:read; `npm run doctor` says how.",
};

/** What counts for somebody whose groups Slack did not tell in time. */
export const groupsUnanswered: GroupDoubt = {
  handles: "all",
  why: "Slack did not say which user groups you are in",
  next: "Try again in a moment.",
};

function handlesTaken(handles: readonly string[]): GroupDoubt {
  const [first = ""] = handles;
  return {
    handles,
    why: `@${first} is another user group now than the one rights were given to`,
    next: `If that is right, a workspace admin says so with \`/ops policy group @${first}\`.`,
  };
}

async function readGroups(call: SlackCall): Promise<{ readonly all: readonly Group[]; readonly hidden: boolean }> {
  try {
    const answer = await call("usergroups.list", { include_users: true });
    const all = list(answer.usergroups).map((one) => {
      const group = record(one);
      return {
        id: text(group.id) ?? "",
        handle: (text(group.handle) ?? "").toLowerCase(),
        users: list(group.users).filter((user) => typeof user === "string"),
      };
    });
    return { all, hidden: false };
  } catch (error) {
    // Free workspaces have no user groups; without the scope there may be some that cannot be seen.
    const word = refusedWord(error);
    if (word === "plan_upgrade_required" || word === "unknown_method") return { all: [], hidden: false };
    if (word === "missing_scope") return { all: [], hidden: true };
    throw error;
  }
}

async function readPeople(call: SlackCall) {
  const members = await pages(call, "users.list", {}, "members");
  return members
    .filter((member) => member.deleted !== true && member.is_bot !== true)
    .map((member) => {
      const profile = record(member.profile);
      const names = [member.name, profile.display_name, profile.real_name, member.real_name].map(text);
      return { id: text(member.id) ?? "", names: names.filter((name) => name !== null) };
    });
}

async function pages(call: SlackCall, method: string, args: Payload, key: string): Promise<readonly Payload[]> {
  const found: Payload[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < mostPages; page += 1) {
    const answer = await call(method, { ...args, limit: pageSize, ...(cursor ? { cursor } : {}) });
    found.push(...list(answer[key]).map(record));
    cursor = text(record(answer.response_metadata).next_cursor);
    if (!cursor) break;
  }
  return found;
}

async function findChannel(call: SlackCall, name: string, make: boolean): Promise<string> {
  const isId = /^[CG][A-Z0-9]{3,}$/.test(name);
  const found = isId
    ? record((await call("conversations.info", { channel: name })).channel)
    : (await listChannels(call)).find((one) => one.name === name || one.name_normalized === name);
  if (!found && !make) {
    const trouble = { kind: "refused", word: "channel_not_found", data: {} } as const;
    throw new SlackCallError("conversations.list", trouble, undefined);
  }
  if (!found) return createChannel(call, name);
  const id = text(found.id) ?? name;
  if (found.is_member === false && found.is_private !== true) await call("conversations.join", { channel: id });
  return id;
}

async function listChannels(call: SlackCall): Promise<readonly Payload[]> {
  const args = { exclude_archived: true, types: "public_channel,private_channel" };
  try {
    return await pages(call, "conversations.list", args, "channels");
  } catch (error) {
    if (refusedWord(error) !== "missing_scope") throw error;
    return pages(call, "conversations.list", { ...args, types: "public_channel" }, "channels");
  }
}

async function createChannel(call: SlackCall, name: string): Promise<string> {
  const answer = await call("conversations.create", { name });
  const id = text(record(answer.channel).id);
  if (!id) throw new Error("conversations.create answered without a channel");
  return id;
}
