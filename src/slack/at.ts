import { bodyOf } from "../domain/capture/post.ts";
import type { Redact } from "../domain/capture/redact.ts";
import type { App } from "../domain/ports.ts";
import type { At } from "./command.ts";
import { type Payload, record, text } from "./payload.ts";

type Permalink = App["workspace"]["permalink"];

/** Where a slash command was typed. */
export function atCommand(body: Payload): At {
  return { channelId: text(body.channel_id), channelName: text(body.channel_name), message: null, inForm: false };
}

/** Where a button was pressed or a shortcut used; `channel` is what the form around it remembers. */
export function atInteraction(body: Payload, permalink: Permalink, redact: Redact, channel: string | null = null): At {
  const place = record(body.channel);
  const container = record(body.container);
  const channelId = text(place.id) ?? text(container.channel_id) ?? channel;
  const message = record(body.message);
  const ts = text(message.ts) ?? text(body.message_ts) ?? text(container.message_ts);
  const threadTs = text(message.thread_ts) ?? text(container.thread_ts);
  return {
    channelId,
    channelName: text(place.name),
    message: ts
      ? {
          ts,
          threadTs: threadTs === ts ? null : threadTs,
          userId: text(message.user),
          text: redact(bodyOf(message)),
          permalink: channelId ? permalink(channelId, ts, threadTs === ts ? null : threadTs) : null,
        }
      : null,
    inForm: record(body.view).type === "modal",
  };
}
