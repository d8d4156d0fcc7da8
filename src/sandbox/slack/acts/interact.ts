import type { Act, ActAnswer, Container, Json, JsonObject, StateValues } from "../../page/protocol.ts";
import type { Core } from "../core.ts";
import { checkElementValue, findElement, placedElements, stateValues } from "../element-values.ts";
import { findEphemeral } from "../ephemerals.ts";
import { NotAllowed } from "../failure.ts";
import { messageObject } from "../messages.ts";
import { newResponseUrl } from "../response-url.ts";
import { newTrigger } from "../triggers.ts";
import { checkOptionsAnswer } from "../validator/validator.ts";
import { topView, viewObject } from "../views.ts";
import type { Channel, Message, Person, View } from "../workspace.ts";
import { actionTime, channelName, interactionFields, messageIn, seenChannel, troubleConnecting } from "./person.ts";

type Of<K extends Act["act"]> = Extract<Act, { readonly act: K }>;

/** Where an element stands: in a message, in the top view of a modal, or in the Home tab. */
interface Place {
  readonly key: string;
  readonly blocks: readonly JsonObject[];
  readonly view: View | null;
  readonly message: { readonly channel: Channel; readonly message: Message; readonly ephemeral: boolean } | null;
}

function place(core: Core, person: Person, where: Container): Place {
  if (where.type === "message") {
    const channel = seenChannel(core, person, where.channel);
    const ephemeral = findEphemeral(core, person.id, channel.id, where.ts);
    const message = ephemeral ?? messageIn(channel, where.ts);
    if (!channel.members.includes(person.id)) throw new NotAllowed(`You are not in #${channel.name}. Join it first.`);
    const attached = message.attachments.flatMap((one) => (one.blocks as JsonObject[] | undefined) ?? []);
    return {
      key: `${channel.id}/${message.ts}`,
      blocks: [...message.blocks, ...attached],
      view: null,
      message: { channel, message, ephemeral: ephemeral !== undefined },
    };
  }
  const { workspace } = core;
  const id = where.type === "home" ? workspace.homes[person.id] : where.viewId;
  const view = id === undefined ? undefined : workspace.views[id];
  const usable = view && view.user === person.id && (view.type === "home" || topView(core, person.id)?.id === view.id);
  if (!usable) throw new NotAllowed("That view is no longer open.");
  return { key: view.id, blocks: view.definition.blocks as JsonObject[], view, message: null };
}

/** What the bot last offered for one external select. */
export function offerKey(placeKey: string, blockId: string, actionId: string): string {
  return JSON.stringify([placeKey, blockId, actionId]);
}

/** The given values with options completed; a value the client would not let through is refused. */
function checkedState(core: Core, at: Place, state: StateValues): StateValues {
  const checked: Record<string, Record<string, JsonObject>> = {};
  for (const { block, element } of placedElements(at.blocks)) {
    const [blockId, actionId] = [String(block.block_id), String(element.action_id)];
    const given = state[blockId]?.[actionId];
    // Files are handed over with the form, not with every press of a button.
    if (!given || element.type === "file_input") continue;
    const offered = core.session.offers.get(offerKey(at.key, blockId, actionId)) ?? [];
    const result = checkElementValue(core, element, given, offered);
    // What is half typed elsewhere in the form is sent along as it is; only the client's own choices are checked.
    checked[blockId] = { ...checked[blockId], [actionId]: result.ok ? result.value : given };
  }
  return checked;
}

const carriedAlong = ["text", "value", "style", "url", "placeholder", "confirm", "initial_option", "initial_options"];

/** Presses a button, makes a choice, or enters text in an element that reports at once. */
export async function clickAct(core: Core, person: Person, act: Of<"click">): Promise<ActAnswer> {
  const at = place(core, person, act.in);
  const found = findElement(at.blocks, act.blockId, act.actionId);
  if (!found) throw new NotAllowed("That button is no longer there.");
  const { block, element } = found;
  if (block.type === "input" && block.dispatch_action !== true) {
    throw new NotAllowed("This field is sent with the form.");
  }
  const offered = core.session.offers.get(offerKey(at.key, act.blockId, act.actionId)) ?? [];
  const chosen =
    element.type === "overflow"
      ? chooseOverflow(element, act.value)
      : checkElementValue(core, element, act.value, offered);
  if (!chosen.ok) throw new NotAllowed(chosen.error);
  const own = element.type === "overflow" ? {} : { [act.blockId]: { [act.actionId]: chosen.value } };
  const values = stateValues(at.blocks, merge(checkedState(core, at, act.state), own), at.view?.values ?? {});
  if (at.view) at.view.values = values;
  const reported = values[act.blockId]?.[act.actionId] ?? (element.type === "overflow" ? chosen.value : {});
  const action: JsonObject = {
    ...Object.fromEntries(
      carriedAlong.flatMap((key) => (element[key] === undefined ? [] : [[key, element[key] as Json]])),
    ),
    ...reported,
    type: element.type ?? "",
    action_id: act.actionId,
    block_id: act.blockId,
    action_ts: actionTime(core),
  };
  const payload = {
    ...interactionFields(core, "block_actions", person),
    ...whereFields(core, person, at, values),
    trigger_id: newTrigger(core, person.id, at.view?.type === "modal" ? at.view.id : null),
    actions: [action],
  };
  return answered(core, person, at, await core.request({ kind: "interactive", payload }));
}

