import type { Redact } from "../domain/capture/redact.ts";
import type { FormValues } from "./command.ts";
import { list, type Payload, record, text } from "./payload.ts";

/**
 * Reads `state.values` by input name. Block id and action id are both the input's name; a block with another action
 * id is read too. What was written comes without secrets. Source: docs.slack.dev/reference/views#state
 */
export function formValues(state: unknown, redact: Redact): FormValues {
  const values = record(record(state).values);
  const element = (name: string): Payload => {
    const block = record(values[name]);
    return record(block[name] ?? Object.values(block)[0]);
  };
  const choice = (name: string): string | null => {
    const found = element(name);
    return (
      text(record(found.selected_option).value) ??
      text(found.selected_channel) ??
      text(found.selected_conversation) ??
      choices(name)[0] ??
      null
    );
  };
  const choices = (name: string): readonly string[] => {
    const found = element(name);
    const chosen = list(found.selected_options).map((one) => text(record(one).value));
    const several = [found.selected_users, found.selected_channels, found.selected_conversations].flatMap(list);
    return [...chosen, ...several.map(text)].filter((value) => value !== null);
  };
  return {
    text: (name) => {
      const value = text(element(name).value);
      return value === null || value.trim() === "" ? null : redact(value);
    },
    choice,
    choices,
    user: (name) => text(element(name).selected_user),
    date: (name) => {
      const date = text(element(name).selected_date);
      return date && /^\d{4}-\d{2}-\d{2}$/.test(date) ? date : null;
    },
    moment: (name) => {
      const seconds = element(name).selected_date_time;
      return typeof seconds === "number" && Number.isFinite(seconds) ? new Date(seconds * 1000) : null;
    },
    ticked: (name) => list(element(name).selected_options).length > 0,
  };
}
