import type { VNode } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Act, ActAnswer, ChannelState, FileState, JsonObject, ViewState, WorkspaceState } from "../protocol.ts";
import { sendAct } from "./api.ts";
import { AppHome, AppTabs } from "./app-home.ts";
import { ChannelView } from "./channel-view.ts";
import { CloudPanel } from "./cloud-panel.ts";
import type { Wish } from "./composer.ts";
import { ConfirmDialog, type Question } from "./confirm.ts";
import { FileViewer } from "./file-viewer.ts";
import { dismissHint, Hint, isHintWanted, type Suggestion } from "./hint.ts";
import { h, html } from "./html.ts";
import { icon } from "./icons.ts";
import { Modal } from "./modal.ts";
import { SidePane } from "./panes.ts";
import { firstChannel, hashOf, inChannel, type Place, placeOf } from "./place.ts";
import { channelOf, type Session, SessionContext, useLive } from "./session.ts";
import { Sidebar } from "./sidebar.ts";
import { ThemeSwitch } from "./theme.ts";
import { useToasts } from "./toasts.ts";

/** Who one is at first: an on-call engineer of the sandbox's workspace. */
const firstPerson = "U0ANA";

type Screen = "channels" | "chat" | "cloud";

/** The whole page. */
export function App(): VNode {
  const [as, setAs] = useState(() => new URLSearchParams(location.search).get("as") ?? firstPerson);
  const [place, setPlace] = useState<Place>(() => placeOf(location.hash) ?? firstChannel);
  const [screen, setScreen] = useState<Screen>("chat");
  const live = useLive(as, place.kind === "channel" ? place.channel : null);
  const { state, refresh } = live;
  const { tell, list: toasts } = useToasts(state?.notice ?? null);
  const [question, setQuestion] = useState<Question | null>(null);
  const [file, setFile] = useState<FileState | null>(null);
  const [wish, setWish] = useState<Wish | null>(null);
  const [isHintShown, setHintShown] = useState(isHintWanted);
  const [isCloudOpen, setCloudOpen] = useCloudOpen();

  const go = useCallback((next: Place) => {
    if (hashOf(next) !== location.hash) history.pushState(null, "", location.pathname + location.search + hashOf(next));
    setPlace(next);
    setScreen("chat");
  }, []);
  useEffect(() => {
    const look = () => {
      setPlace(placeOf(location.hash) ?? firstChannel);
      setScreen("chat");
      setAs(new URLSearchParams(location.search).get("as") ?? firstPerson);
    };
    window.addEventListener("popstate", look);
    window.addEventListener("hashchange", look);
    return () => {
      window.removeEventListener("popstate", look);
      window.removeEventListener("hashchange", look);
    };
  }, []);
  const act = useCallback(
    async (wanted: Act): Promise<ActAnswer> => {
      const answer = await sendAct(as, wanted);
      const now = wanted.act === "suggest" ? null : await refresh();
      const error = answer.ok ? "" : (answer.error ?? "That did not work.");
      if (error !== "" && !(now?.views ?? []).some((view) => isShownIn(view, error))) tell(error);
      return answer;
    },
    [as, refresh, tell],
  );
  const ask = useCallback(
    (confirm: JsonObject) =>
      new Promise<boolean>((resolve) => {
        const answer = (agreed: boolean) => {
          setQuestion(null);
          resolve(agreed);
        };
        setQuestion({ confirm, answer });
      }),
    [],
  );
  const session = useMemo<Session | null>(
    () => (state === null ? null : { state, place, go, act, tell, ask, openFile: setFile }),
    [state, place, go, act, tell, ask],
  );
  useTitle(state, place);

  if (session === null || state === null)
    return h(Waiting, { isUnknown: live.isUnknown, connected: live.connected, as });
  const actAs = (id: string) => {
    history.pushState(null, "", `/?as=${encodeURIComponent(id)}${location.hash}`);
    setAs(id);
  };
  const pick = (suggestion: Suggestion) => {
    const here = place.kind === "channel" ? channelOf(state, place.channel) : undefined;
    const channel = suggestion.where === "incident" ? incidentChannel(state, here) : here;
    const target = channel ?? channelOf(state, firstChannel.kind === "channel" ? firstChannel.channel : "");
    if (target === undefined) return;
    if (target.id !== here?.id) go(inChannel(target.id));
    setWish({ id: (wish?.id ?? 0) + 1, channel: target.id, text: suggestion.text });
    setScreen("chat");
  };
  const hint = isHintShown
    ? h(Hint, {
        onPick: pick,
        onDismiss: () => {
          dismissHint();
          setHintShown(false);
        },
      })
    : null;
  const pane = place.kind === "channel" ? place.pane : null;
  const channel = place.kind === "channel" ? channelOf(state, place.channel) : undefined;
  const detail = channel === undefined ? undefined : live.details.get(channel.id);
  const showCloud = (open: boolean) => {
    setCloudOpen(open);
    setScreen(open ? "cloud" : "chat");
  };

  return html`<${SessionContext.Provider} value=${session}>
    <div class=${`desk screen-${screen} ${pane === null ? "" : "with-pane"} ${isCloudOpen ? "with-cloud" : ""}`}>
      ${h(Sidebar, { connected: live.connected, onActAs: actAs, theme: h(ThemeSwitch, {}) })}
      ${middle()}
      ${pane !== null && channel !== undefined && h(SidePane, { pane, channel, detail })}
      ${
        isCloudOpen
          ? h(CloudPanel, { cloud: live.cloud, onClose: () => showCloud(false) })
          : html`<button type="button" class="cloud-opener" onClick=${() => showCloud(true)} aria-expanded="false">${icon("cloud")}<span>Cloud</span></button>`
      }
      ${bottomBar()}
    </div>
    ${h(Modal, { views: state.views })}
    ${file !== null && h(FileViewer, { file, onClose: () => setFile(null) })}
    ${question !== null && h(ConfirmDialog, { question })}
    ${toasts}
  <//>`;

  function middle(): VNode {
    if (place.kind === "home") return h(AppHome, {});
    if (channel === undefined) {
      return html`<main class="channel" aria-label="Nothing here"><p class="loading">${state?.me.realName} cannot see this channel. Choose another one on the left.</p></main>`;
    }
    const bot = state?.people.find(({ kind }) => kind === "bot");
    const isWithBot = channel.kind === "im" && bot !== undefined && channel.memberIds.includes(bot.id);
    const tabs = isWithBot ? h(AppTabs, { at: "messages" }) : null;
    return h(ChannelView, { channel, detail, target: place.ts, wish, hint, tabs });
  }

  function show(to: Screen): void {
    if (to === "cloud") showCloud(true);
    else if (to === "chat" && screen === "chat" && channel !== undefined) go(inChannel(channel.id));
    else setScreen(to);
  }

  function bottomBar(): VNode {
    const unread = state?.channels.reduce((sum, { mentions }) => sum + mentions, 0) ?? 0;
    const tab = (
      to: Screen,
      name: "menu" | "chat" | "cloud",
      words: string,
      count: number,
    ) => html`<button type="button" class="bottom-tab"
      aria-current=${screen === to ? "page" : undefined} onClick=${() => show(to)}>
      ${icon(name)}<span>${words}</span>${count > 0 && html`<span class="count">${count}</span>`}</button>`;
    return html`<nav class="bottom-bar" aria-label="Panes">
      ${tab("channels", "menu", "Channels", unread)}${tab("chat", "chat", "Messages", 0)}${tab("cloud", "cloud", "Cloud", 0)}
    </nav>`;
  }
}