function chooseOverflow(element: JsonObject, value: JsonObject): ReturnType<typeof checkElementValue> {
  const wanted = (value.selected_option as JsonObject | undefined)?.value ?? value.value;
  const option = (element.options as JsonObject[]).find((one) => one.value === wanted);
  return option ? { ok: true, value: { selected_option: option } } : { ok: false, error: "Choose one of the options." };
}

function merge(one: StateValues, other: StateValues): StateValues {
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries([...keys].map((key) => [key, { ...one[key], ...other[key] }]));
}

function whereFields(core: Core, person: Person, at: Place, values: StateValues): JsonObject {
  if (at.view) {
    return { container: { type: "view", view_id: at.view.id }, view: viewObject(core, at.view) };
  }
  if (!at.message) return {};
  const { channel, message, ephemeral } = at.message;
  const thread = message.threadTs === null ? {} : { thread_ts: message.threadTs };
  return {
    container: {
      type: "message",
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: ephemeral,
      ...thread,
    },
    channel: { id: channel.id, name: channelName(channel) },
    ...(ephemeral ? {} : { message: messageObject(core, channel, message, "event") }),
    state: { values: values as unknown as Json },
    response_url: newResponseUrl(
      core,
      { channel: channel.id, person: person.id, original: { ts: message.ts, ephemeral } },
      "actions",
    ),
  };
}

function answered(core: Core, person: Person, at: Place, answer: Awaited<ReturnType<Core["request"]>>): ActAnswer {
  if (answer.ok) return { ok: true };
  if (at.view?.type === "modal") at.view.failure = troubleConnecting;
  else core.session.notices.set(person.id, troubleConnecting);
  core.changed({ person: person.id });
  return { ok: false, error: troubleConnecting };
}

/** Asks the app for the options of an external select. */
export async function suggestAct(core: Core, person: Person, act: Of<"suggest">): Promise<ActAnswer> {
  const at = place(core, person, act.in);
  const found = findElement(at.blocks, act.blockId, act.actionId);
  if (!found || !String(found.element.type).endsWith("external_select")) {
    throw new NotAllowed("That list is no longer there.");
  }
  // The client asks only once enough is typed; three characters unless the element says otherwise.
  if ([...act.query].length < Number(found.element.min_query_length ?? 3)) return { ok: true, result: { options: [] } };
  const { response_url: _noAnswerGoesThere, state: _notSent, ...where } = whereFields(core, person, at, {});
  const payload = {
    ...interactionFields(core, "block_suggestion", person),
    ...where,
    action_id: act.actionId,
    block_id: act.blockId,
    value: act.query,
  };
  const answer = await core.request({ kind: "options", payload });
  if (!answer.ok || checkOptionsAnswer(answer.body).length > 0) {
    return { ok: false, error: "The options could not be loaded." };
  }
  const body = answer.body as JsonObject;
  const groups = (body.option_groups as JsonObject[] | undefined) ?? [];
  const options = [
    ...((body.options as JsonObject[] | undefined) ?? []),
    ...groups.flatMap((group) => group.options as JsonObject[]),
  ];
  const key = offerKey(at.key, act.blockId, act.actionId);
  core.session.offers.set(key, [...(core.session.offers.get(key) ?? []), ...options]);
  return { ok: true, result: body };
}

/** Runs a shortcut: from anywhere, or on a message. */
export async function shortcutAct(
  core: Core,
  shortcuts: readonly { readonly callbackId: string; readonly type: "global" | "message" }[],
  person: Person,
  act: Of<"shortcut">,
): Promise<ActAnswer> {
  const type = act.message ? "message" : "global";
  if (!shortcuts.some((one) => one.callbackId === act.callbackId && one.type === type)) {
    throw new NotAllowed("There is no such shortcut.");
  }
  const payload = {
    ...interactionFields(core, act.message ? "message_action" : "shortcut", person),
    action_ts: actionTime(core),
    callback_id: act.callbackId,
    trigger_id: newTrigger(core, person.id, null),
    ...(act.message ? shortcutMessage(core, person, act.message) : {}),
  };
  const answer = await core.request({ kind: "interactive", payload });
  if (answer.ok) return { ok: true };
  core.session.notices.set(person.id, troubleConnecting);
  core.changed({ person: person.id });
  return { ok: false, error: troubleConnecting };
}

function shortcutMessage(
  core: Core,
  person: Person,
  at: { readonly channel: string; readonly ts: string },
): JsonObject {
  const channel = seenChannel(core, person, at.channel);
  const message = messageIn(channel, at.ts);
  return {
    channel: { id: channel.id, name: channelName(channel) },
    message_ts: message.ts,
    message: messageObject(core, channel, message, "event"),
    response_url: newResponseUrl(
      core,
      { channel: channel.id, person: person.id, original: message.app ? { ts: message.ts, ephemeral: false } : null },
      "actions",
    ),
  };
}
