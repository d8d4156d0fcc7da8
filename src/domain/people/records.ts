import type { Caller } from "../access/caller.ts";
import type { PersonReference } from "../configuration.ts";

/** Somebody as Slack last said; whoever was never looked up is not there. */
export interface KnownPerson {
  readonly userId: string;
  readonly name: string;
  readonly kind: Caller["kind"];
  readonly email: string | null;
}

export interface PeopleRecords {
  readonly known: (userIds: readonly string[]) => Promise<ReadonlyMap<string, KnownPerson>>;
  /** Slack user ids that each reference stood for when it was last looked up; one never looked up is left out. */
  readonly meant: (references: readonly PersonReference[]) => Promise<ReadonlyMap<PersonReference, readonly string[]>>;
  /** Keeps who somebody is; one who could not be learned changes nothing. */
  readonly keep: (person: Pick<Caller, "userId" | "name" | "kind" | "email">) => Promise<void>;
  readonly keepMeant: (reference: PersonReference, userIds: readonly string[]) => Promise<void>;
}

/** Looks up in Slack who a reference stands for and what kind of people they are, and keeps it; nobody for an unknown one. */
export type LookUpPeople = (references: readonly PersonReference[]) => Promise<void>;

/** Whether somebody of that kind may be on call or hold a role; who could not be learned may. */
export function mayServe(person: Pick<KnownPerson, "kind"> | undefined): boolean {
  return !person || person.kind === "member" || person.kind === "admin" || person.kind === "unknown";
}
