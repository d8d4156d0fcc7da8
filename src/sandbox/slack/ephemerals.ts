import type { Content } from "./content.ts";
import type { Core } from "./core.ts";
import { newMessage } from "./messages.ts";
import { bot } from "./method.ts";
import type { Message } from "./workspace.ts";

/** Shows one person a message in a channel; nobody else sees it and no event tells of it. */
export function showEphemeral(
  core: Core,
  channel: string,
  person: string,
  content: Content,
  threadTs: string | null,
): Message {
  const message = newMessage(core, {
    user: bot(core),
    app: true,
    text: content.text ?? "",
    threadTs,
    blocks: content.blocks ?? [],
    attachments: content.attachments ?? [],
  });
  core.session.ephemerals.push({ channel, person, message });
  core.changed({ person });
  return message;
}

export function findEphemeral(core: Core, person: string, channel: string, ts: string): Message | undefined {
  return core.session.ephemerals.find(
    (one) => one.person === person && one.channel === channel && one.message.ts === ts,
  )?.message;
}

export function dismissEphemeral(core: Core, person: string, channel: string, ts: string): void {
  const at = core.session.ephemerals.findIndex(
    (one) => one.person === person && one.channel === channel && one.message.ts === ts,
  );
  if (at >= 0) core.session.ephemerals.splice(at, 1);
  core.changed({ person });
}
