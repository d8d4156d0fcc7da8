import type { Log } from "../domain/ports.ts";
import type { TransactSlack } from "../domain/slack-side.ts";
import { Refusal } from "../errors.ts";
import { aboutOfView } from "./about.ts";
import type { Door } from "./answer.ts";
import { within } from "./identity.ts";
import type { Intake, Prepared } from "./intake.ts";
import { type Payload, record, text } from "./payload.ts";
import type { Ack, Handlers } from "./receive.ts";
import type { Router } from "./route.ts";

export interface HandlersOptions {
  readonly router: Router;
  readonly intake: Intake;
  readonly transact: TransactSlack;
  readonly isReady: () => boolean;
  readonly log: Log;
}

/** Slack waits 3 s for options and shows none after that. */
const suggestionMilliseconds = 2500;
/** Source: docs.slack.dev/reference/block-kit/composition-objects/option-object */
const longestOption = 75;
const mostOptions = 100;

/** What happens with each kind of delivery: the door it came through, its route, its record, its answer. */
export function createHandlers({ router, intake, transact, isReady, log }: HandlersOptions): Handlers {
  function ready(): void {
    if (!isReady()) throw new Refusal("try_again", "I am still getting in touch with Slack.", "Try again in a moment.");
  }

  function handle(door: Door, body: Payload, prepare: () => Promise<Prepared>): Promise<void> {
    return intake.handle(door, body, async () => {
      ready();
      return prepare();
    });
  }

  return {
    command: (body, ack) => handle(commandDoor(body, ack), body, () => router.command(body)),
    button: (body, action, ack) =>
      handle(interactionDoor("button", body, ack), body, () => router.button(body, action)),
    form: (body, ack) => handle(interactionDoor("form", body, ack), body, () => router.form(body)),
    shortcut: (body, ack) => handle(interactionDoor("shortcut", body, ack), body, () => router.shortcut(body)),
    suggestions: async (body, ack) => {
      let options: readonly { readonly text: string; readonly value: string }[] = [];
      try {
        ready();
        const find = await router.suggestions(body);
        if (find) options = await within(transact(find), suggestionMilliseconds);
      } catch (error) {
        log.warn({ err: error, action: text(body.action_id) }, "could not suggest anything");
      }
      await ack({ options: options.slice(0, mostOptions).map(option) });
    },
    event: async (body) => {
      ready();
      const work = await router.event(body);
      if (work) await intake.handleEvent(body, work);
    },
  };
}

function option(one: { readonly text: string; readonly value: string }): Payload {
  const points = [...one.text];
  const short = points.length > longestOption ? `${points.slice(0, longestOption - 1).join("")}…` : one.text;
  return { text: { type: "plain_text", text: short || " " }, value: one.value.slice(0, 150) };
}

function commandDoor(body: Payload, ack: Ack): Door {
  return {
    kind: "command",
    ack,
    userId: text(body.user_id) ?? "",
    triggerId: text(body.trigger_id),
    responseUrl: text(body.response_url),
    view: null,
    channelId: text(body.channel_id),
    threadTs: null,
  };
}

function interactionDoor(kind: "button" | "form" | "shortcut", body: Payload, ack: Ack): Door {
  const view = body.view === undefined ? null : record(body.view);
  const message = record(body.message);
  return {
    kind,
    ack,
    userId: text(record(body.user).id) ?? "",
    triggerId: text(body.trigger_id),
    responseUrl: text(body.response_url),
    view,
    channelId: text(record(body.channel).id) ?? (view ? (aboutOfView(view).channel ?? null) : null),
    threadTs: text(message.thread_ts),
  };
}
