import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { SandboxClock } from "../clock.ts";
import type { Act, ActAnswer, ChannelDetail, CommandState, WorkspaceState } from "../page/protocol.ts";
import { act } from "./acts/act.ts";
import { receiveUpload, sendFile } from "./api/files.ts";
import { registeredMethods } from "./api/registered.ts";
import { rearmScheduled } from "./api/schedule.ts";
import { createAppLink } from "./app-link.ts";
import { addMember } from "./channels.ts";
import type { Core } from "./core.ts";
import { createFaults, type Faults } from "./faults.ts";
import { defaultScopes, subscriptions } from "./grants.ts";
import { channelDetail, workspaceState } from "./page-state.ts";
import { changePerson } from "./people.ts";
import { createRateLimits } from "./rate-limits.ts";
import { answerResponseUrl } from "./response-url.ts";
import { fixedWorkspace, type Seed } from "./seed.ts";
import { createSocketMode, type SocketMode } from "./socket-mode.ts";
import { answerCall, type CallRecord } from "./web-api.ts";
import type { Person, Usergroup, Workspace } from "./workspace.ts";

export interface SlackOptions {
  /** 0, or left out: any free port. */
  readonly port?: number;
  readonly clock: SandboxClock;
  /** The fixed workspace when left out. */
  readonly seed?: Seed;
  /** What the manifest declares. */
  readonly commands: readonly CommandState[];
  readonly shortcuts?: WorkspaceState["shortcuts"];
  /** Scopes of the bot token; those of an app with the least rights an incident bot needs when left out. */
  readonly scopes?: readonly string[];
  /** Bot events the app subscribes to; all that the scopes allow when left out. */
  readonly events?: readonly string[];
  readonly homeTab?: boolean;
  /** The manifest's should_escape; false when left out, as in Slack. */
  readonly escapeCommands?: boolean;
  /** How long the app may take to answer, on the wall clock; three seconds as in Slack. */
  readonly patience?: number;
  /** What an earlier sandbox dumped. */
  readonly restore?: unknown;
}

export interface SandboxSlack {
  /** Base of the Web API, with a slash at the end. */
  readonly apiUrl: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  /** Where requests to the app go, signed; null is Socket Mode only. */
  readonly deliverTo: (url: string | null) => void;
  readonly act: (as: string, act: Act) => Promise<ActAnswer>;
  /** Null for a person who does not exist. */
  readonly state: (as: string) => WorkspaceState | null;
  /** Null for a channel the person cannot see. */
  readonly channel: (as: string, id: string) => ChannelDetail | null;
  /** Calls the listener with the new version whenever something the person can see changed; the answer ends it. */
  readonly onChange: (as: string, listener: (version: number) => void) => () => void;
  /** A file or canvas as a person opens it; null when there is none. */
  readonly file: (id: string) => { readonly name: string; readonly mimetype: string; readonly bytes: Buffer } | null;
  readonly canvas: (id: string) => { readonly title: string; readonly markdown: string } | null;
  /** Changes a person's account, as an administrator does: deactivates it, makes it a guest … */
  readonly changePerson: (id: string, change: Partial<Person>) => void;
  /** Changes a user group as an admin of the workspace would, or makes one by that id. */
  readonly changeGroup: (id: string, change: Partial<Omit<Usergroup, "id">>) => void;
  /** Puts a person into a channel whatever Slack's rules: the other end of a shared channel, a guest, the bot. */
  readonly placePerson: (id: string, channel: string) => void;
  /** Every Web API call, newest last; the oldest are let go. */
  readonly calls: readonly CallRecord[];
  readonly faults: Faults;
  readonly socketMode: Pick<SocketMode, "connections" | "refresh" | "cut">;
  /** Resolves when no request to the app is under way. */
  readonly idle: () => Promise<void>;
  /** The whole workspace as plain JSON, for `restore`. */
  readonly dump: () => unknown;
  readonly stop: () => Promise<void>;
}

interface Dump {
  readonly workspace: Workspace;
  readonly secrets: Secrets;
}

interface Secrets {
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  readonly verificationToken: string;
}

const mostCalls = 2_000;

function freshSecrets(): Secrets {
  const random = () => randomBytes(16).toString("hex");
  return {
    botToken: `xoxb-sandbox-${random()}`,
    appToken: `xapp-1-sandbox-${random()}`,
    signingSecret: random(),
    verificationToken: random(),
  };
}

function freshWorkspace(seed: Seed): Workspace {
  const empty = { files: {}, canvases: {}, views: {}, stacks: {}, homes: {}, scheduled: {} };
  return { ...structuredClone(seed), ...empty, counters: { id: 0, timestamp: 0 } };
}

