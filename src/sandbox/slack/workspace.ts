import type { JsonObject } from "../page/protocol.ts";

/** Everything the workspace remembers, as plain JSON: what is dumped is what is restored. */
export interface Workspace {
  team: { id: string; name: string; domain: string };
  app: { id: string; botId: string; botUserId: string };
  people: Record<string, Person>;
  channels: Record<string, Channel>;
  usergroups: Record<string, Usergroup>;
  files: Record<string, SlackFile>;
  canvases: Record<string, Canvas>;
  /** Every view that is open in a modal, and every published Home tab. */
  views: Record<string, View>;
  /** The open modal of a person: view ids, lowest first. */
  stacks: Record<string, string[]>;
  homes: Record<string, string>;
  scheduled: Record<string, ScheduledMessage>;
  /** The highest number given out so far for made-up ids and, in microseconds, for message timestamps. */
  counters: { id: number; timestamp: number };
}

export interface Person {
  id: string;
  teamId: string;
  name: string;
  realName: string;
  title: string;
  email: string;
  color: string;
  timezone: { name: string; label: string; offset: number };
  deleted: boolean;
  admin: boolean;
  /** A guest: of several channels, or of one. */
  restricted: boolean;
  ultraRestricted: boolean;
  bot: boolean;
  updated: number;
}

export interface Channel {
  id: string;
  name: string;
  kind: "public" | "private" | "im";
  created: number;
  creator: string;
  archived: boolean;
  general: boolean;
  topic: Note;
  purpose: Note;
  previousNames: string[];
  members: string[];
  messages: Message[];
  pins: Pin[];
  bookmarks: Bookmark[];
  canvas: string | null;
  /** The timestamp up to which each person has read. */
  read: Record<string, string>;
}

export interface Note {
  value: string;
  creator: string;
  lastSet: number;
}

export interface Message {
  ts: string;
  threadTs: string | null;
  user: string;
  /** Set when the app posted it. */
  app: boolean;
  text: string;
  blocks: JsonObject[];
  attachments: JsonObject[];
  files: string[];
  reactions: { name: string; users: string[] }[];
  edited: { user: string; ts: string } | null;
  subtype: string | null;
  /** Fields a subtype brings along: topic, inviter, root … */
  extra: JsonObject;
  metadata: JsonObject | null;
  clientMessageId: string | null;
  username: string | null;
  icons: JsonObject | null;
}

export interface Pin {
  ts: string;
  by: string;
  created: number;
}

export interface Bookmark {
  id: string;
  title: string;
  link: string;
  emoji: string;
  created: number;
  updated: number;
  by: string;
}

export interface Usergroup {
  id: string;
  handle: string;
  name: string;
  description: string;
  users: string[];
  disabled: boolean;
  created: number;
  updated: number;
  updatedBy: string;
}

export interface SlackFile {
  id: string;
  user: string;
  name: string;
  title: string;
  mimetype: string;
  created: number;
  size: number;
  altText: string;
  /** Null until the bytes have been sent. */
  base64: string | null;
  /** False until completeUploadExternal. */
  complete: boolean;
  deleted: boolean;
  /** Where it was shared: channel id and message timestamp. */
  shares: { channel: string; ts: string }[];
}

export interface Canvas {
  id: string;
  title: string;
  owner: string;
  created: number;
  updated: number;
  /** The channel whose canvas tab it is, or that can read it. */
  channels: string[];
  users: string[];
  access: Record<string, string>;
  sections: { id: string; markdown: string }[];
}

export interface View {
  id: string;
  user: string;
  type: "modal" | "home";
  /** The view as the bot sent it, with the block and action ids Slack fills in. */
  definition: JsonObject;
  hash: string;
  root: string;
  previous: string | null;
  values: Record<string, Record<string, JsonObject>>;
  errors: Record<string, string>;
  failure: string | null;
}

export interface ScheduledMessage {
  id: string;
  channel: string;
  postAt: number;
  created: number;
  message: JsonObject;
}
