import { providerTroubleInWords } from "../domain/operation/trouble.ts";
import { ProviderError } from "../errors.ts";
import { logReference, type OperationContext } from "./operation-context.ts";

/** A source that takes longer costs its own lines, not the answer. */
const usualMilliseconds = 5000;
/** How many questions one source is asked at a time by this process; a client of AWS's has fifty connections. */
const atOnce = 60;
/** What has not had its turn by then is not asked any more: whoever waits is told. */
const mostWaitingMilliseconds = 15_000;

/** What a source answered, or why it did not. */
export type Answer<T> = { readonly value: T } | { readonly trouble: string; readonly error: unknown };

/** Who is asked, by its provider's id or another word for what has limits of its own; and about what, for the log. */
export interface About {
  readonly source: string;
  readonly of: unknown;
  /** How many questions a second it takes, so that a large catalog does not run into its limits. */
  readonly perSecond?: number;
}

/** Asks once and waits no longer than the limit once it is its turn; never throws. A source that hangs holds up only itself. */
export async function askSource<T>(
  context: Pick<OperationContext, "log" | "newId">,
  about: About,
  read: () => Promise<T>,
  milliseconds = usualMilliseconds,
): Promise<Answer<T>> {
  const leave = await turnAt(about);
  if (leave === null) return { trouble: "was not asked: it did not answer what was asked before", error: null };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Answer<T>>((resolve) => {
    const trouble = `did not answer in ${milliseconds / 1000} s`;
    timer = setTimeout(() => resolve({ trouble, error: null }), milliseconds);
  });
  const asked = Promise.resolve()
    .then(read)
    .then(
      (value): Answer<T> => ({ value }),
      (error: unknown): Answer<T> => ({ trouble: troubleOf(context, error, about), error }),
    );
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
    leave();
  }
}

interface Turns {
  busy: number;
  readonly waiting: (() => void)[];
  /** How many questions it may be asked at once by its rate, as of a moment. */
  tokens: number;
  asOf: number;
  timer: NodeJS.Timeout | null;
}
const turns = new Map<string, Turns>();

/** Resolves to what is called when done; to null where the turn did not come in time. */
function turnAt({ source, ...about }: About): Promise<(() => void) | null> {
  const perSecond = about.perSecond ?? null;
  const fresh = { busy: 0, waiting: [], tokens: perSecond ?? 0, asOf: performance.now(), timer: null };
  const at: Turns = turns.get(source) ?? fresh;
  turns.set(source, at);
  return new Promise((resolve) => {
    const mine = (): void => {
      clearTimeout(timer);
      resolve(() => {
        at.busy -= 1;
        letIn(at, perSecond);
      });
    };
    const timer = setTimeout(() => {
      at.waiting.splice(at.waiting.indexOf(mine), 1);
      resolve(null);
    }, mostWaitingMilliseconds);
    at.waiting.push(mine);
    letIn(at, perSecond);
  });
}

/** Gives turns to who waits, as far as the source may be asked now, and comes back when it may be asked again. */
function letIn(at: Turns, perSecond: number | null): void {
  if (perSecond !== null) {
    const now = performance.now();
    at.tokens = Math.min(perSecond, at.tokens + ((now - at.asOf) / 1000) * perSecond);
    at.asOf = now;
  }
  while (at.busy < atOnce && (perSecond === null || at.tokens >= 1)) {
    const next = at.waiting.shift();
    if (!next) return;
    at.busy += 1;
    at.tokens -= 1;
    next();
  }
  if (perSecond === null || at.busy >= atOnce || at.waiting.length === 0 || at.timer !== null) return;
  const again = (): void => {
    at.timer = null;
    letIn(at, perSecond);
  };
  at.timer = setTimeout(again, ((1 - at.tokens) / perSecond) * 1000);
}

function troubleOf(context: Pick<OperationContext, "log" | "newId">, error: unknown, about: About): string {
  if (error instanceof ProviderError) return providerTroubleInWords(error);
  return `something broke on our side (reference ${logReference(context, error, "A source could not be read", about)})`;
}
