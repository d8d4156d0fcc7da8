import type { JsonObject } from "../../page/protocol.ts";
import type { Core } from "../core.ts";
import { NotAllowed } from "../failure.ts";
import type { Channel, Message, Person } from "../workspace.ts";

/** What Slack's client shows when the app did not answer an interaction as it should. */
export const troubleConnecting = "We had some trouble connecting. Try again?";

export function actingPerson(core: Core, id: string): Person {
  const found = core.workspace.people[id];
  if (!found) throw new NotAllowed("There is no such person.");
  if (found.deleted) throw new NotAllowed("This account is deactivated.");
  if (found.bot) throw new NotAllowed("An app does not act by hand.");
  return found;
}

/** A channel the person can see: public ones for members, and those they are in. */
export function seenChannel(core: Core, person: Person, id: string): Channel {
  const channel = core.workspace.channels[id];
  const guest = person.restricted || person.ultraRestricted || person.teamId !== core.workspace.team.id;
  const seen = channel && (channel.members.includes(person.id) || (channel.kind === "public" && !guest));
  if (!seen) throw new NotAllowed("There is no such channel.");
  return channel;
}

/** A channel the person is in and can write to. */
export function ownChannel(core: Core, person: Person, id: string): Channel {
  const channel = seenChannel(core, person, id);
  if (!channel.members.includes(person.id)) throw new NotAllowed(`You are not in #${channel.name}. Join it first.`);
  if (channel.archived) throw new NotAllowed(`#${channel.name} is archived.`);
  return channel;
}

export function messageIn(channel: Channel, ts: string): Message {
  const message = channel.messages.find((one) => one.ts === ts);
  if (!message) throw new NotAllowed("That message is no longer there.");
  return message;
}

/** The fields every interaction payload starts with. */
export function interactionFields(core: Core, type: string, person: Person): JsonObject {
  const { team, app } = core.workspace;
  return {
    type,
    team: { id: team.id, domain: team.domain },
    user: { id: person.id, username: person.name, name: person.name, team_id: person.teamId },
    api_app_id: app.id,
    token: core.session.verificationToken,
    enterprise: null,
    is_enterprise_install: false,
  };
}

export function channelName(channel: Channel): string {
  return { public: channel.name, private: "privategroup", im: "directmessage" }[channel.kind];
}

/** A time as actions carry it: seconds and microseconds. */
export function actionTime(core: Core): string {
  return (core.clock.now() / 1000).toFixed(6);
}
