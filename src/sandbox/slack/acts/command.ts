import type { ActAnswer, CommandState, JsonObject } from "../../page/protocol.ts";
import type { Core } from "../core.ts";
import { NotAllowed, SlackFailure } from "../failure.ts";
import { isForeign } from "../people.ts";
import { newResponseUrl, useAnswer } from "../response-url.ts";
import { escapedCommand } from "../text.ts";
import { newTrigger } from "../triggers.ts";
import type { Channel, Person } from "../workspace.ts";
import { channelName, ownChannel } from "./person.ts";

/** Sends a slash command the way Slack's client does and shows what the app answers at once. */
export async function commandAct(
  core: Core,
  commands: readonly CommandState[],
  person: Person,
  channelId: string,
  typed: string,
): Promise<ActAnswer> {
  const channel = ownChannel(core, person, channelId);
  const [, command = "", rest = ""] = /^(\/\S+)\s*([\s\S]*)$/.exec(typed.trim()) ?? [];
  // In a shared channel the apps of the other workspace are not there for commands, only for their buttons.
  if (isForeign(core.workspace, person) || !commands.some((one) => one.command === command)) {
    throw new NotAllowed(`${command || typed} is not a valid command.`);
  }
  const to = { channel: channel.id, person: person.id, original: null };
  const responseUrl = newResponseUrl(core, to, "commands");
  const payload = commandPayload(core, person, channel, command, rest.trim(), responseUrl);
  const answer = await core.request({ kind: "command", payload });
  if (!answer.ok) return failed(core, person, command, answer.reason);
  const { body } = answer;
  const empty = body === "" || body === null || (typeof body === "object" && Object.keys(body).length === 0);
  if (empty) return { ok: true };
  try {
    const said: JsonObject = typeof body === "object" ? (body as JsonObject) : { text: String(body) };
    useAnswer(core, { ...to, at: core.clock.now(), uses: 0 }, said);
    return { ok: true };
  } catch (error) {
    if (!(error instanceof SlackFailure)) throw error;
    return failed(core, person, command, "invalid_command_response");
  }
}

function commandPayload(
  core: Core,
  person: Person,
  channel: Channel,
  command: string,
  text: string,
  responseUrl: string,
): JsonObject {
  const { team, app } = core.workspace;
  return {
    token: core.session.verificationToken,
    team_id: team.id,
    team_domain: team.domain,
    channel_id: channel.id,
    channel_name: channelName(channel),
    user_id: person.id,
    user_name: person.name,
    command,
    text: core.escapeCommands ? escapedCommand(core.workspace, text) : text,
    api_app_id: app.id,
    is_enterprise_install: "false",
    response_url: responseUrl,
    trigger_id: newTrigger(core, person.id, null),
  };
}

function failed(core: Core, person: Person, command: string, reason: string): ActAnswer {
  const error = `${command} failed with the error "${reason}"`;
  core.session.notices.set(person.id, error);
  core.changed({ person: person.id });
  return { ok: false, error };
}
