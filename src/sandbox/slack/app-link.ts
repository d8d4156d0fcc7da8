import type { SandboxClock } from "../clock.ts";
import type { Json, JsonObject } from "../page/protocol.ts";
import { isShared } from "./channels.ts";
import type { AppAnswer, AppEvent, AppRequest, Core } from "./core.ts";
import { nextId } from "./core.ts";
import { type Delivery, deliverOverHttp, type Outcome } from "./deliver.ts";
import type { FaultBox } from "./faults.ts";
import type { SocketMode } from "./socket-mode.ts";

/** How Slack reaches the app: signed HTTP when there is an address for it, else Socket Mode. */
export interface AppLink {
  readonly deliverTo: (url: string | null) => void;
  readonly emit: (core: Core, event: AppEvent) => void;
  readonly request: (request: AppRequest) => Promise<AppAnswer>;
  readonly mode: () => "http" | "socket";
  readonly connected: () => boolean;
  /** Resolves when no request to the app is under way; retries that wait for their time do not count. */
  readonly idle: () => Promise<void>;
  /** Drops every retry that still waits. */
  readonly stop: () => void;
}

export interface AppLinkOptions {
  readonly clock: SandboxClock;
  readonly faults: FaultBox;
  readonly signingSecret: string;
  readonly patience: number;
  readonly socketMode: SocketMode;
}

/** Events that are not answered come again at once, after a minute and after five (docs.slack.dev/apis/events-api). */
const retryDelays = [0, 60_000, 300_000];

export function createAppLink(options: AppLinkOptions): AppLink {
  const { clock, faults, socketMode } = options;
  let url: string | null = null;
  let underWay = 0;
  let stopped = false;
  const retries = new Set<() => void>();

  async function once(delivery: Delivery): Promise<Outcome> {
    underWay += 1;
    try {
      return url === null
        ? await socketMode.deliver(delivery)
        : await deliverOverHttp(
            { url, signingSecret: options.signingSecret, clock, faults, patience: options.patience },
            delivery,
          );
    } finally {
      underWay -= 1;
    }
  }

  /** Sends a delivery, and its double when doubles are switched on; the first answer is the one that counts. */
  async function deliver(delivery: Delivery): Promise<Outcome> {
    if (faults.deliverTwice === "no") return once(delivery);
    const double: Delivery =
      delivery.kind === "event" && !delivery.retry
        ? { ...delivery, retry: { number: 1, reason: "http_timeout" } }
        : delivery;
    if (faults.deliverTwice === "together") {
      const [first] = await Promise.all([once(delivery), once(double)]);
      return first;
    }
    const first = await once(delivery);
    await once(double);
    return first;
  }

  async function deliverEvent(payload: JsonObject, attempt: number, retry?: Delivery["retry"]): Promise<void> {
    const outcome = await deliver({ kind: "event", payload, ...(retry ? { retry } : {}) });
    const delay = retryDelays[attempt];
    if (outcome.ok || outcome.noRetry || delay === undefined || stopped) return;
    const again = { number: attempt + 1, reason: outcome.reason };
    if (delay === 0) return await deliverEvent(payload, attempt + 1, again);
    const cancel = clock.after(delay, () => {
      retries.delete(cancel);
      void deliverEvent(payload, attempt + 1, again);
    });
    retries.add(cancel);
  }

  return {
    deliverTo: (to) => {
      // An address that is none is told at once, not at the first delivery.
      url = to === null ? null : new URL(to).href;
    },
    emit: (core, event) => {
      if (!core.subscribed.has(event.subscription)) return;
      const { app, channels } = core.workspace;
      if (event.channel !== null && !channels[event.channel]?.members.includes(app.botUserId)) return;
      void deliverEvent(wrap(core, event.event), 0);
    },
    request: async (request): Promise<AppAnswer> => {
      const outcome = await deliver(request);
      if (outcome.ok) return outcome;
      return { ok: false, reason: outcome.reason === "http_timeout" ? "operation_timeout" : "dispatch_failed" };
    },
    mode: () => (url === null ? "socket" : "http"),
    connected: () => url !== null || socketMode.connections() > 0,
    idle: async () => {
      // What follows from an answer, such as the next attempt, is set up right after it.
      do await new Promise((resolve) => setTimeout(resolve, 1));
      while (underWay > 0);
    },
    stop: () => {
      stopped = true;
      for (const cancel of retries) cancel();
      retries.clear();
    },
  };
}

function wrap(core: Core, event: JsonObject): JsonObject {
  const { team, app } = core.workspace;
  const id = nextId(core, "Ev");
  const channel: Json = event.channel ?? event.channel_id ?? null;
  const shared = typeof channel === "string" ? core.workspace.channels[channel] : undefined;
  const context = { et: event.type ?? "", tid: team.id, aid: app.id, cid: typeof channel === "string" ? channel : "" };
  return {
    token: core.session.verificationToken,
    team_id: team.id,
    context_team_id: team.id,
    context_enterprise_id: null,
    api_app_id: app.id,
    event,
    type: "event_callback",
    event_id: id,
    event_time: Math.floor(core.clock.now() / 1000),
    authorizations: [
      { enterprise_id: null, team_id: team.id, user_id: app.botUserId, is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: shared !== undefined && isShared(core.workspace, shared),
    event_context: `4-${Buffer.from(JSON.stringify(context)).toString("base64url")}`,
  };
}
