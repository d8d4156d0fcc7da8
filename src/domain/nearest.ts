/** Edits between two words, where swapping two neighbours counts as one (optimal string alignment). */
export function editDistance(from: string, to: string): number {
  const a = [...from];
  const b = [...to];
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let least = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        least = Math.min(least, (before[column - 2] ?? 0) + 1);
      }
      current.push(least);
    }
    before = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** A word longer than this is no typing mistake of one of ours; comparing it would only cost time. */
const longestWord = 60;

/** The candidates one may have meant, nearest first; none where nothing is near. */
export function nearest(word: string, candidates: readonly string[], most = 3): readonly string[] {
  const typed = word.toLowerCase();
  if (typed === "" || typed.length > longestWord) return [];
  const scored = [...new Set(candidates)].map((candidate) => {
    const known = candidate.toLowerCase();
    const begins = typed.length >= 2 && known.startsWith(typed);
    return { candidate, distance: begins ? 0.5 : editDistance(typed, known), allowed: Math.max(1, typed.length / 3) };
  });
  return scored
    .filter(({ distance, allowed }) => distance <= allowed)
    .sort((left, right) => left.distance - right.distance)
    .slice(0, most)
    .map(({ candidate }) => candidate);
}
