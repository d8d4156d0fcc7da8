import type { PersonReference } from "../domain/configuration.ts";
import { refusedWord, type SlackCall, SlackCallError } from "./call.ts";
import { list, type Payload, record, text } from "./payload.ts";

const cacheMilliseconds = 5 * 60_000;
/** Source: docs.slack.dev/reference/methods/conversations.list and users.list: under 1000 a page. */
const pageSize = 500;
const mostPages = 40;

export interface Group {
  readonly id: string;
  /** In lower case, without the @. */
  readonly handle: string;
  readonly users: readonly string[];
}

/** Finds people, groups and channels by what the configuration or a person calls them. */
export interface Directory {
  readonly groupsOf: (userId: string) => Promise<readonly Group[]>;
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

export function createDirectory({ call, now }: { readonly call: SlackCall; readonly now: () => Date }): Directory {
  const groups = cached(now, () => readGroups(call));
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
      return (await groups.get()).find((group) => group.id === word || group.handle === handle)?.users ?? [];
    }
    const id = word.includes("@") ? await byEmail(word) : null;
    return id ? [id] : [];
  }

  return {
    groupsOf: async (userId) => (await groups.get()).filter((group) => group.users.includes(userId)),
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
      return (await groups.get()).find((group) => group.id === word || group.handle === handle) ?? null;
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
  let kept: { readonly value: Promise<T>; readonly until: number } | null = null;
  return {
    get: (): Promise<T> => {
      if (kept && kept.until > now().getTime()) return kept.value;
      const value = read();
      kept = { value, until: now().getTime() + cacheMilliseconds };
      value.catch(() => {
        kept = null;
      });
      return value;
    },
    forget: () => {
      kept = null;
    },
  };
}

async function readGroups(call: SlackCall): Promise<readonly Group[]> {
  try {
    const answer = await call("usergroups.list", { include_users: true });
    return list(answer.usergroups).map((one) => {
      const group = record(one);
      return {
        id: text(group.id) ?? "",
        handle: (text(group.handle) ?? "").toLowerCase(),
        users: list(group.users).filter((user) => typeof user === "string"),
      };
    });
  } catch (error) {
    // Free workspaces have no user groups; without the scope there is nothing to see.
    const word = refusedWord(error);
    if (word === "plan_upgrade_required" || word === "missing_scope" || word === "unknown_method") return [];
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
