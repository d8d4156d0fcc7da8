import { z } from "zod";
import type { AccessRoles } from "../domain/platform/identity.ts";
import { object, right } from "./pieces.ts";
import { seconds } from "./spans.ts";

const arnForm = right("write a role's full name, such as arn:aws:iam::123456789012:role/tocsin-read");
const arn = z.string(arnForm).regex(/^arn:aws(-[a-z]+)*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/, arnForm);
const externalForm = right("write the text that the roles ask for, 2 to 1224 characters");
const lengthForm = right("write a time from 15m to 12h");
const duration = z
  .string(lengthForm)
  .regex(/^[1-9]\d{0,3}[mh]$/, lengthForm)
  .refine((text) => seconds(text, 0) >= 900 && seconds(text, 0) <= 43_200, lengthForm);

/** The roles of one environment on AWS, as people write them. */
export const awsRolesSchema = object({
  roles: object({
    read: arn.describe("Role for looking, with docs/iam/read.json."),
    operate: arn
      .describe("Role for changes, with docs/iam/operate.json as well; left out, nothing is changed.")
      .optional(),
    destructive: arn
      .describe(
        "Role for what cannot be taken back, with docs/iam/destructive.json as well; left out, none of it is done.",
      )
      .optional(),
  }),
  external_id: z
    .string(externalForm)
    .regex(/^[\w+=,.@:/-]{2,1224}$/, externalForm)
    .describe("What the roles' trust policies ask for beside the name.")
    .optional(),
  session_duration: duration.describe("How long credentials last until they are renewed; 1h by default.").optional(),
}).describe("Roles that calls to AWS are made with, instead of the bot's own credentials.");

export function completeAwsRoles(written: z.infer<typeof awsRolesSchema>): AccessRoles {
  const { read, operate = null, destructive = null } = written.roles;
  return {
    roles: { read, operate, destructive },
    externalId: written.external_id ?? null,
    sessionSeconds: seconds(written.session_duration, 3600),
  };
}
