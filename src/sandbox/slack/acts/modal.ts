import type { Act, ActAnswer, Json, JsonObject } from "../../page/protocol.ts";
import type { Core } from "../core.ts";
import { checkElementValue, holdsNothing, keepFiles, placedElements, stateValues } from "../element-values.ts";
import { NotAllowed, SlackFailure } from "../failure.ts";
import { newResponseUrl } from "../response-url.ts";
import { newTrigger } from "../triggers.ts";
import {
  changeView,
  closeAll,
  closeTop,
  deepestStack,
  openView,
  readView,
  requireUniqueExternalId,
  topView,
  viewObject,
} from "../views.ts";
import type { Person, View } from "../workspace.ts";
import { offerKey } from "./interact.ts";
import { interactionFields, troubleConnecting } from "./person.ts";

type Of<K extends Act["act"]> = Extract<Act, { readonly act: K }>;

function openModal(core: Core, person: Person, id: string): View {
  const view = topView(core, person.id);
  if (!view || view.id !== id) throw new NotAllowed("That form is no longer open.");
  return view;
}

/** Presses the submit button of the view on top. */
export async function submitAct(core: Core, person: Person, act: Of<"submit">): Promise<ActAnswer> {
  const view = openModal(core, person, act.viewId);
  const blocks = view.definition.blocks as JsonObject[];
  const { given, errors } = checkFields(core, view, act.values);
  view.values = stateValues(blocks, given, view.values);
  for (const { block, element } of inputs(blocks)) {
    const value = view.values[String(block.block_id)]?.[String(element.action_id)];
    if (block.optional !== true && holdsNothing(element, value)) {
      errors[String(block.block_id)] ??= "Please complete this required field.";
    }
  }
  view.errors = errors;
  view.failure = null;
  core.changed({ person: person.id });
  if (Object.keys(errors).length > 0) return { ok: false, error: Object.values(errors).join(" ") };
  const payload = {
    ...interactionFields(core, "view_submission", person),
    trigger_id: newTrigger(core, person.id, view.id),
    view: viewObject(core, view),
    response_urls: responseUrls(core, person, view),
  };
  const answer = await core.request({ kind: "interactive", payload });
  try {
    if (!answer.ok) throw new SlackFailure(answer.reason);
    return useSubmissionAnswer(core, person, view, answer.body);
  } catch (error) {
    if (!(error instanceof SlackFailure)) throw error;
    view.failure = troubleConnecting;
    core.changed({ person: person.id });
    return { ok: false, error: troubleConnecting };
  }
}

function inputs(blocks: readonly JsonObject[]): { block: JsonObject; element: JsonObject }[] {
  return placedElements(blocks).filter(({ block }) => block.type === "input");
}

/** What Slack's client checks before it sends a form. */
function checkFields(core: Core, view: View, values: Of<"submit">["values"]) {
  const given: Record<string, Record<string, JsonObject>> = {};
  const errors: Record<string, string> = {};
  for (const { block, element } of placedElements(view.definition.blocks as JsonObject[])) {
    const [blockId, actionId] = [String(block.block_id), String(element.action_id)];
    const value = values[blockId]?.[actionId];
    if (!value) continue;
    const offered = core.session.offers.get(offerKey(view.id, blockId, actionId)) ?? [];
    const checked = checkElementValue(core, element, value, offered);
    if (!checked.ok) errors[blockId] = checked.error;
    const kept = checked.ok && element.type === "file_input" ? keepFiles(core, view.user, checked.value) : null;
    given[blockId] = { ...given[blockId], [actionId]: kept ?? (checked.ok ? checked.value : value) };
  }
  return { given, errors };
}

/** One response_url for each conversation chosen in a select that asks for one. */
function responseUrls(core: Core, person: Person, view: View): JsonObject[] {
  return inputs(view.definition.blocks as JsonObject[]).flatMap(({ block, element }) => {
    const value = view.values[String(block.block_id)]?.[String(element.action_id)];
    const channel = value?.selected_channel ?? value?.selected_conversation;
    if (element.response_url_enabled !== true || typeof channel !== "string") return [];
    return [
      {
        block_id: block.block_id ?? "",
        action_id: element.action_id ?? "",
        channel_id: channel,
        response_url: newResponseUrl(core, { channel, person: person.id, original: null }, "actions"),
      },
    ];
  });
}

/** Carries out the answer to a submission; anything Slack does not understand is a failure the person sees. */
function useSubmissionAnswer(core: Core, person: Person, view: View, body: Json): ActAnswer {
  // Closed meanwhile, by the person or by an earlier answer: there is nothing left to change.
  if (!core.workspace.views[view.id]) return { ok: true };
  const answer = typeof body === "object" && body !== null && !Array.isArray(body) ? (body as JsonObject) : null;
  if (body === "" || (answer && Object.keys(answer).length === 0)) {
    if (topView(core, person.id)?.id === view.id) closeTop(core, person.id);
    return { ok: true };
  }
  if (!answer) throw new SlackFailure("invalid_response");
  const { response_action: action, ...rest } = answer;
  requireOnly(rest, action === "errors" ? "errors" : action === "clear" ? null : "view");
  switch (action) {
    case "errors":
      return showErrors(core, person, view, rest.errors);
    case "clear":
      closeAll(core, person.id);
      return { ok: true };
    case "update": {
      const definition = readView(rest.view, "modal");
      requireUniqueExternalId(core, definition, view.id);
      changeView(core, view, definition);
      return { ok: true };
    }
    case "push": {
      const definition = readView(rest.view, "modal");
      requireUniqueExternalId(core, definition);
      if ((core.workspace.stacks[person.id] ?? []).length >= deepestStack) throw new SlackFailure("push_limit_reached");
      openView(core, person.id, definition, view);
      return { ok: true };
    }
    default:
      throw new SlackFailure("invalid_response_action");
  }
}

function requireOnly(rest: JsonObject, key: string | null): void {
  const keys = Object.keys(rest);
  if (keys.some((one) => one !== key) || (key !== null && keys.length === 0))
    throw new SlackFailure("invalid_response");
}

function showErrors(core: Core, person: Person, view: View, given: Json | undefined): ActAnswer {
  const entries = typeof given === "object" && given !== null && !Array.isArray(given) ? Object.entries(given) : [];
  const known = new Set(inputs(view.definition.blocks as JsonObject[]).map(({ block }) => block.block_id));
  const good =
    entries.length > 0 && entries.every(([id, text]) => known.has(id) && typeof text === "string" && text !== "");
  if (!good) throw new SlackFailure("invalid_errors");
  view.errors = Object.fromEntries(entries) as Record<string, string>;
  core.changed({ person: person.id });
  return { ok: false, error: Object.values(view.errors).join(" ") };
}

/** Presses Cancel (the top view) or the x (the whole modal). */
export async function closeAct(core: Core, person: Person, act: Of<"close">): Promise<ActAnswer> {
  const top = openModal(core, person, act.viewId);
  const all = act.all || top.definition.clear_on_close === true;
  const root = core.workspace.views[core.workspace.stacks[person.id]?.[0] ?? ""] ?? top;
  const told = all ? root : top;
  const payload = {
    ...interactionFields(core, "view_closed", person),
    view: viewObject(core, told),
    is_cleared: all,
  };
  if (all) closeAll(core, person.id);
  else closeTop(core, person.id);
  if (told.definition.notify_on_close === true) await core.request({ kind: "interactive", payload });
  return { ok: true };
}
