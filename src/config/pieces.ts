import { z } from "zod";

/**
 * The configuration as people write it. Every `error` says what would be right, as the end of a sentence that starts
 * with what was found; every description is what an editor shows while one types.
 */
export const right = (text: string) => ({ error: text });

export const text = z
  .string(right("write text (in quotes where it looks like a number)"))
  .min(1, right("write some text"));
export const flag = z.boolean(right("write true or false"));
export const count = (most: number) => {
  const range = right(`write a whole number from 0 to ${most}`);
  return z.int(range).min(0, range).max(most, range);
};
export const choice = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, right(`write one of ${values.join(", ")}`));
export const object = <T extends z.ZodRawShape>(shape: T) =>
  z.strictObject(shape, right(`write a map with ${Object.keys(shape).slice(0, 4).join(", ")}`));
export const list = <T extends z.ZodType>(item: T) => z.array(item, right("write a list, such as [one, two]"));

export const named = <T extends z.ZodType>(value: T, what: string) => {
  const key = `${what} is lower-case letters, digits and dashes, and starts with a letter`;
  return z.record(
    z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, right(key)),
    value,
    right(`write a map: a name, a colon, and what it is`),
  );
};

export const minutes = z
  .string(right("write minutes or hours such as 15m or 4h, or none"))
  .regex(/^([1-9]\d{0,3}[mhd]|none)$/, right("write minutes or hours such as 15m or 4h, or none"));
/** Of a thing that is waited for in any case. */
export const someMinutes = z
  .string(right("write minutes or hours, such as 5m"))
  .regex(/^[1-9]\d{0,2}[mh]$/, right("write minutes or hours, such as 5m"));
export const hours = z
  .string(right("write hours or days such as 48h or 5d, or none"))
  .regex(/^([1-9]\d{0,3}[hd]|none)$/, right("write hours or days such as 48h or 5d, or none"));
export const span = (example: string) =>
  z
    .string(right(`write a time such as ${example}`))
    .regex(/^[1-9]\d{0,3}[smh]$/, right(`write a time such as ${example}`));

const personForms = 'a Slack user id (U…), an e-mail address or a user group in quotes ("@oncall")';
export const userId = "[UW][A-Z0-9]{2,}";
export const email = "[^@\\s]+@[^@\\s]+\\.[^@\\s]+";
export const group = "@[\\p{L}0-9][\\p{L}0-9._-]*|S[A-Z0-9]{2,}";
export const person = z
  .string(right(`write ${personForms}`))
  .regex(new RegExp(`^(${userId}|${email}|${group})$`, "u"), right(`write ${personForms}`));
const pagedForms = `a team of oncall, ${personForms}`;
export const paged = z
  .string(right(`write ${pagedForms}`))
  .regex(new RegExp(`^(${userId}|${email}|${group}|[a-z][a-z0-9-]{0,39})$`, "u"), right(`write ${pagedForms}`));
const principalForms = `members, admins, role:<role>, ${personForms}`;
export const principal = z
  .string(right(`write ${principalForms}`))
  .regex(
    new RegExp(`^(members|admins|role:[a-z][a-z0-9-]*|${userId}|${email}|${group})$`, "u"),
    right(`write ${principalForms}`),
  );
export const channel = z
  .string(right("write a channel's name without # (YAML takes # for a comment), or its id"))
  .regex(
    /^(#?[\p{Ll}\p{Lo}\p{N}][\p{Ll}\p{Lo}\p{N}_-]{0,79}|[CG][A-Z0-9]{2,})$/u,
    right("write a channel's name such as incidents, or its id"),
  );
export const emoji = z
  .string(right("write an emoji's name such as pushpin"))
  .regex(/^:?[a-z0-9_+'-]+:?$/, right("write an emoji's name such as pushpin"));
export const address = z
  .string(right("write an address such as https://example.com/"))
  .regex(/^https?:\/\/[^\s<>|]{1,2000}$/, right("write an address such as https://example.com/"));
export const links = z
  .record(text, address, right("write a map: a title, a colon, and an address"))
  .describe("Labelled links: a title and an address.");
export const aliases = list(text).describe("Other words for it; case, spaces and dashes never matter.");
