import { createContext } from "preact";
import { useCallback, useContext, useEffect, useRef, useState } from "preact/hooks";
import {
  type Act,
  type ActAnswer,
  type ChannelDetail,
  type ChannelState,
  type CloudState,
  type FileState,
  type JsonObject,
  type PersonState,
  pagePaths,
  type WorkspaceState,
} from "../protocol.ts";
import { readChannel, readCloud, readWorkspace } from "./api.ts";
import type { Place } from "./place.ts";
import type { Completable } from "./text/completion.ts";

/** What every part of the page may know and do. */
export interface Session {
  readonly state: WorkspaceState;
  readonly place: Place;
  readonly go: (place: Place) => void;
  /** Does something as the person; what went wrong is shown to them, and answered too. */
  readonly act: (act: Act) => Promise<ActAnswer>;
  readonly tell: (text: string) => void;
  /** Shows a confirm dialog in Slack's shape and answers whether the person agreed. */
  readonly ask: (confirm: JsonObject) => Promise<boolean>;
  readonly openFile: (file: FileState) => void;
}

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("The page is not ready.");
  return session;
}

export function personOf(state: WorkspaceState, id: string): PersonState | undefined {
  return state.people.find((person) => person.id === id);
}

export function channelOf(state: WorkspaceState, id: string): ChannelState | undefined {
  return state.channels.find((channel) => channel.id === id);
}

/** The one a direct message is with; oneself in the notes to oneself. */
export function partnerOf(state: WorkspaceState, channel: ChannelState): PersonState {
  const id = channel.memberIds.find((member) => member !== state.me.id) ?? state.me.id;
  return personOf(state, id) ?? state.me;
}

export function channelName(state: WorkspaceState, channel: ChannelState): string {
  return channel.kind === "im" ? partnerOf(state, channel).realName : `#${channel.name}`;
}

export function namesOf(state: WorkspaceState): Completable {
  return { people: state.people, channels: state.channels, groups: state.groups ?? [], commands: state.commands };
}

export interface Live {
  readonly state: WorkspaceState | null;
  readonly details: ReadonlyMap<string, ChannelDetail>;
  readonly cloud: CloudState | null;
  readonly connected: boolean;
  readonly isUnknown: boolean;
  /** Reads everything again and answers with what is there now. */
  readonly refresh: () => Promise<WorkspaceState | null>;
}

/** Keeps what one person sees up to date: reads it at first, and again whenever the sandbox says that it changed. */
export function useLive(as: string, channelId: string | null): Live {
  const [state, setState] = useState<WorkspaceState | null>(null);
  const [details, setDetails] = useState<ReadonlyMap<string, ChannelDetail>>(new Map());
  const [cloud, setCloud] = useState<CloudState | null>(null);
  const [connected, setConnected] = useState(true);
  const [isUnknown, setUnknown] = useState(false);
  const wanted = useRef({ as, channelId });
  wanted.current = { as, channelId };

  const readAll = useCallback(async () => {
    const asked = wanted.current;
    const [workspace, detail] = await Promise.all([
      readWorkspace(asked.as),
      asked.channelId === null ? null : readChannel(asked.as, asked.channelId),
    ]);
    if (wanted.current.as !== asked.as) return null;
    setUnknown(workspace === null);
    if (workspace !== null) setState(workspace);
    if (detail !== null) setDetails((all) => new Map(all).set(detail.channel.id, detail));
    return workspace;
  }, []);
  const refresh = useCoalesced(readAll, setConnected);
  const refreshCloud = useCoalesced(
    useCallback(async () => {
      const now = await readCloud();
      setCloud(now);
      return now;
    }, []),
    setConnected,
  );

  useEffect(() => {
    setState(null);
    setDetails(new Map());
    const stream = new EventSource(`${pagePaths.changes}?${new URLSearchParams({ as })}`);
    stream.addEventListener("message", () => void refresh());
    stream.addEventListener("cloud", () => void refreshCloud());
    stream.addEventListener("open", () => {
      setConnected(true);
      void refresh();
      void refreshCloud();
    });
    stream.addEventListener("error", () => setConnected(false));
    return () => stream.close();
  }, [as, refresh, refreshCloud]);

  useEffect(() => {
    void refresh();
  }, [channelId, refresh]);

  const isMine = state !== null && state.me.id === as;
  return { state: isMine ? state : null, details, cloud, connected, isUnknown, refresh };
}

/** While one read is under way, all further asks share one more read after it. */
function useCoalesced<T>(
  work: () => Promise<T | null>,
  setConnected: (connected: boolean) => void,
): () => Promise<T | null> {
  const running = useRef<Promise<T | null> | null>(null);
  const next = useRef<Promise<T | null> | null>(null);
  return useCallback(() => {
    const start = (): Promise<T | null> => {
      const promise = read(work, setConnected).finally(() => {
        running.current = null;
      });
      running.current = promise;
      return promise;
    };
    if (running.current === null) return start();
    next.current ??= running.current.then(() => {
      next.current = null;
      return start();
    });
    return next.current;
  }, [work, setConnected]);
}

async function read<T>(work: () => Promise<T | null>, setConnected: (connected: boolean) => void): Promise<T | null> {
  try {
    const result = await work();
    setConnected(true);
    return result;
  } catch {
    setConnected(false);
    return null;
  }
}
