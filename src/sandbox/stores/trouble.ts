/** A fault of the cloud as a data store suffers it. */
export interface Trouble {
  readonly fault: string;
  /** What the fault is switched on for, by the cloud's name. */
  readonly target: string;
  /** Brings the store into it; `over` is called when somebody has put an end to it there. Answers how it is taken back. */
  readonly begin: (over: () => void) => Promise<() => Promise<void>>;
}

/** Where faults are switched. */
export interface Switches {
  readonly isOn: (fault: string, target: string) => boolean;
  readonly off: (fault: string, target: string) => void;
  /** Calls back after every change; the answer ends that. */
  readonly onChange: (listener: () => void) => () => void;
}

/**
 * Keeps data stores in the trouble that is switched on. What a person ends in the store is switched off, and what is
 * switched off is taken back. One that cannot be brought about is left alone: the cloud's figures still show it.
 */
export function keepTrouble(
  troubles: readonly Trouble[],
  switches: Switches,
  say: (line: string) => void,
): { readonly stop: () => Promise<void> } {
  const begun = new Map<Trouble, () => Promise<void>>();
  let stopped = false;
  let work = Promise.resolve();

  async function follow(trouble: Trouble): Promise<void> {
    const { fault, target, begin } = trouble;
    const wanted = !stopped && switches.isOn(fault, target);
    const takeBack = begun.get(trouble);
    if (wanted && !takeBack) begun.set(trouble, await begin(() => switches.off(fault, target)));
    if (!wanted && takeBack) {
      begun.delete(trouble);
      await takeBack();
    }
  }

  const followAll = (): void => {
    work = work.then(async () => {
      for (const trouble of troubles) {
        await follow(trouble).catch((error: unknown) => say(`${trouble.fault} on ${trouble.target}: ${error}`));
      }
    });
  };

  const forget = switches.onChange(followAll);
  followAll();
  return {
    stop: async () => {
      forget();
      stopped = true;
      followAll();
      await work;
    },
  };
}
