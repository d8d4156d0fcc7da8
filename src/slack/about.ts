import { Refusal } from "../errors.ts";
import { list, type Payload, record, text } from "./payload.ts";

/** The record and version a button, choice or form carries. */
export interface CarriedAbout {
  readonly id: string;
  readonly version?: number;
  readonly channel?: string;
}

/** Slack's limit of a button's value (docs.slack.dev/reference/block-kit/block-elements/button-element). */
const longestValue = 2000;

/** What a form or button carries as JSON; null when it is none of ours. */
function parseAbout(value: string | null): CarriedAbout | null {
  if (value === null || value.length > longestValue + 1000) return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch {
    return null;
  }
  const { id, version, channel } = record(parsed);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: an id never holds one, and PostgreSQL takes no zero byte
  if (typeof id !== "string" || !/^[^\u0000-\u001f]+$/.test(id) || id.length > longestValue) return null;
  return {
    id,
    ...(Number.isSafeInteger(version) ? { version: version as number } : {}),
    ...(typeof channel === "string" ? { channel } : {}),
  };
}

/** What a form is about, from its private_metadata; an empty id where it carries nothing. */
export function aboutOfView(view: Payload): CarriedAbout {
  return parseAbout(text(view.private_metadata)) ?? { id: "" };
}

/** What a pressed button or a chosen option is about; for selects and inputs the chosen value is the id. */
export function aboutOfAction(action: Payload, view: Payload): CarriedAbout {
  if (action.type === "button") {
    const value = text(action.value);
    if (value === null) return { id: "" };
    const about = parseAbout(value);
    if (!about) throw new Refusal("stale", "This button is not one of mine any more.", "Use a newer message.");
    return about;
  }
  const chosen = chosenValue(action);
  const carried = parseAbout(chosen);
  if (carried) return carried;
  const { version, channel } = aboutOfView(view);
  return {
    id: (chosen ?? "").slice(0, longestValue),
    ...(version === undefined ? {} : { version }),
    ...(channel === undefined ? {} : { channel }),
  };
}

/** Source: docs.slack.dev/reference/interaction-payloads/block_actions-payload */
function chosenValue(action: Payload): string | null {
  const single = [
    record(action.selected_option).value,
    action.selected_user,
    action.selected_channel,
    action.selected_conversation,
    action.selected_date,
    action.selected_time,
    action.value,
  ];
  const found = single.map(text).find((value) => value !== null);
  if (found) return found;
  if (typeof action.selected_date_time === "number") return String(action.selected_date_time);
  const several = [
    ...list(action.selected_options).map((option) => record(option).value),
    ...list(action.selected_users),
    ...list(action.selected_channels),
    ...list(action.selected_conversations),
  ];
  return text(several.filter((value) => typeof value === "string").join(","));
}
