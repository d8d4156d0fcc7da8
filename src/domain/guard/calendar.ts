import { type Target, targetName } from "../operation/operation.ts";
import { nextSpan, type Span, spanAt, type Times } from "../time/recurrence.ts";

/** What part of the catalog something holds for; null stands for all. */
export interface Reach {
  readonly environments: readonly string[] | null;
  /** Names of the catalog, such as backend or production/backend. */
  readonly targets: readonly string[] | null;
}

/** A time from the configuration in which changes wait. */
export interface Freeze extends Reach {
  readonly name: string;
  readonly times: Times;
  /** Operations that go on in it. */
  readonly except: readonly string[];
}

/** A time from the configuration that is set aside for work. */
export interface MaintenanceWindow extends Reach {
  readonly name: string;
  readonly times: Times;
}

/** What a rule of the policy says where any window will do; else it names one. */
export const anyWindow = "maintenance";

/** Whether something that holds for a part of the catalog holds for a target. */
export function reaches(reach: Reach, target: Pick<Target, "environment" | "name">): boolean {
  return (
    (reach.environments === null || reach.environments.includes(target.environment)) &&
    (reach.targets === null || reach.targets.includes(target.name) || reach.targets.includes(targetName(target)))
  );
}

/** The freezes that hold for an operation on a target at a moment, the one that ends last first. */
export function freezesAt(
  freezes: readonly Freeze[],
  asked: { readonly action: string; readonly target: Pick<Target, "environment" | "name"> },
  at: Date,
): readonly { readonly freeze: Freeze; readonly span: Span }[] {
  return freezes
    .filter((freeze) => reaches(freeze, asked.target) && !freeze.except.includes(asked.action))
    .flatMap((freeze) => {
      const span = spanAt(freeze.times, at);
      return span ? [{ freeze, span }] : [];
    })
    .toSorted((one, other) => other.span.to.getTime() - one.span.to.getTime());
}

/** The windows a rule means by a word, for a target. */
export function windowsFor(
  windows: readonly MaintenanceWindow[],
  word: string,
  target: Pick<Target, "environment" | "name">,
): readonly MaintenanceWindow[] {
  return windows.filter((window) => (word === anyWindow || window.name === word) && reaches(window, target));
}

/** Of some windows the one that begins next; null where none ever does. */
export function nextWindow(
  windows: readonly MaintenanceWindow[],
  after: Date,
): { readonly window: MaintenanceWindow; readonly span: Span } | null {
  const coming = windows.flatMap((window) => {
    const span = nextSpan(window.times, after);
    return span ? [{ window, span }] : [];
  });
  return coming.toSorted((one, other) => one.span.from.getTime() - other.span.from.getTime())[0] ?? null;
}
