import { ProviderError } from "../../errors.ts";

/** Something beside the service itself, or why the platform would not show it: unknown is said, never taken for none. */
export interface Beside<T> {
  readonly found: T | null;
  readonly unread: string | null;
}

/** Reads what is not needed to go on; a ProviderError is kept as its code, any other error is thrown. */
export async function beside<T>(reading: Promise<T | null>): Promise<Beside<T>> {
  try {
    return { found: await reading, unread: null };
  } catch (error) {
    if (error instanceof ProviderError) return { found: null, unread: error.code };
    throw error;
  }
}

/** How many of a service's copies get requests: in words that follow a count, and whether that is all that are wanted. */
export function behindBalancer(
  { found, unread }: Beside<{ readonly healthy: number }>,
  wanted: number,
): { readonly words: string; readonly isWhole: boolean } {
  if (unread !== null) return { words: `, load balancer not readable (${unread})`, isWhole: true };
  if (found === null) return { words: "", isWhole: true };
  return { words: `, healthy ${found.healthy} of ${wanted}`, isWhole: found.healthy === wanted };
}
