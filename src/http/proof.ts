/** How whoever posts from outside is known: compared in a time that does not tell how much was right. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";

export function sameSecret(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

/**
 * Whether one of the signatures of a header is the HMAC-SHA256 of the body in lower-case hexadecimal, each behind
 * `prefix`. While a secret is changed some senders sign with both; one that is right is enough.
 */
export function isSigned(
  body: Buffer | string,
  header: string,
  { secret, prefix }: { readonly secret: string; readonly prefix: string },
): boolean {
  const right = createHmac("sha256", secret).update(body).digest();
  return header
    .split(",")
    .map((one) => one.trim())
    .some((one) => {
      const hex = one.startsWith(prefix) ? one.slice(prefix.length) : "";
      return /^[0-9a-f]{64}$/.test(hex) && timingSafeEqual(Buffer.from(hex, "hex"), right);
    });
}