/** Starts a Slack of one workspace with one app in it, on 127.0.0.1. */
export async function startSlack(options: SlackOptions): Promise<SandboxSlack> {
  const restored = options.restore as Dump | undefined;
  const workspace = restored ? structuredClone(restored.workspace) : freshWorkspace(options.seed ?? fixedWorkspace());
  const secrets = restored?.secrets ?? freshSecrets();
  const granted = new Set(options.scopes ?? defaultScopes);
  const faults = createFaults();
  const calls: CallRecord[] = [];
  const changes = createChanges(workspace);
  const server = createServer();
  const port = await listen(server, options.port ?? 0);
  const patience = options.patience ?? 3_000;
  const socketMode = createSocketMode({
    appId: workspace.app.id,
    host: () => `127.0.0.1:${port}`,
    patience,
    onConnections: () => changes.changed("everyone"),
  });
  const { clock } = options;
  const link = createAppLink({ clock, faults, signingSecret: secrets.signingSecret, patience, socketMode });
  const core: Core = {
    clock,
    workspace,
    session: {
      ephemerals: [],
      notices: new Map(),
      triggers: new Map(),
      responseUrls: new Map(),
      offers: new Map(),
      verificationToken: secrets.verificationToken,
    },
    granted,
    subscribed: subscriptions(granted, options.events),
    homeTab: options.homeTab ?? true,
    escapeCommands: options.escapeCommands ?? false,
    baseUrl: `http://127.0.0.1:${port}`,
    changed: changes.changed,
    emit: (event) => link.emit(core, event),
    request: link.request,
  };
  const registered = registeredMethods(socketMode.openAddress);
  const api = {
    core,
    registered,
    faults,
    rateLimits: createRateLimits(clock),
    botToken: secrets.botToken,
    appToken: secrets.appToken,
    record: (call: CallRecord) => {
      calls.push(call);
      if (calls.length > mostCalls) calls.shift();
    },
  };
  const declared = { commands: options.commands, shortcuts: options.shortcuts ?? [] };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isLocal(request, port)) {
      response.writeHead(403).end();
      return;
    }
    const path = (request.url ?? "").replace(/\?.*$/, "");
    if (path.startsWith("/api/")) return await answerCall(api, request, response);
    if (request.method === "POST" && /^\/(?:commands|actions)\//.test(path)) {
      return await answerResponseUrl(core, path, request, response);
    }
    const [, upload] = /^\/upload\/v1\/(\w+)$/.exec(path) ?? [];
    if (upload && request.method === "POST") return await receiveUpload(core, upload, request, response);
    if (path.startsWith("/files-pri/")) sendFile(core, secrets.botToken, path, request, response);
    else response.writeHead(404).end();
  }
  server.on("request", (request, response) => {
    answer(request, response).catch((error: unknown) => {
      // A fault of the sandbox itself: the caller gets what Slack answers to its own faults, with the reason.
      if (!response.headersSent) response.writeHead(500, { "content-type": "application/json" });
      response.end(JSON.stringify({ ok: false, error: "internal_error", detail: String(error) }));
    });
  });
  server.on("upgrade", (request, socket, head) => {
    if (isLocal(request, port)) socketMode.upgrade(request, socket, head);
    else socket.destroy();
  });
  rearmScheduled(core);

  return {
    apiUrl: `${core.baseUrl}/api/`,
    botToken: secrets.botToken,
    appToken: secrets.appToken,
    signingSecret: secrets.signingSecret,
    deliverTo: (url) => {
      link.deliverTo(url);
      changes.changed("everyone");
    },
    act: (as, wanted) => act(core, declared, as, wanted),
    state: (as) =>
      workspaceState(core, declared, as, {
        version: changes.version(),
        mode: link.mode(),
        connected: link.connected(),
      }),
    channel: (as, id) => channelDetail(core, as, id, changes.version()),
    onChange: changes.onChange,
    file: (id) => {
      const file = workspace.files[id];
      if (!file || file.deleted || file.base64 === null) return null;
      return { name: file.name, mimetype: file.mimetype, bytes: Buffer.from(file.base64, "base64") };
    },
    canvas: (id) => {
      const canvas = workspace.canvases[id];
      if (!canvas) return null;
      return { title: canvas.title, markdown: canvas.sections.map((section) => section.markdown).join("\n\n") };
    },
    changePerson: (id, change) => changePerson(core, id, change),
    changeGroup: (id, change) => {
      const now = Math.floor(clock.now() / 1000);
      const fresh = { handle: "", name: "", description: "", users: [], disabled: false, created: now, updatedBy: "" };
      workspace.usergroups[id] = { ...fresh, ...workspace.usergroups[id], ...change, id, updated: now };
    },
    placePerson: (id, channel) => {
      const found = workspace.channels[channel];
      if (!found || !workspace.people[id]) throw new Error(`There is no ${channel} or no ${id}.`);
      if (!found.members.includes(id)) addMember(core, found, id, null);
    },
    calls,
    faults,
    socketMode,
    idle: link.idle,
    dump: () => structuredClone({ workspace, secrets } satisfies Dump),
    stop: async () => {
      link.stop();
      socketMode.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Pages of the web that a browser on this machine shows have no business here: wrong host, or an origin at all. */
function isLocal({ headers }: IncomingMessage, port: number): boolean {
  return headers.origin === undefined && [`127.0.0.1:${port}`, `localhost:${port}`].includes(headers.host ?? "");
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

/** Who is told of what changed: everyone in a channel, one person, or everyone. */
function createChanges(workspace: Workspace) {
  let version = 1;
  const listeners = new Set<{ readonly as: string; readonly listener: (version: number) => void }>();
  const changed: Core["changed"] = (seenBy) => {
    version += 1;
    for (const { as, listener } of listeners) {
      const told =
        seenBy === "everyone" ||
        ("person" in seenBy
          ? seenBy.person === as
          : workspace.channels[seenBy.channel]?.kind === "public" ||
            workspace.channels[seenBy.channel]?.members.includes(as));
      if (told) listener(version);
    }
  };
  return {
    changed,
    version: () => version,
    onChange: (as: string, listener: (version: number) => void) => {
      const entry = { as, listener };
      listeners.add(entry);
      return () => {
        listeners.delete(entry);
      };
    },
  };
}
