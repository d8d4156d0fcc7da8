/** Chance that repeats itself: the same seed and the same order of calls give the same numbers. */
export interface Random {
  /** A number from `low` (inclusive) to `high` (exclusive). */
  readonly between: (low: number, high: number) => number;
  readonly hex: (length: number) => string;
  readonly digits: (length: number) => string;
  /** Characters of URL-safe base 64. */
  readonly letters: (length: number) => string;
  /** What `startRandom` needs to go on from here. */
  readonly seed: () => number;
}

export function startRandom(seed: number): Random {
  let state = seed >>> 0;

  /** mulberry32: 32 bits of state, so that a dump carries it in one number. */
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  function text(alphabet: string, length: number): string {
    let answer = "";
    for (let index = 0; index < length; index += 1) answer += alphabet[Math.floor(next() * alphabet.length)];
    return answer;
  }

  return {
    between: (low, high) => low + next() * (high - low),
    hex: (length) => text("0123456789abcdef", length),
    // A leading zero would be lost by whoever reads the digits as a number.
    digits: (length) => text("123456789", 1) + text("0123456789", length - 1),
    letters: (length) => text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", length),
    seed: () => state,
  };
}
