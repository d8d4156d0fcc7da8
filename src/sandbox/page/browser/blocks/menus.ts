import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import type { JsonObject } from "../../protocol.ts";
import { valueKey } from "../form.ts";
import { h } from "../html.ts";
import { isObject, numberAt, stringAt, wordsAt } from "../json.ts";
import { useSession } from "../session.ts";
import { chosenOptions, optionGroups, originalOption, workspaceGroups } from "./choices.ts";
import type { ElementProps } from "./element.ts";
import { fieldKey, useForm } from "./form-scope.ts";
import { type Option, type OptionGroup, Select } from "./select.ts";

/** All the select menus: of the bot's options, of its answers, of people, channels and conversations. */
export function SelectMenu({
  blockId,
  element,
  label,
  describedBy,
  isInput,
  isRequired,
  dispatches,
}: ElementProps): VNode {
  const { state, act } = useSession();
  const form = useForm();
  const answers = useRef<JsonObject[]>([]);
  const type = stringAt(element, "type");
  const isMany = type.startsWith("multi_");
  const isExternal = type.endsWith("external_select");
  const isStatic = type.endsWith("static_select");
  const value = form.held(blockId, element);
  const key = valueKey(element);
  const groups = isStatic ? optionGroups(element) : isExternal ? [] : workspaceGroups(element, state);

  const suggest = async (query: string): Promise<readonly OptionGroup[]> => {
    const actionId = stringAt(element, "action_id");
    const answer = await act({ act: "suggest", in: form.container, blockId, actionId, query });
    if (!answer.ok || !isObject(answer.result)) return [];
    answers.current.push(answer.result);
    return optionGroups(answer.result);
  };
  const original = (option: Option) =>
    isStatic || isExternal ? (originalOption([element, value, ...answers.current], option.key) ?? null) : option.key;
  const choose = (options: readonly Option[]) => {
    const all = options.map(original).filter((item) => item !== null);
    const next: JsonObject = { type, [key]: isMany ? all : (all[0] ?? null) };
    if (isInput && !dispatches) form.change(blockId, element, next);
    else void form.fire(blockId, element, next);
  };
  const placeholder = wordsAt(element, "placeholder") || (isMany ? "Choose some" : "Choose an option");
  return h(Select, {
    label: label || placeholder,
    placeholder,
    groups,
    chosen: chosenOptions(value[key], groups),
    isMany,
    most: numberAt(element, "max_selected_items"),
    clearable: isInput && !isRequired,
    isRequired,
    disabled: form.busy === fieldKey(blockId, element),
    focusOnLoad: element.focus_on_load === true,
    suggest: isExternal ? suggest : null,
    leastQuery: numberAt(element, "min_query_length") ?? 3,
    onChoose: choose,
    ...(describedBy === undefined ? {} : { describedBy }),
  });
}