/** Whether the form itself says what went wrong. */
function isShownIn({ errors, failure }: ViewState, error: string): boolean {
  return failure === error || Object.values(errors).join(" ") === error;
}

/** The channel a post-mortem is for: the one at hand, else the newest that looks like an incident's. */
function incidentChannel(state: WorkspaceState, here: ChannelState | undefined): ChannelState | undefined {
  const isIncident = ({ name, kind }: ChannelState) => kind !== "im" && /^inc-?\d|^inc-|^incident-/.test(name);
  if (here !== undefined && isIncident(here)) return here;
  return (
    state.channels.filter((channel) => isIncident(channel) && channel.isMember && !channel.archived).at(-1) ?? here
  );
}

function useTitle(state: WorkspaceState | null, place: Place): void {
  const channel = state === null || place.kind !== "channel" ? undefined : channelOf(state, place.channel);
  const mentions = state?.channels.reduce((sum, each) => sum + each.mentions, 0) ?? 0;
  const name =
    place.kind === "home" ? "App Home" : channel?.kind === "im" ? "Direct message" : (channel?.name ?? "Tocsin");
  const title = `${mentions > 0 ? `(${mentions}) ` : ""}${name} - ${state?.team.name ?? "Tocsin"} sandbox`;
  useEffect(() => {
    document.title = title;
  }, [title]);
}

const cloudKey = "tocsin-cloud";

/** Beside a channel and a thread there is room for it from here on, in pixels. */
const roomForCloud = 1200;

/** Open at first where there is room for it; later as the person left it. */
function useCloudOpen(): readonly [boolean, (open: boolean) => void] {
  const [isOpen, setOpen] = useState(
    () => (localStorage.getItem(cloudKey) ?? (innerWidth < roomForCloud ? "closed" : "open")) === "open",
  );
  const set = useRef((open: boolean) => {
    localStorage.setItem(cloudKey, open ? "open" : "closed");
    setOpen(open);
  });
  return [isOpen, set.current];
}

interface WaitingProps {
  readonly isUnknown: boolean;
  readonly connected: boolean;
  readonly as: string;
}

function Waiting({ isUnknown, connected, as }: WaitingProps): VNode {
  if (isUnknown) {
    return html`<p class="waiting">Nobody here has the id ${as}. <a href=${`/?as=${firstPerson}`}>Begin again</a></p>`;
  }
  return html`<p class="waiting" role="status">${connected ? "Loading the workspace…" : "The sandbox does not answer. Waiting for it…"}</p>`;
}
