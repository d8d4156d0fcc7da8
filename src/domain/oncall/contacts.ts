import type { Caller } from "../access/caller.ts";
import { isOneOf } from "../access/principal.ts";
import type { PersonReference } from "../configuration.ts";
import { requireMember } from "../incident/access.ts";
import { nearest } from "../nearest.ts";
import type { App } from "../ports.ts";

/** Somebody to turn to, inside or outside the company. */
export interface Contact {
  /** What they are turned to for: Database administrator, AWS Support. */
  readonly role: string;
  readonly name: string | null;
  /** In Slack; null for people outside. */
  readonly person: PersonReference | null;
  /** Telephone, e-mail address, web address, as written; in the order to try them. */
  readonly reach: readonly string[];
  /** When they answer, in words; null where nobody said. */
  readonly availability: string | null;
  /** What of the catalog, and which words, they are for. */
  readonly about: readonly string[];
  readonly note: string | null;
  /** Principals who may see them. */
  readonly visibleTo: readonly string[];
}

/** The contacts a caller may see, with who they are in Slack; with words, only those that have all of them. */
export async function contactsFor(
  app: App,
  caller: Caller,
  words: string,
): Promise<{
  readonly contacts: readonly (Contact & { readonly userIds: readonly string[] })[];
  /** What they could have meant, where nothing has the words. */
  readonly nearest: readonly string[];
  /** How many they may see in all. */
  readonly all: number;
}> {
  requireMember(caller);
  const visible = (app.config.contacts ?? []).filter(({ visibleTo }) => isOneOf(caller, visibleTo));
  const asked = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = visible.filter((contact) => asked.every((word) => textOf(contact).includes(word)));
  const references = found.flatMap(({ person }) => person ?? []);
  const meant = references.length > 0 ? await app.people.meant(references) : new Map<string, readonly string[]>();
  return {
    contacts: found.map((contact) => ({
      ...contact,
      userIds: contact.person ? (meant.get(contact.person) ?? []) : [],
    })),
    nearest:
      found.length > 0 ? [] : nearest(words, [...new Set(visible.flatMap(({ role, about }) => [role, ...about]))]),
    all: visible.length,
  };
}

function textOf({ role, name, about, note }: Contact): string {
  return [role, name ?? "", ...about, note ?? ""].join(" ").toLowerCase();
}
