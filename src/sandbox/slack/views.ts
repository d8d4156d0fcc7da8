import type { Json, JsonObject } from "../page/protocol.ts";
import { type Core, nextId } from "./core.ts";
import { stateValues } from "./element-values.ts";
import { invalidArguments, SlackFailure } from "./failure.ts";
import { identify } from "./identify.ts";
import { printProblem } from "./validator/problem.ts";
import { checkView, isViewTooLarge } from "./validator/validator.ts";
import type { View } from "./workspace.ts";

/** docs.slack.dev/surfaces/modals: at most three views are stacked. */
export const deepestStack = 3;

/** Checks a view as every method and answer that carries one does, and hands it back. */
export function readView(given: Json | undefined, type: "modal" | "home"): JsonObject {
  if (given === undefined || given === null) throw invalidArguments(["missing required field: view"]);
  if (isViewTooLarge(given)) throw new SlackFailure("view_too_large");
  const problems = checkView(given);
  if (problems.length > 0) throw invalidArguments(problems.map(printProblem));
  const view = given as JsonObject;
  if (view.type !== type) {
    throw invalidArguments([
      type === "modal"
        ? "must match the `type` of the root view whose stack we're pushing onto [json-pointer:/view/type]"
        : `unsupported type: ${String(view.type)} [json-pointer:/view/type]`,
    ]);
  }
  return view;
}

/** external_id is unique in the workspace (facts, views.modal.rules). */
export function requireUniqueExternalId(core: Core, definition: JsonObject, except?: string): void {
  const id = definition.external_id;
  if (typeof id !== "string" || id === "") return;
  const taken = Object.values(core.workspace.views).some(
    (view) => view.definition.external_id === id && view.id !== except,
  );
  if (taken) throw new SlackFailure("duplicate_external_id");
}

function newHash(core: Core): string {
  return `${Math.floor(core.clock.now() / 1000)}.${nextId(core, "h").slice(-8)}`;
}

/** Makes a view and keeps it; where it is shown is up to the caller. */
export function addView(core: Core, person: string, definition: JsonObject, previous: View | null): View {
  const id = nextId(core, "V");
  const whole = { ...definition, blocks: identify(core, definition.blocks as JsonObject[]) };
  const view: View = {
    id,
    user: person,
    type: definition.type === "home" ? "home" : "modal",
    definition: whole,
    hash: newHash(core),
    root: previous?.root ?? id,
    previous: previous?.id ?? null,
    values: stateValues(whole.blocks, {}, {}),
    errors: {},
    failure: null,
  };
  core.workspace.views[id] = view;
  return view;
}

/** Replaces what a view shows. Values stay where block id, action id and kind are the same. */
export function changeView(core: Core, view: View, definition: JsonObject): void {
  const blocks = identify(core, definition.blocks as JsonObject[]);
  view.definition = { ...definition, blocks };
  view.hash = newHash(core);
  view.values = stateValues(blocks, {}, view.values);
  view.errors = {};
  view.failure = null;
  core.changed({ person: view.user });
}

/** Shows a view to a person: as a new modal, or on top of the one that is open. */
export function openView(core: Core, person: string, definition: JsonObject, over: View | null): View {
  const { stacks } = core.workspace;
  if (!over) closeAll(core, person);
  const view = addView(core, person, definition, over);
  stacks[person] = [...(stacks[person] ?? []), view.id];
  core.changed({ person });
  return view;
}

export function topView(core: Core, person: string): View | undefined {
  const id = core.workspace.stacks[person]?.at(-1);
  return id === undefined ? undefined : core.workspace.views[id];
}

/** Takes the top view away; what is below comes back. */
export function closeTop(core: Core, person: string): void {
  const stack = core.workspace.stacks[person] ?? [];
  const id = stack.pop();
  if (id !== undefined) delete core.workspace.views[id];
  if (stack.length === 0) delete core.workspace.stacks[person];
  core.changed({ person });
}

export function closeAll(core: Core, person: string): void {
  for (const id of core.workspace.stacks[person] ?? []) delete core.workspace.views[id];
  delete core.workspace.stacks[person];
  core.changed({ person });
}

/** A view as methods answer it and payloads carry it. */
export function viewObject(core: Core, view: View): JsonObject {
  const { workspace } = core;
  const d = view.definition;
  const home = view.type === "home";
  return {
    id: view.id,
    team_id: workspace.team.id,
    type: view.type,
    blocks: d.blocks ?? [],
    private_metadata: d.private_metadata ?? "",
    callback_id: d.callback_id ?? "",
    state: { values: view.values },
    hash: view.hash,
    title: d.title ?? (home ? { type: "plain_text", text: "View Title", emoji: true } : null),
    clear_on_close: d.clear_on_close ?? false,
    notify_on_close: d.notify_on_close ?? false,
    close: d.close ?? null,
    submit: d.submit ?? null,
    previous_view_id: view.previous,
    root_view_id: view.root,
    app_id: workspace.app.id,
    external_id: d.external_id ?? "",
    app_installed_team_id: workspace.team.id,
    bot_id: workspace.app.botId,
  };
}
