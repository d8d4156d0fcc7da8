import type { ChannelReader, FileReader } from "../domain/capture/reader.ts";
import type { App, Identify, Log, Metrics } from "../domain/ports.ts";
import type { MessageReader } from "../domain/slack-side.ts";
import { ConfigurationError } from "../errors.ts";
import { createCall, refusedWord, type SlackCall } from "./call.ts";
import { channelReader } from "./channel-reader.ts";
import { createDirectory, type Directory, type TakenHandles } from "./directory.ts";
import { fileReader } from "./file-reader.ts";
import { createIdentify, type SeenPerson, within } from "./identity.ts";
import { createMembership, type Membership } from "./membership.ts";
import { messageReader } from "./message-reader.ts";
import { text } from "./payload.ts";

export interface ConnectionOptions {
  readonly botToken: string;
  readonly apiUrl: string;
  readonly now: () => Date;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Told of everybody who is looked up. */
  /** Told when Slack, away at the start, turns out to refuse the token. */
  readonly refused?: (error: ConfigurationError) => void;
  readonly remember?: (person: SeenPerson) => Promise<void>;
  readonly takenHandles?: TakenHandles;
}

/** The bot's own place in Slack; empty strings until Slack was reached. */
export interface Workspace {
  readonly teamId: string;
  readonly enterpriseId: string | null;
  readonly botUserId: string;
  readonly botId: string;
  readonly permalink: App["workspace"]["permalink"];
  readonly channelLink: App["workspace"]["channelLink"];
  readonly isIn: (channelId: string) => boolean | null;
}

/** What the rest of the program asks Slack by itself. */
export interface SlackConnection {
  readonly workspace: Workspace;
  readonly call: SlackCall;
  readonly identify: Identify;
  readonly directory: Directory;
  readonly messages: MessageReader;
  readonly channels: ChannelReader;
  readonly files: FileReader;
  readonly membership: Membership;
  /** Whether Slack was reached and knows the token. */
  readonly isReady: () => boolean;
  /**
   * Asks Slack who the bot is. Answers at once where Slack is away and goes on trying; throws a ConfigurationError
   * where Slack refuses the token.
   */
  readonly start: () => Promise<void>;
  readonly stop: () => void;
}

const retryMilliseconds = 2000;
/** A start waits no longer for Slack's first answer. */
const firstMilliseconds = 2500;
/** Source: docs.slack.dev/reference/methods/auth.test#errors */
const refusals = new Set([
  "invalid_auth",
  "not_authed",
  "account_inactive",
  "token_revoked",
  "token_expired",
  "not_allowed_token_type",
  "org_login_required",
]);

export function connectSlack(options: ConnectionOptions): SlackConnection {
  const { now, log } = options;
  const call = createCall({ token: options.botToken, apiUrl: options.apiUrl, metrics: options.metrics });
  const directory = createDirectory({
    call,
    now,
    ...(options.takenHandles ? { takenHandles: options.takenHandles } : {}),
  });
  const membership = createMembership({ call, now, log });
  const known = {
    teamId: "",
    enterpriseId: null as string | null,
    botUserId: "",
    botId: "",
    url: "https://slack.com/",
  };
  let ready = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const workspace: Workspace = {
    get teamId() {
      return known.teamId;
    },
    get enterpriseId() {
      return known.enterpriseId;
    },
    get botUserId() {
      return known.botUserId;
    },
    get botId() {
      return known.botId;
    },
    isIn: membership.isIn,
    channelLink: (channelId) => `${known.url}archives/${channelId}`,
    permalink: (channelId, ts, threadTs) => {
      const thread = threadTs && threadTs !== ts ? `?thread_ts=${threadTs}&cid=${channelId}` : "";
      return `${known.url}archives/${channelId}/p${ts.replace(".", "")}${thread}`;
    },
  };

  async function ask(): Promise<void> {
    const answer = await call("auth.test");
    known.teamId = text(answer.team_id) ?? "";
    known.enterpriseId = text(answer.enterprise_id);
    known.botUserId = text(answer.user_id) ?? "";
    known.botId = text(answer.bot_id) ?? "";
    known.url = (text(answer.url) ?? known.url).replace(/\/*$/, "/");
    ready = known.teamId !== "" && known.botUserId !== "";
  }

  async function attempt(): Promise<void> {
    try {
      await ask();
    } catch (error) {
      const word = refusedWord(error);
      if (word && refusals.has(word))
        throw new ConfigurationError([`SLACK_BOT_TOKEN: Slack refuses the token (${word}).`]);
      log.warn({ err: error }, "Slack is away; trying again");
      if (!stopped) timer = setTimeout(() => void again(), retryMilliseconds);
    }
  }

  async function again(): Promise<void> {
    try {
      await attempt();
    } catch (error) {
      refusedLate(error);
    }
  }

  /** The token was refused after all: there is nothing to stay up for. */
  function refusedLate(error: unknown): void {
    log.error({ err: error }, "Slack refuses the token");
    if (error instanceof ConfigurationError) options.refused?.(error);
  }

  const remember = options.remember ?? (async () => {});
  return {
    workspace,
    call,
    directory,
    membership,
    messages: messageReader(call),
    channels: channelReader({ call, botUserId: () => known.botUserId }),
    files: fileReader({ token: options.botToken, apiUrl: options.apiUrl }),
    identify: createIdentify({
      call,
      now,
      log,
      teamId: () => known.teamId || null,
      groupsOf: directory.groupsOf,
      remember: (person) => {
        remember(person).catch((error: unknown) => log.debug({ err: error }, "could not keep a name"));
      },
    }),
    isReady: () => ready,
    start: async () => {
      const first = attempt();
      const late = await within(
        first.then(() => false),
        firstMilliseconds,
      ).catch((error: unknown) => {
        if (error instanceof ConfigurationError) throw error;
        return true;
      });
      // Slack hangs: it is gone on trying beside everything else.
      if (late) first.catch(refusedLate);
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
