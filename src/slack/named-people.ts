import type { Command } from "./command.ts";
import { list, type Payload, record, text } from "./payload.ts";

/** More people than this are not named in one ask by anybody. */
const most = 10;
const userId = /^[UW][A-Z0-9]{2,}$/;

/** Slack user ids among a command's arguments. */
export function peopleInArguments(command: Command, args: Readonly<Record<string, unknown>>): readonly string[] {
  const named = Object.entries(command.args).flatMap(([key, { kind }]) => (kind === "person" ? [args[key]] : []));
  return named.filter((value): value is string => typeof value === "string" && userId.test(value)).slice(0, most);
}

/** Slack user ids picked in a form's or message's inputs. Source: docs.slack.dev/reference/views (state values) */
export function peopleInState(state: unknown): readonly string[] {
  const inputs = Object.values(record(record(state).values)).flatMap((block) => Object.values(record(block)));
  const picked = inputs
    .map(record)
    .flatMap((input: Payload) => [text(input.selected_user), ...list(input.selected_users)]);
  return [...new Set(picked)]
    .filter((value): value is string => typeof value === "string" && userId.test(value))
    .slice(0, most);
}
