/**
 * Slack's inputs hold 3,000 characters each; longer texts are laid over several and joined again without losing a
 * character. Source: docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element
 */
const limit = 2900;
/** At most this many inputs in one form: 26,100 characters, within the 250 KB of a view. */
export const mostPages = 9;

export interface Pages {
  readonly texts: readonly string[];
  /** What stood between the pages, to be put back: "n" a line break, "s" a space, "-" nothing. */
  readonly joints: string;
}

const joint: Readonly<Record<string, string>> = { n: "\n", s: " ", "-": "" };

/** Splits at line breaks where possible, else at spaces, else hard; never between the halves of one character. */
export function toPages(text: string): Pages {
  const texts: string[] = [];
  let joints = "";
  let rest = text;
  while (rest.length > limit) {
    const window = rest.slice(0, limit + 1);
    const line = window.lastIndexOf("\n");
    const space = window.lastIndexOf(" ");
    const at = line > limit / 2 ? line : space > limit / 2 ? space : -1;
    if (at > 0) {
      texts.push(rest.slice(0, at));
      joints += rest[at] === "\n" ? "n" : "s";
      rest = rest.slice(at + 1);
    } else {
      const hard = isHighSurrogate(rest.charCodeAt(limit - 1)) ? limit - 1 : limit;
      texts.push(rest.slice(0, hard));
      joints += "-";
      rest = rest.slice(hard);
    }
  }
  return { texts: [...texts, rest], joints };
}

/** Puts pages together again; pages that were added while editing start on a new line. */
export function fromPages(texts: readonly (string | null)[], joints: string): string {
  return texts.reduce<string>((whole, text, index) => {
    if (index === 0) return text ?? "";
    if (text === null || text === "") return whole;
    return whole + (whole === "" ? "" : (joint[joints[index - 1] ?? "n"] ?? "\n")) + text;
  }, "");
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
