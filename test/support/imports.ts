/** One import, export-from, dynamic import or require of a source text. */
export interface Import {
  readonly specifier: string;
  /** Erased before it runs: `import type` or `export type`. */
  readonly typeOnly: boolean;
  /** The names in braces as the other module calls them; empty for `* as all`, a side effect, a dynamic import. */
  readonly names: readonly string[];
}

export interface Source {
  /** The text with comments, strings and patterns blanked, to look for words of the language. */
  readonly code: string;
  readonly imports: readonly Import[];
}

const quote = "\u0000";

/** Reads what a TypeScript or JavaScript text imports; TypeScript 7 offers no parser to programs. */
export function readSource(text: string): Source {
  const { code, strings } = blank(text);
  const literal = `${quote}(\\d+)${quote}`;
  const statement = new RegExp(
    `\\b(import|export)(\\s+type\\b(?!\\s*(?:,|from\\b)))?([\\w\\s{},*$]*?)\\bfrom\\s*${literal}`,
    "g",
  );
  const sideEffect = new RegExp(`\\bimport\\s*${literal}`, "g");
  const call = new RegExp(`\\b(?:import|require|require\\.resolve)\\s*\\(\\s*${literal}\\s*[,)]`, "g");
  const imports: Import[] = [];
  for (const [, , type, clause = "", index] of code.matchAll(statement)) {
    const names = (/\{([^}]*)\}/.exec(clause)?.[1] ?? "").split(",").map((name) => name.replace(/^\s*type\s/, ""));
    imports.push({
      specifier: strings[Number(index)] ?? "",
      typeOnly: type !== undefined,
      names: names.map((name) => name.trim().split(/\s/)[0] ?? "").filter(Boolean),
    });
  }
  for (const pattern of [sideEffect, call]) {
    for (const [, index] of code.matchAll(pattern)) {
      imports.push({ specifier: strings[Number(index)] ?? "", typeOnly: false, names: [] });
    }
  }
  return { code: code.replace(new RegExp(literal, "g"), '""'), imports };
}

/** Takes comments out and replaces each string by its number between two quote marks. */
function blank(text: string): { readonly code: string; readonly strings: readonly string[] } {
  const strings: string[] = [];
  let code = "";
  let at = 0;
  /** For every `${` that is open, how many braces are open inside it. */
  const openBraces: number[] = [];

  const keep = (literal: string) => {
    code += `${quote}${strings.length}${quote}`;
    strings.push(literal);
  };
  /** The text of a template up to its end or to the next `${`. */
  const template = () => {
    const end = /(?:[^\\`$]|\\[\s\S]|\$(?!\{))*/y;
    end.lastIndex = at;
    keep(end.exec(text)?.[0] ?? "");
    at = end.lastIndex;
    if (text[at] === "`") at += 1;
    else {
      openBraces.push(0);
      at += 2;
      code += "+(";
    }
  };
  const skip = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at = pattern.lastIndex;
    return found;
  };

  while (at < text.length) {
    const character = text[at] ?? "";
    if (skip(/\/\/.*|\/\*[\s\S]*?\*\//y) !== undefined) code += " ";
    else if (character === '"' || character === "'") {
      const literal = skip(/(["'])(?:\\[\s\S]|(?!\1)[^\\])*\1/y);
      if (literal === undefined) at += 1;
      else keep(literal.slice(1, -1));
    } else if (character === "`") {
      at += 1;
      template();
    } else if (character === "/" && /(?:^|[=(,:;!&|?{}[>+*%~^<]|\b(?:return|typeof|case|of|in))\s*$/.test(code)) {
      if (skip(/\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/y) === undefined) {
        code += character;
        at += 1;
      } else keep("");
    } else {
      if (openBraces.length > 0 && character === "{") openBraces[openBraces.length - 1] = (openBraces.at(-1) ?? 0) + 1;
      if (openBraces.length > 0 && character === "}") {
        if (openBraces.at(-1) === 0) {
          openBraces.pop();
          code += ")+";
          at += 1;
          template();
          continue;
        }
        openBraces[openBraces.length - 1] = (openBraces.at(-1) ?? 0) - 1;
      }
      code += character;
      at += 1;
    }
  }
  return { code, strings };
}
