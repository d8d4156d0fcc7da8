import type { Json } from "../page/protocol.ts";
import { type Problem, printProblem } from "./validator/problem.ts";

/** A Web API call that Slack answers with `ok: false`; `code` is Slack's own name for the error. */
export class SlackFailure extends Error {
  override readonly name = "SlackFailure";
  readonly code: string;
  readonly fields: Readonly<Record<string, Json>>;

  constructor(code: string, fields: Readonly<Record<string, Json>> = {}) {
    super(code);
    this.code = code;
    this.fields = fields;
  }
}

/** How message methods and view methods print what the validator found (facts, errorFormat). */
export function invalidBlocks(problems: readonly Problem[], code = "invalid_blocks"): SlackFailure {
  const errors = problems.map(printProblem);
  return new SlackFailure(problems.find((problem) => problem.error)?.error ?? code, { errors, ...messages(errors) });
}

export function invalidArguments(errors: readonly string[]): SlackFailure {
  return new SlackFailure("invalid_arguments", messages(errors));
}

function messages(errors: readonly string[]): Readonly<Record<string, Json>> {
  return { response_metadata: { messages: errors.map((error) => `[ERROR] ${error}`) } };
}

/** Something a person tried and Slack's client does not let them do, in words for that person. */
export class NotAllowed extends Error {
  override readonly name = "NotAllowed";
}
