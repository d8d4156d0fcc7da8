import { nearest, plain } from "./nearest.ts";
import type { Misfit } from "./references.ts";
import type { Written } from "./schema.ts";

/** What the sections of looking after things name that is not there. */
export function careMisfits(written: Written): readonly Misfit[] {
  return [
    ...Object.entries(written.secrets ?? {}).flatMap(([name, secret]) =>
      services(written, secret.consumers ?? [], ["secrets", name, "consumers"]),
    ),
    ...Object.entries(written.changes ?? {}).flatMap(([name, change]) =>
      teams(written, change.page ?? [], ["changes", name, "page"]),
    ),
  ];
}

/** Whom a page can reach from here: a team of oncall or one person by user id. */
function teams(written: Written, words: readonly string[], path: readonly (string | number)[]): readonly Misfit[] {
  const known = Object.keys(written.oncall ?? {});
  return words.flatMap((word, index) =>
    known.includes(word) || /^[UW][A-Z0-9]{2,}$/.test(word)
      ? []
      : [{ path: [...path, index], text: unknown("team of oncall", known, word) }],
  );
}

function services(written: Written, words: readonly string[], path: readonly (string | number)[]): readonly Misfit[] {
  const known = Object.entries(written.services ?? {}).map(([name, { aliases }]) => [name, ...(aliases ?? [])]);
  return words.flatMap((word, index) =>
    known.some((names) => names.some((one) => plain(one) === plain(word)))
      ? []
      : [
          {
            path: [...path, index],
            text: unknown(
              "service",
              known.flatMap(([name = ""]) => name),
              word,
            ),
          },
        ],
  );
}

function unknown(what: string, known: readonly string[], word: string): string {
  const meant = nearest(word, known);
  return `is no ${what} here; ${meant ? `did you mean ${meant}?` : known.length > 0 ? `write one of ${known.join(", ")}.` : "there is none yet."}`;
}
