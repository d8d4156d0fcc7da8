import type { PersonReference } from "./configuration.ts";

/** Where something is shown: a known channel, an incident's own (which may not exist yet), a configured one, or a person. */
export type Place =
  | { readonly channel: string }
  | { readonly incident: string }
  | { readonly configured: "incidents" | "alerts" | "operations" | "deployments" | "monitoring" }
  /** A channel that the configuration names and people look after: never made, only found. */
  | { readonly named: string }
  | { readonly user: string };

/**
 * Something Slack should show. It names what to draw, not how: the newest state is drawn when it is sent. Each is
 * carried out once, in order for one message, retried while Slack is away, and looked up when in doubt.
 */
export type Intent =
  /** A living message: posted the first time, edited after that; one for each view, subject and place. */
  | {
      readonly kind: "card";
      readonly view: string;
      readonly subject: string;
      readonly place: Place;
      readonly pin?: boolean;
    }
  /** A message posted once. `once` makes it unique: a second intent with the same word is the same message. */
  | {
      readonly kind: "message";
      readonly view: string;
      readonly subject: string;
      readonly place: Place;
      readonly once: string;
      readonly thread?: { readonly ts: string } | { readonly card: string; readonly subject: string };
    }
  | { readonly kind: "channel"; readonly incident: string }
  | { readonly kind: "topic"; readonly incident: string }
  /** Slack user ids, e-mail addresses or @usergroups; looked up when it is sent. */
  | { readonly kind: "invite"; readonly incident: string; readonly userIds: readonly PersonReference[] }
  /** Takes a person out of the incident's channel. */
  | { readonly kind: "remove"; readonly incident: string; readonly userId: string }
  /** Gives a channel that was an incident's a name that says nothing, and archives it. */
  | { readonly kind: "retire-channel"; readonly incident: string; readonly channel: string }
  | { readonly kind: "bookmark"; readonly incident: string; readonly title: string; readonly link: string }
  | { readonly kind: "archive"; readonly incident: string }
  /**
   * Files made by a view (documents), uploaded together into the place, once for each `once`. With `replaces` the
   * bot's earlier files of that view, subject and place are deleted and their message says so; else they stay.
   */
  | {
      readonly kind: "files";
      readonly view: string;
      readonly subject: string;
      readonly place: Place;
      readonly once: string;
      /** Under this card, which is drawn anew once they are there. */
      readonly under?: { readonly card: string; readonly subject: string };
      readonly replaces?: true;
    }
  /** A canvas in the place's channel; written anew on each intent. */
  | { readonly kind: "canvas"; readonly view: string; readonly subject: string; readonly place: Place }
  /** A team's user group holds who is on call now. */
  | { readonly kind: "group"; readonly team: string }
  /** The person's App Home. */
  | { readonly kind: "home"; readonly userId: string }
  /** Adds the bot's own emoji to a message, as an acknowledgement people see in place. */
  | { readonly kind: "react"; readonly channel: string; readonly ts: string; readonly name: string };

export type Lane = "page" | "answer" | "declare" | "normal" | "cosmetic";

export interface Outbox {
  readonly add: (intent: Intent, lane?: Lane) => Promise<void>;
  /** What has not reached Slack yet or never will, for one incident, in words for its card. */
  readonly missing: (incidentId: string) => Promise<readonly MissingPiece[]>;
  /** Sends what Slack would not take of an incident because the bot was not in its channel, or that was archived. */
  readonly sendRefused: (incidentId: string) => Promise<void>;
  /**
   * Has every card posted of the incident, in its channel and elsewhere, replaced by a neutral word where it stands;
   * cards of it that are drawn after that are posted anew.
   */
  readonly withdraw: (incidentId: string) => Promise<void>;
  /** Where a card was posted, once it was. */
  readonly posted: (
    view: string,
    subject: string,
  ) => Promise<{ readonly channelId: string; readonly ts: string } | null>;
  /** Files of a view as they were last uploaded; empty before that. */
  readonly documents: (view: string, subject: string) => Promise<readonly UploadedFile[]>;
}

export interface UploadedFile {
  readonly id: string;
  readonly title: string;
  /** Null where Slack did not say. */
  readonly permalink: string | null;
}

export interface MissingPiece {
  /** channel, topic, invite, bookmark, card, announcement … */
  readonly piece: string;
  readonly state: "waiting" | "failed";
  /** Slack's own word for why, or null while it is merely waiting. */
  readonly reason: string | null;
  /** For invites: who. */
  readonly userIds: readonly string[];
  /** For what goes to a channel outside: its name. */
  readonly where?: string;
}
