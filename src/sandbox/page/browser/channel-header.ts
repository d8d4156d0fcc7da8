import type { VNode } from "preact";
import type { ChannelDetail, ChannelState } from "../protocol.ts";
import { avatar } from "./avatar.ts";
import { h, html } from "./html.ts";
import { type IconName, icon } from "./icons.ts";
import { MenuButton } from "./menu.ts";
import { inChannel, type Pane } from "./place.ts";
import { partnerOf, personOf, useSession } from "./session.ts";
import { withEmoji } from "./text/emoji.ts";
import { Link, MrkdwnLine } from "./text/passages.ts";

interface ChannelHeaderProps {
  readonly channel: ChannelState;
  readonly detail: ChannelDetail | undefined;
  readonly tabs: VNode | null;
}

/** Name, topic, members and pins; below them bookmarks and canvases. */
export function ChannelHeader({ channel, detail, tabs }: ChannelHeaderProps): VNode {
  const { state, place, go, act } = useSession();
  const pane = place.kind === "channel" ? place.pane : null;
  const toggle = (wanted: Pane) => {
    const isOpen =
      pane?.kind === wanted.kind && (wanted.kind !== "canvas" || (pane.kind === "canvas" && pane.id === wanted.id));
    go(inChannel(channel.id, isOpen ? null : wanted));
  };
  const button = (
    wanted: Pane,
    name: IconName,
    label: string,
    words: string,
  ) => html`<button type="button" class="header-button"
    aria-label=${label} title=${label} aria-pressed=${pane?.kind === wanted.kind} onClick=${() => toggle(wanted)}>${icon(name)} ${words}</button>`;
  const isRoom = channel.kind !== "im";
  const pins = detail?.pins.length ?? 0;
  const members = channel.memberIds.length;
  const bookmarks = detail?.bookmarks ?? [];
  const canvases = detail?.canvases ?? [];
  const items = [
    ...(channel.isMember
      ? [{ label: "Leave channel", run: () => void act({ act: "leave", channel: channel.id }) }]
      : []),
    ...(channel.archived
      ? []
      : [{ label: "Archive channel", danger: true, run: () => void act({ act: "archive", channel: channel.id }) }]),
  ];
  return html`<header class="channel-header">
    <div class="channel-line">
      <h1>${isRoom ? icon(channel.kind === "private" ? "lock" : "hash") : avatar(partnerOf(state, channel), "small")}
        <span class="channel-name">${isRoom ? channel.name : partnerOf(state, channel).realName}</span></h1>
      ${channel.topic !== "" && html`<p class="topic" title=${withEmoji(channel.topic)}>${h(MrkdwnLine, { text: channel.topic })}</p>`}
      <span class="channel-buttons">
        ${
          isRoom &&
          html`<button type="button" class="header-button" aria-label=${`${members} members`} title=${names(channel)} aria-pressed=${pane?.kind === "members"}
          onClick=${() => toggle({ kind: "members" })}>${icon("people")} ${members}</button>`
        }
        ${button({ kind: "pins" }, "pin", pins === 1 ? "1 pinned message" : `${pins} pinned messages`, String(pins))}
        ${isRoom && items.length > 0 && h(MenuButton, { label: "Channel actions", face: icon("more"), items })}
      </span>
    </div>
    ${tabs}
    ${
      (bookmarks.length > 0 || canvases.length > 0) &&
      html`<ul class="bookmarks" aria-label="Bookmarks and canvases">
        ${bookmarks.map(
          ({ id, title, link, emoji }) =>
            html`<li key=${id} class="bookmark">${h(Link, { url: link }, html`<span>${emoji === "" ? icon("bookmark") : withEmoji(emoji.startsWith(":") ? emoji : `:${emoji}:`)} ${title}</span>`)}</li>`,
        )}
        ${canvases.map(
          ({ id, title }) =>
            html`<li key=${id}><button type="button" class="bookmark" aria-pressed=${pane?.kind === "canvas" && pane.id === id}
              onClick=${() => toggle({ kind: "canvas", id })}>${icon("canvas")} ${title}</button></li>`,
        )}
      </ul>`
    }
  </header>`;

  function names({ memberIds }: ChannelState): string {
    return memberIds.map((id) => personOf(state, id)?.realName ?? id).join(", ");
  }
}
