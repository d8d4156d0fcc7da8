import type { CloudError } from "../cloud-error.ts";
import { flag, type Input, integer, text } from "../input.ts";

const kinds = {
  Lowercase: "abcdefghijklmnopqrstuvwxyz",
  Uppercase: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  Numbers: "0123456789",
  Punctuation: "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
} as const;

/** A password as GetRandomPassword makes it: of the kinds that are not excluded, at least one character of each. */
export function passwordFrom(
  input: Input,
  draw: (length: number, alphabet: string) => string,
  refuse: (sentence: string) => CloudError,
): string {
  const length = integer(input, "PasswordLength", { low: 1, high: 4096 }, refuse) ?? 32;
  const excluded = text(input, "ExcludeCharacters") ?? "";
  const without = (alphabet: string) => [...alphabet].filter((one) => !excluded.includes(one)).join("");
  const alphabets = Object.entries(kinds)
    .filter(([kind]) => !(flag(input, `Exclude${kind}`) ?? false))
    .map(([, alphabet]) => without(alphabet))
    .filter((alphabet) => alphabet !== "");
  if (flag(input, "IncludeSpace") ?? false) alphabets.push(" ");
  if (alphabets.length === 0) throw refuse("No characters are left to make a password of.");
  const each = flag(input, "RequireEachIncludedType") ?? true;
  if (each && length < alphabets.length) {
    throw refuse("The password length is too short to hold each of the included types.");
  }
  const first = each ? alphabets.map((alphabet) => draw(1, alphabet)) : [];
  return [...first, ...draw(length - first.length, alphabets.join(""))].join("");
}
