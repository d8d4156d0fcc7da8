import { type Redact, redacted } from "../capture/redact.ts";

/** E-mail addresses are people, and a log holds them by the thousand. */
const email = /[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}/g;

/** Sixteen digits in fours or in one, as the large card schemes number theirs. */
const card = /\b(?:4\d{3}|5[1-5]\d\d|2[2-7]\d\d|6(?:011|5\d\d))([ -]?)\d{4}\1\d{4}\1\d{4}\b/g;

/** Whether the digits are a card's: the last one checks the others. Source: ISO/IEC 7812-1, annex B (Luhn). */
function isCard(text: string): boolean {
  const digits = [...text.replace(/\D/g, "")].map(Number).toReversed();
  const sum = digits.reduce((left, digit, index) => {
    const counted = index % 2 === 1 ? digit * 2 : digit;
    return left + (counted > 9 ? counted - 9 : counted);
  }, 0);
  return sum % 10 === 0;
}

/**
 * Takes out of a log's line what must not be shown: first the secrets that are known by value, whatever they look
 * like, then what looks like one, then who people are and what they pay with.
 */
export function hidden(redact: Redact, secrets: readonly string[]): (text: string) => string {
  const known = [...new Set(secrets.filter((secret) => secret.length >= 6))].sort((a, b) => b.length - a.length);
  return (text) => {
    const byValue = known.reduce((left, secret) => left.replaceAll(secret, redacted), text);
    return redact(byValue)
      .replace(email, "[e-mail]")
      .replace(card, (digits) => (isCard(digits) ? "[card number]" : digits));
  };
}

/** The passwords in addresses, as they stand there and as they are meant. */
export function passwordsIn(addresses: Iterable<string>): readonly string[] {
  return [...addresses].flatMap((address) => {
    if (!URL.canParse(address)) return [];
    const { password } = new URL(address);
    if (password === "") return [];
    try {
      return [password, decodeURIComponent(password)];
    } catch {
      return [password];
    }
  });
}
