/** What stands where a secret stood. */
export const redacted = "[redacted]";

/** What fields and settings are called that hold a secret, wherever in the name it stands: dbPassword, X-Api-Key. */
const names =
  "password|passwd|passphrase|pwd|secret|token|api[_-]?key|private[_-]?key|access[_-]?key|credential|authorization|cookie";

/** Secrets that are known by their looks alone, each with what of the match stays. */
const shapes: readonly (readonly [pattern: RegExp, kept: string])[] = [
  // Private keys, with whatever wraps their lines; one that is cut off goes to the end.
  [
    /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|$)/g,
    redacted,
  ],
  // docs.slack.dev/authentication/tokens
  [/\b(?:xox[a-z](?:\.xox[a-z])?|xapp)-[A-Za-z0-9-]{6,}/g, redacted],
  [/https:\/\/hooks\.slack(?:-gov)?\.com\/[^\s"'<>|]+/g, redacted],
  // docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, redacted],
  [/\b(aws_?(?:secret_?access_?key|session_?token)["']?\s*[=:]\s*["']?)[A-Za-z0-9/+=]{16,}/gi, `$1${redacted}`],
  // rfc-editor.org/rfc/rfc7519: three parts, the first two JSON objects in base64url
  [/\beyJ[A-Za-z0-9_-]{5,}\.eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*/g, redacted],
  // docs.github.com: token formats; docs.gitlab.com: token prefixes
  [/\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,})/g, redacted],
  [/\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}/g, redacted],
  [/\bsk-(?:[a-z]+-)*[A-Za-z0-9_-]{20,}/g, redacted],
  // A password in a URL: scheme://user:password@host
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s/?#:@<>|]*:)[^\s/?#@<>|]+(?=@)/gi, `$1${redacted}`],
  [/\b(authorization["']?\s*[:=]\s*["']?(?:bearer|basic|token)\s+)[^\s"'<>|]{6,}/gi, `$1${redacted}`],
  // {"dbPassword": "…"} whole, with what spaces and commas it has; and the same once more inside another text
  [
    new RegExp(`((["'])[\\w.-]{0,40}(?:${names})[\\w.-]{0,20}\\2\\s*:\\s*(["']))(?:\\\\.|(?!\\3)[^\\\\])+`, "gi"),
    `$1${redacted}`,
  ],
  [new RegExp(`(\\\\"[\\w.-]{0,40}(?:${names})[\\w.-]{0,20}\\\\+"\\s*:\\s*\\\\+")[^"\\\\]+`, "gi"), `$1${redacted}`],
  // --password …, --token …
  [
    /(\s--?(?:password|passphrase|token|secret|api-key)[ \t]+)(?!\[redacted\])[^\s"'<>|-][^\s"'<>|]{5,}/gi,
    `$1${redacted}`,
  ],
  // password=…, api_key: …, "secret": "…" as they stand in settings and commands
  [
    /((?:^|[\s"'{,;&?_-])(?:pgpassword|password|passwd|pwd|passphrase|secret|api[_-]?key|(?:[a-z]+[_-]?)?token|client[_-]?secret)["']?\s*[=:]\s*["']?)(?!\[redacted\])[^\s"'<>|,;&]{6,}/gim,
    `$1${redacted}`,
  ],
];

/** Takes secrets out of what people write: those that look like one, and the values that are listed. */
export type Redact = (text: string) => string;

/** Values shorter than six characters are no secrets, and hiding them would blacken ordinary words. */
export function createRedact(values: readonly string[]): Redact {
  const secrets = [...new Set(values.filter((value) => value.length >= 6))].sort((a, b) => b.length - a.length);
  // Slack writes & < > as entities in what it sends.
  const spellings = secrets.flatMap((secret) => {
    const escaped = secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
    return escaped === secret ? [secret] : [secret, escaped];
  });
  return (text) => {
    const listed = spellings.reduce((left, secret) => left.replaceAll(secret, redacted), text);
    return shapes.reduce((left, [pattern, kept]) => left.replace(pattern, kept), listed);
  };
}

/**
 * What platforms and stores say, without the secrets that they repeat: a registry's password in an image's address, an
 * address in an error. The names of fields stay.
 */
export function withoutSecrets<T>(redact: Redact, seen: T): T {
  if (typeof seen === "string") return redact(seen) as T;
  if (Array.isArray(seen)) return seen.map((one: unknown) => withoutSecrets(redact, one)) as T;
  if (seen === null || typeof seen !== "object" || seen instanceof Date || seen instanceof Uint8Array) return seen;
  return Object.fromEntries(Object.entries(seen).map(([name, one]) => [name, withoutSecrets(redact, one)])) as T;
}
