import type { Json, JsonObject, WorkspaceState } from "../../protocol.ts";
import { isObject, listAt, objectAt, objectsAt, stringAt, stringsAt, wordsAt } from "../json.ts";
import { channelName } from "../session.ts";
import type { Option, OptionGroup } from "./select.ts";

/** The options and groups of a static select, or of the bot's answer to a suggest. */
export function optionGroups(source: JsonObject): readonly OptionGroup[] {
  const groups = objectsAt(source, "option_groups");
  if (groups.length === 0) return [{ label: null, options: objectsAt(source, "options").map(toOption) }];
  return groups.map((group) => ({
    label: wordsAt(group, "label"),
    options: objectsAt(group, "options").map(toOption),
  }));
}

function toOption(option: JsonObject): Option {
  return { key: stringAt(option, "value"), text: wordsAt(option, "text"), detail: wordsAt(option, "description") };
}

/** Who and where one may choose, for the selects that Slack fills itself. */
export function workspaceGroups(element: JsonObject, state: WorkspaceState): readonly OptionGroup[] {
  const type = stringAt(element, "type").replace("multi_", "");
  if (type === "users_select") return [{ label: null, options: people(state) }];
  if (type === "channels_select") return [{ label: null, options: channels(state, new Set(["public"])) }];
  const filter = objectAt(element, "filter");
  const include = filter === null ? [] : stringsAt(filter, "include");
  const kinds = new Set(include.length > 0 ? include : ["public", "private", "im"]);
  const withoutBots = filter?.exclude_bot_users === true;
  return [{ label: null, options: channels(state, kinds, withoutBots) }];
}

function people(state: WorkspaceState): readonly Option[] {
  return state.people
    .filter(({ kind }) => kind !== "deleted")
    .map(({ id, realName, name, title }) => ({ key: id, text: realName, detail: title || `@${name}` }));
}

function channels(state: WorkspaceState, kinds: ReadonlySet<string>, withoutBots = false): readonly Option[] {
  const bots = new Set(state.people.filter(({ kind }) => kind === "bot").map(({ id }) => id));
  return state.channels
    .filter(({ kind, archived }) => kinds.has(kind) && !archived)
    .filter(({ kind, memberIds }) => !(withoutBots && kind === "im" && memberIds.some((id) => bots.has(id))))
    .map((channel) => ({ key: channel.id, text: channelName(state, channel), detail: channel.topic }));
}

/** What is chosen now, as options; ids that are not offered show as themselves. */
export function chosenOptions(held: Json | undefined, groups: readonly OptionGroup[]): readonly Option[] {
  const list = Array.isArray(held) ? (held as readonly Json[]) : held === null || held === undefined ? [] : [held];
  const offered = groups.flatMap((group) => group.options);
  return list.map((item) => {
    if (isObject(item)) return toOption(item);
    const id = String(item);
    return offered.find(({ key }) => key === id) ?? { key: id, text: id, detail: "" };
  });
}

/** The bot's own option object for a key: Slack sends back exactly what was offered. */
export function originalOption(sources: readonly JsonObject[], key: string): JsonObject | undefined {
  return sources
    .flatMap((source) => [
      ...objectsAt(source, "options"),
      ...objectsAt(source, "option_groups").flatMap((group) => objectsAt(group, "options")),
      ...[objectAt(source, "initial_option"), objectAt(source, "selected_option")].filter(isObject),
      ...objectsAt(source, "initial_options"),
      ...listAt(source, "selected_options").filter(isObject),
    ])
    .find((option) => stringAt(option, "value") === key);
}
