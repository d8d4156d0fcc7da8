import type { Json, JsonObject } from "../../page/protocol.ts";
import { invalidArguments, SlackFailure } from "../failure.ts";
import type { Method, MethodCall } from "../method.ts";
import type { Problem } from "../validator/problem.ts";
import { isObject } from "../validator/schema.ts";
import { checkBlocks, checkView } from "../validator/validator.ts";

const longest = 100_000;

function given(call: MethodCall, key: string): Json | undefined {
  const value = call.args[key];
  if (value === undefined || typeof value !== "string") return value;
  if (value.length > longest)
    throw invalidArguments([`must be less than ${longest + 1} characters [json-pointer:/${key}]`]);
  try {
    return JSON.parse(value) as Json;
  } catch {
    throw new SlackFailure(`invalid_${key}`, {
      errors: [{ code: "invalid_json", message: "not valid JSON", pointer: "" }],
    });
  }
}

function answer(error: string, problems: readonly Problem[]): JsonObject {
  if (problems.length === 0) return {};
  throw new SlackFailure(error, { errors: problems.map(({ code, message, pointer }) => ({ code, message, pointer })) });
}

function checkMessage(message: Json): Problem[] {
  if (!isObject(message)) return [{ code: "failed_constraint", message: "must provide an object", pointer: "" }];
  const attachments = Array.isArray(message.attachments) ? message.attachments : [];
  return [
    ...(message.blocks === undefined ? [] : checkBlocks("message", message.blocks, "/blocks")),
    ...attachments.flatMap((one: unknown, index) =>
      isObject(one) && one.blocks !== undefined
        ? checkBlocks("message", one.blocks, `/attachments/${index}/blocks`)
        : [],
    ),
  ];
}

/** blocks.validate: the validator by itself, with no token. */
export const blocksMethods: readonly Method[] = [
  {
    name: "blocks.validate",
    missing: "the `constraint` of each error",
    run: (call) => {
      const keys = ["blocks", "view", "message"].filter(
        (key) => call.args[key] !== undefined && call.args[key] !== null,
      );
      const [key] = keys;
      if (key === undefined || keys.length > 1) {
        throw invalidArguments(["must define one of `blocks`, `view` or `message`"]);
      }
      const value = given(call, key) ?? null;
      if (key === "blocks") return answer("invalid_blocks", checkBlocks("message", value, ""));
      if (key === "view") return answer("invalid_view", checkView(value, ""));
      return answer("invalid_message", checkMessage(value));
    },
  },
];
