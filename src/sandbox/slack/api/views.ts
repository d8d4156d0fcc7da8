import type { JsonObject } from "../../page/protocol.ts";
import type { Trigger } from "../core.ts";
import { invalidArguments, SlackFailure } from "../failure.ts";
import { type Method, type MethodCall, person, required, structure, text } from "../method.ts";
import { findTrigger } from "../triggers.ts";
import {
  addView,
  changeView,
  deepestStack,
  openView,
  readView,
  requireUniqueExternalId,
  topView,
  viewObject,
} from "../views.ts";
import type { View } from "../workspace.ts";

function givenView(call: MethodCall, type: "modal" | "home"): JsonObject {
  const view = structure(call, "view", () => {
    throw invalidArguments(["must provide an object [json-pointer:/view]"]);
  });
  return readView(view, type);
}

function trigger(call: MethodCall): Trigger {
  const id = text(call, "trigger_id") ?? text(call, "interactivity_pointer");
  if (id === undefined || id === "") throw invalidArguments(["missing required field: trigger_id"]);
  return findTrigger(call.core, id);
}

function requireHash(call: MethodCall, view: View): void {
  const hash = text(call, "hash");
  if (hash !== undefined && hash !== "" && hash !== view.hash) throw new SlackFailure("hash_conflict");
}

function findView(call: MethodCall): View {
  const { views } = call.core.workspace;
  const [id, externalId] = [text(call, "view_id"), text(call, "external_id")];
  if (!id && !externalId) throw invalidArguments(["missing required field: view_id"]);
  const found = id ? views[id] : Object.values(views).find((view) => view.definition.external_id === externalId);
  if (!found) throw new SlackFailure("not_found");
  return found;
}

/** views.*: modals and the Home tab. */
export const viewsMethods: readonly Method[] = [
  {
    name: "views.open",
    run: (call) => {
      const { core } = call;
      const definition = givenView(call, "modal");
      const from = trigger(call);
      requireUniqueExternalId(core, definition);
      from.used = true;
      return { view: viewObject(core, openView(core, from.person, definition, null)) };
    },
  },
  {
    name: "views.push",
    run: (call) => {
      const { core } = call;
      const definition = givenView(call, "modal");
      const from = trigger(call);
      const stack = core.workspace.stacks[from.person] ?? [];
      const top = topView(core, from.person);
      if (!top || from.view === null || !stack.includes(from.view)) throw new SlackFailure("not_found");
      if (stack.length >= deepestStack) throw new SlackFailure("push_limit_reached");
      requireUniqueExternalId(core, definition);
      from.used = true;
      return { view: viewObject(core, openView(core, from.person, definition, top)) };
    },
  },
  {
    name: "views.update",
    run: (call) => {
      const { core } = call;
      const view = findView(call);
      const definition = givenView(call, view.type);
      requireHash(call, view);
      requireUniqueExternalId(core, definition, view.id);
      changeView(core, view, definition);
      return { view: viewObject(core, view) };
    },
  },
  {
    name: "views.publish",
    run: (call) => {
      const { core } = call;
      const { homes, views } = core.workspace;
      if (!core.homeTab) throw new SlackFailure("not_enabled");
      const user = person(core, required(call, "user_id"), "invalid_arguments").id;
      const definition = givenView(call, "home");
      const known = homes[user] === undefined ? undefined : views[homes[user]];
      if (known) requireHash(call, known);
      requireUniqueExternalId(core, definition, known?.id);
      const view = known ?? addView(core, user, definition, null);
      if (known) changeView(core, known, definition);
      homes[user] = view.id;
      core.changed({ person: user });
      return { view: viewObject(core, view) };
    },
  },
];
