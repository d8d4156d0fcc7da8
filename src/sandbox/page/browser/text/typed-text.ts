import type { ChannelState, PersonState } from "../../protocol.ts";

/** What the names a person types may stand for. */
export interface Names {
  readonly people: readonly PersonState[];
  readonly channels: readonly ChannelState[];
  readonly groups: readonly { readonly id: string; readonly handle: string }[];
}

/** Turns what Slack keeps back into what a person typed, for one who edits it. */
export function decodeTyped(text: string, names: Names): string {
  return text
    .replace(/<@([A-Z0-9]+)(?:\|[^>]*)?>/g, (whole, id: string) => {
      const person = names.people.find((candidate) => candidate.id === id);
      return person === undefined ? whole : `@${person.name}`;
    })
    .replace(/<#([A-Z0-9]+)(?:\|[^>]*)?>/g, (whole, id: string) => {
      const channel = names.channels.find((candidate) => candidate.id === id);
      return channel === undefined ? whole : `#${channel.name}`;
    })
    .replace(/<!subteam\^([A-Z0-9]+)(?:\|[^>]*)?>/g, (whole, id: string) => {
      const group = names.groups.find((candidate) => candidate.id === id);
      return group === undefined ? whole : `@${group.handle}`;
    })
    .replace(/<!(here|channel|everyone)(?:\|[^>]*)?>/g, "@$1")
    .replace(/<(https?:[^|>]+)(?:\|[^>]*)?>/g, "$1")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}
