import type { Drawn } from "../../../templates/kit.ts";
import type { Configuration } from "../../domain/configuration.ts";
import type { Incident } from "../../domain/incident/incident.ts";
import type { Place } from "../../domain/intent.ts";
import type { OutboxRow, OutboxRows } from "../../domain/outbox.ts";
import type { App } from "../../domain/ports.ts";
import type { SlackCall } from "../call.ts";
import type { Directory } from "../directory.ts";

/** What one attempt of a row works with. */
export interface SenderContext {
  /** Calls Slack within the method's budget; throws SlackCallError, or NotNow before asking. */
  readonly call: SlackCall;
  readonly directory: Directory;
  readonly config: Configuration;
  /** Draws the newest state of a subject; null when there is nothing to show any more. */
  readonly render: (view: string, subject: string) => Promise<Drawn | null>;
  /** One transaction. */
  readonly work: <T>(work: (app: App, rows: OutboxRows) => Promise<T>) => Promise<T>;
  readonly botUserId: () => string;
  readonly now: () => Date;
  /** Direct channels that were opened, by person: theirs never changes. */
  readonly directChannels: Map<string, string>;
}

/** What there is to record of a row that was carried out, in the transaction that marks it sent. */
export type Record = (app: App, rows: OutboxRows) => Promise<void>;

/** Carries out one row. Throws Undeliverable when it never will be, anything else when it may be tried again. */
export type Sender<I> = (context: SenderContext, row: OutboxRow, intent: I) => Promise<Record | undefined>;

/** It will never be carried out as it is: Slack's word for why, and for whom where it is about people. */
export class Undeliverable extends Error {
  override readonly name = "Undeliverable";
  readonly userIds: readonly string[] | undefined;
  constructor(why: string, userIds?: readonly string[]) {
    super(why);
    this.userIds = userIds;
  }
}

/** The method's budget is used up: try again then; Slack was not asked. */
export class NotNow extends Error {
  override readonly name = "NotNow";
  readonly until: Date;
  constructor(method: string, until: Date) {
    super(`${method} has no budget left`);
    this.until = until;
  }
}

/** Slack's word for why not, where people can put it right in Slack: it is tried again now and then. */
export class NotYet extends Error {
  override readonly name = "NotYet";
  constructor(word: string) {
    super(word);
  }
}

/** The channel of a place; null when the configuration names none for it. */
export async function channelOf(context: SenderContext, place: Place): Promise<string | null> {
  if ("channel" in place) return place.channel;
  if ("configured" in place) {
    const name = context.config.channels[place.configured];
    return name === null ? null : context.directory.channel(name);
  }
  if ("user" in place) return directChannel(context, place.user);
  if ("named" in place) return context.directory.channel(place.named, { make: false });
  const incident = await context.work((app) => app.incidents.byId(place.incident));
  return incident?.channelId ?? null;
}

/** The incident an intent is about. */
export async function incidentOf(context: SenderContext, id: string): Promise<Incident> {
  const incident = await context.work((app) => app.incidents.byId(id));
  if (!incident) throw new Undeliverable("incident_gone");
  return incident;
}

async function directChannel(context: SenderContext, user: string): Promise<string> {
  const known = context.directChannels.get(user);
  if (known) return known;
  const answer = await context.call("conversations.open", { users: user });
  const channel = answer.channel as { readonly id?: unknown } | undefined;
  if (typeof channel?.id !== "string") throw new Undeliverable("no_direct_channel");
  context.directChannels.set(user, channel.id);
  return channel.id;
}
