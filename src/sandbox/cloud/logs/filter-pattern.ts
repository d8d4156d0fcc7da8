/** Whether a line matches a filter pattern: words and "phrases" that must be there, `?any` of several, `-none`, and `%regular expressions%`. */
export function filterPattern(pattern: string, refuse: (sentence: string) => Error): (message: string) => boolean {
  const text = pattern.trim();
  if (text === "") return () => true;
  if (/^[{[]/.test(text)) throw refuse("Invalid filter pattern: the sandbox reads no JSON and column patterns.");
  const expression = /^%(.*)%$/.exec(text)?.[1];
  if (expression !== undefined) {
    try {
      const compiled = new RegExp(expression);
      return (message) => compiled.test(message);
    } catch {
      throw refuse("Invalid filter pattern: the regular expression cannot be read.");
    }
  }
  const terms = [...text.matchAll(/([?-]?)(?:"([^"]*)"|([^\s"]+))/g)].map(([, sign = "", phrase, word]) => ({
    sign,
    text: phrase ?? word ?? "",
  }));
  if (terms.length === 0 || (text.match(/"/g)?.length ?? 0) % 2 === 1) throw refuse("Invalid filter pattern");
  const all = terms.filter(({ sign }) => sign === "");
  const any = terms.filter(({ sign }) => sign === "?");
  const none = terms.filter(({ sign }) => sign === "-");
  return (message) =>
    all.every((term) => message.includes(term.text)) &&
    (any.length === 0 || any.some((term) => message.includes(term.text))) &&
    !none.some((term) => message.includes(term.text));
}
