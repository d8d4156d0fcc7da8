import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { ChannelState, PersonState } from "../protocol.ts";
import { avatar } from "./avatar.ts";
import { h, html } from "./html.ts";
import { icon } from "./icons.ts";
import { MenuButton } from "./menu.ts";
import { hashOf, inChannel, type Place } from "./place.ts";
import { partnerOf, useSession } from "./session.ts";

interface SidebarProps {
  readonly connected: boolean;
  readonly onActAs: (id: string) => void;
  readonly theme: VNode;
}

/** The left bar: who one is, channels, direct messages and the app. */
export function Sidebar({ connected, onActAs, theme }: SidebarProps): VNode {
  const { state, place, go } = useSession();
  const [showsOthers, setShowsOthers] = useState(false);
  const bot = state.people.find(({ kind }) => kind === "bot");
  const rooms = state.channels.filter(({ kind }) => kind !== "im").sort((a, b) => a.name.localeCompare(b.name));
  const mine = rooms.filter(({ isMember, archived }) => isMember && !archived);
  const others = rooms.filter(({ isMember, archived }) => !isMember || archived);
  const direct = state.channels.filter((channel) => channel.kind === "im" && !isWith(channel, bot));
  const botChannel = state.channels.find((channel) => channel.kind === "im" && isWith(channel, bot));
  const isAtApp = place.kind === "home" || (place.kind === "channel" && place.channel === botChannel?.id);

  // As in Slack, an app that wrote opens on what it wrote, else on its home.
  const appPlace: Place =
    botChannel !== undefined && botChannel.unread > 0 ? inChannel(botChannel.id) : { kind: "home" };

  return html`<nav class="sidebar" aria-label="Workspace">
    <header class="sidebar-head">
      <b class="team">${state.team.name}</b>
      <span class="sidebar-tools">${theme}</span>
    </header>
    ${h(ActAs, { onActAs })}
    <p class="connection" role="status">${statusWords(connected, state.bot.connected)}</p>
    <div class="sidebar-scroll">
      <h2 id="channels-title">Channels</h2>
      <ul aria-labelledby="channels-title">${mine.map((channel) => room(channel))}</ul>
      ${
        others.length > 0 &&
        html`<button type="button" class="sidebar-more" aria-expanded=${showsOthers} onClick=${() => setShowsOthers(!showsOthers)}>
          ${icon("add")} ${showsOthers ? "Fewer channels" : `Browse ${others.length} more`}</button>
          ${showsOthers && html`<ul aria-label="More channels">${others.map((channel) => room(channel))}</ul>`}`
      }
      <div class="sidebar-title"><h2 id="direct-title">Direct messages</h2>${h(StartDirect, {})}</div>
      <ul aria-labelledby="direct-title">${direct.map((channel) => person(channel))}</ul>
      <h2 id="apps-title">Apps</h2>
      <ul aria-labelledby="apps-title">
        ${bot !== undefined && entry(appPlace, isAtApp, botChannel?.unread ?? 0, botChannel?.unread ?? 0, bot.realName, avatar(bot, "small"))}
      </ul>
    </div>
  </nav>`;

  function room(channel: ChannelState): VNode {
    const isHere = place.kind === "channel" && place.channel === channel.id;
    const face = icon(channel.archived ? "archive" : channel.kind === "private" ? "lock" : "hash");
    return entry(inChannel(channel.id), isHere, channel.unread, channel.mentions, channel.name, face);
  }

  function person(channel: ChannelState): VNode {
    const partner = partnerOf(state, channel);
    const isHere = place.kind === "channel" && place.channel === channel.id;
    const name = partner.id === state.me.id ? `${partner.realName} (you)` : partner.realName;
    return entry(inChannel(channel.id), isHere, channel.unread, channel.unread, name, avatar(partner, "small"));
  }

  function entry(to: Place, isHere: boolean, unread: number, mentions: number, name: string, face: VNode): VNode {
    const spoken = [unread > 0 ? `${unread} unread` : "", mentions > 0 ? `${mentions} for you` : ""].filter(
      (part) => part !== "",
    );
    const follow = (event: MouseEvent) => {
      if (event.metaKey || event.ctrlKey) return;
      event.preventDefault();
      go(to);
    };
    return html`<li key=${hashOf(to)}><a href=${hashOf(to)} class=${`sidebar-entry ${unread > 0 ? "unread" : ""}`} aria-current=${isHere ? "page" : undefined} aria-label=${[name, ...spoken].join(", ")}
      onClick=${follow}>${face}<span class="entry-name">${name}</span>
      ${mentions > 0 && html`<span class="count" aria-hidden="true">${mentions}</span>`}</a></li>`;
  }
}

function isWith(channel: ChannelState, person: PersonState | undefined): boolean {
  return person !== undefined && channel.memberIds.includes(person.id);
}

function statusWords(connected: boolean, botConnected: boolean): string {
  if (!connected) return "Reconnecting to the sandbox…";
  return botConnected ? "" : "The bot is not connected";
}

const kinds: Readonly<Record<PersonState["kind"], string>> = {
  member: "",
  admin: "workspace admin",
  guest: "guest",
  outsider: "from another workspace",
  bot: "app",
  deleted: "deactivated",
};

/** Everyone one can be: the sandbox has no sign-in. */
function ActAs({ onActAs }: { readonly onActAs: (id: string) => void }): VNode {
  const { state } = useSession();
  const items = state.people
    .filter(({ kind }) => kind !== "bot" && kind !== "deleted")
    .map(({ id, realName, title, kind }) => ({
      label: id === state.me.id ? `${realName} ✓` : realName,
      detail: [title, kinds[kind]].filter((part) => part !== "").join(", "),
      run: () => onActAs(id),
    }));
  const face = html`${avatar(state.me, "small")}<span class="act-as-words"><small>You act as</small><b>${state.me.realName}</b></span><span aria-hidden="true">▾</span>`;
  return h(MenuButton, { label: `Act as someone else, now ${state.me.realName}`, face, items, class: "act-as" });
}

function StartDirect(): VNode {
  const { state, act, go } = useSession();
  const start = async (userId: string) => {
    const answer = await act({ act: "direct", userId });
    if (answer.ok && typeof answer.result === "string") go(inChannel(answer.result));
  };
  const items = state.people
    .filter(({ kind }) => kind !== "bot" && kind !== "deleted")
    .map(({ id, realName, title }) => ({ label: realName, detail: title, run: () => void start(id) }));
  return h(MenuButton, { label: "New direct message", face: icon("add"), items, class: "icon-button" });
}
