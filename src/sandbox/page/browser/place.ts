import { pagePaths } from "../protocol.ts";

/** What stands beside the messages. */
export type Pane =
  | { readonly kind: "thread"; readonly ts: string }
  | { readonly kind: "members" }
  | { readonly kind: "pins" }
  | { readonly kind: "canvas"; readonly id: string };

/** Where in the workspace a person is; it is kept in the address, so that back, reload and a second window work. */
export type Place =
  | { readonly kind: "channel"; readonly channel: string; readonly pane: Pane | null; readonly ts: string | null }
  | { readonly kind: "home" };

export const firstChannel: Place = { kind: "channel", channel: "C0INCIDENTS", pane: null, ts: null };

export function placeOf(hash: string): Place | null {
  const [where = "", what = "", which = ""] = hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  if (where === "home") return { kind: "home" };
  if (!/^[CDG][A-Z0-9]+$/.test(where)) return null;
  return { kind: "channel", channel: where, ...paneOf(what, which) };
}

function paneOf(what: string, which: string): { readonly pane: Pane | null; readonly ts: string | null } {
  if (what === "thread") return { pane: { kind: "thread", ts: which }, ts: null };
  if (what === "canvas") return { pane: { kind: "canvas", id: which }, ts: null };
  if (what === "members" || what === "pins") return { pane: { kind: what }, ts: null };
  return { pane: null, ts: what === "message" ? which : null };
}

export function hashOf(place: Place): string {
  if (place.kind === "home") return "#/home";
  const { channel, pane, ts } = place;
  if (pane === null) return ts === null ? `#/${channel}` : `#/${channel}/message/${ts}`;
  if (pane.kind === "thread") return `#/${channel}/thread/${pane.ts}`;
  return pane.kind === "canvas" ? `#/${channel}/canvas/${pane.id}` : `#/${channel}/${pane.kind}`;
}

export function inChannel(channel: string, pane: Pane | null = null): Place {
  return { kind: "channel", channel, pane, ts: null };
}

/**
 * The place a link within the workspace leads to, or null for any other link: a permalink
 * (`https://waooaw.slack.com/archives/C1/p1700000000000100?thread_ts=…`) or a channel's address.
 */
export function placeOfLink(link: string): Place | null {
  if (!URL.canParse(link, "http://localhost")) return null;
  const url = new URL(link, "http://localhost");
  const match = /\/archives\/([CDG][A-Z0-9]+)(?:\/p(\d{10})(\d{6}))?\/?$/.exec(url.pathname);
  if (match?.[1] === undefined) return null;
  const thread = url.searchParams.get("thread_ts");
  if (thread !== null) return inChannel(match[1], { kind: "thread", ts: thread });
  const ts = match[2] === undefined ? null : `${match[2]}.${match[3]}`;
  return { kind: "channel", channel: match[1], pane: null, ts };
}

/** Where the sandbox keeps what a link to a file or canvas of this workspace names; any other link as it is. */
export function sandboxHref(link: string): string {
  const match = /^https:\/\/[a-z0-9-]+\.slack\.com\/(files|docs)\/[A-Z0-9]+\/(F[A-Z0-9]+)(?:\/[^/]*)?$/.exec(link);
  if (match === null) return link;
  return `${match[1] === "files" ? pagePaths.files : pagePaths.canvases}${match[2]}`;
}
