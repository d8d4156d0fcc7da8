import { type Redact, redacted } from "../capture/redact.ts";

/** E-mail addresses are people, and a log holds them by the thousand. */
const email = /[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}/g;

/**
 * Takes out of a log's line what must not be shown: first the secrets that are known by value, whatever they look
 * like, then what looks like one, then who people are.
 */
export function hidden(redact: Redact, secrets: readonly string[]): (text: string) => string {
  const known = [...new Set(secrets.filter((secret) => secret.length >= 6))].sort((a, b) => b.length - a.length);
  return (text) => {
    const byValue = known.reduce((left, secret) => left.replaceAll(secret, redacted), text);
    return redact(byValue).replace(email, "[e-mail]");
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
