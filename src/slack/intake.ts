import { createHash, randomInt } from "node:crypto";
import { brokenReply, refusalLine, refusalReply } from "../../templates/refusal.ts";
import type { Caller } from "../domain/access/caller.ts";
import type { Json } from "../domain/operation/operation.ts";
import type { Log, Metrics } from "../domain/ports.ts";
import type { SlackApp, TransactSlack } from "../domain/slack-side.ts";
import { Refusal } from "../errors.ts";
import { type Answering, type Door, giveAnswer, inputNames } from "./answer.ts";
import type { Answer } from "./command.ts";
import { type Payload, text } from "./payload.ts";

/** A refusal before it is known whether a form or a message shows it. */
interface Refused {
  readonly refused: { readonly message: string; readonly next: string | null; readonly field: string | null };
}
/** What is said to the person, as it is kept for a repeat. */
type Told = Answer | Refused | undefined;

/** An ask that is understood and has to be recorded. */
export interface Work {
  /** What is asked, for the audit: "/ops scale". */
  readonly subject: string;
  readonly caller: Caller;
  /** Throws a Refusal where the caller may not ask this. */
  readonly check: () => void;
  readonly run: (app: SlackApp) => Promise<Answer | undefined>;
}

/** What an ask comes to once it is understood; `answer` where there is nothing to record: help, a link button. */
export type Prepared = { readonly answer: Answer | undefined } | Work;

export interface IntakeOptions extends Answering {
  readonly transact: TransactSlack;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** Slack gives up after 3 s; the answer leaves before that even when the database does not answer at all. */
const answerMilliseconds = 2600;
/** A transaction that is not ready to commit by then is rolled back. */
const commitMilliseconds = 2300;

/** What makes two deliveries the same ask: Slack's own id, else all of it. */
export function askKey(body: Payload): string {
  const own = text(body.event_id) ?? text(body.trigger_id);
  if (own) return own.slice(0, 500);
  return createHash("sha256").update(JSON.stringify(body)).digest("hex");
}

/** Four characters that a person can read out and that lead to the line in the log. */
function newReference(): string {
  const letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
  return Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join("");
}

type Recorded = { readonly told: Told; readonly outcome: string };

export interface Intake {
  /** One ask of a person, by command, button, form or shortcut. */
  readonly handle: (door: Door, body: Payload, prepare: () => Promise<Prepared>) => Promise<void>;
  /** One event of Slack's. Throws where it could not be recorded, so that Slack sends it again. */
  readonly handleEvent: (body: Payload, work: (app: SlackApp) => Promise<void>) => Promise<void>;
}

/** The ask was recorded before; what was done for it now is undone. */
class Repeated extends Error {
  readonly answer: Json;

  constructor(answer: Json) {
    super("This ask was recorded before");
    this.answer = answer;
  }
}

/**
 * Does the work behind the claim of its key, without waiting for the claim's answer in between: nearly every ask is a
 * first one. For a repeat the claim waits for the transaction that has it, and everything behind the claim with it.
 */
async function onlyOnce<T>(app: SlackApp, key: string, kind: string, work: () => Promise<T>): Promise<T> {
  const claim = app.intake.begin(key, kind);
  const [begun, done] = await Promise.allSettled([claim, work()]);
  if (begun.status === "rejected") throw begun.reason;
  if (!begun.value.first) throw new Repeated(begun.value.answer);
  if (done.status === "rejected") throw done.reason;
  return done.value;
}

/** Records what is asked and answers in time, whatever happens. */
export function createIntake(options: IntakeOptions): Intake {
  const { transact, metrics, log } = options;

  async function record(key: string, kind: string, work: Work, began: number): Promise<Recorded> {
    try {
      work.check();
      return await transact(async (app) => {
        const answer = await onlyOnce(app, key, kind, () => work.run(app));
        if (answer) await app.intake.answer(key, keptOf(answer) as unknown as Json);
        if (performance.now() - began > commitMilliseconds) throw tooSlow();
        return { told: answer, outcome: "recorded" };
      });
    } catch (error) {
      if (error instanceof Repeated) return { told: restored(error.answer), outcome: "repeated" };
      if (!(error instanceof Refusal) || error.code === "try_again") throw error;
      return recordRefusal(key, kind, work, error);
    }
  }

  /** A refusal is kept like any answer, so that a repeat hears the same; one by right is audited. */
  async function recordRefusal(key: string, kind: string, work: Work, refusal: Refusal): Promise<Recorded> {
    const told = refusedBy(refusal);
    try {
      return await transact(async (app) => {
        const begun = await app.intake.begin(key, kind);
        if (!begun.first) return { told: restored(begun.answer), outcome: "repeated" };
        if (refusal.code === "not_allowed" || refusal.code === "not_yours") {
          await app.audit.add({
            actor: work.caller.userId,
            action: "access.refused",
            subject: work.subject,
            details: { code: refusal.code, reason: refusal.message },
          });
        }
        await app.intake.answer(key, told as unknown as Json);
        return { told, outcome: "refused" };
      });
    } catch (error) {
      log.warn({ err: error, subject: work.subject }, "could not record a refusal");
      return { told, outcome: "refused" };
    }
  }

  return {
    handle: async (door, body, prepare) => {
      const began = performance.now();
      const understood = async (): Promise<Recorded> => {
        const prepared = await prepare();
        if ("answer" in prepared) return { told: prepared.answer, outcome: "answered" };
        return record(askKey(body), door.kind, prepared, began);
      };
      const { told, outcome } = await inTime(understood(), log).catch((error: unknown) => inTrouble(error, door, log));
      metrics.asked(door.kind, outcome, (performance.now() - began) / 1000);
      await giveAnswer(door, shown(told, door), options, outcome === "repeated");
    },

    handleEvent: async (body, work) => {
      const began = performance.now();
      let outcome = "broken";
      try {
        outcome = await inTime(
          transact(async (app) => {
            await onlyOnce(app, askKey(body), "event", () => work(app));
            return "recorded";
          }),
          log,
        );
      } catch (error) {
        if (error instanceof Repeated) {
          outcome = "repeated";
          return;
        }
        if (error instanceof Refusal && error.code === "try_again") outcome = "away";
        // Nobody can be answered for an event: a refusal ends it, anything else brings it again.
        if (!(error instanceof Refusal) || error.code === "try_again") throw error;
        outcome = "refused";
        log.info({ code: error.code, reason: error.message }, "an event asked for what cannot be");
      } finally {
        metrics.asked("event", outcome, (performance.now() - began) / 1000);
      }
    },
  };
}

/** What is written down of an answer: a link that only its person may have is not. */
function keptOf(answer: Answer): Answer {
  return "kept" in answer && answer.kept ? { text: answer.kept } : answer;
}

function tooSlow(): Refusal {
  return new Refusal("try_again", "The database is slow right now; nothing was recorded.", "Try again in a moment.");
}

/** The work's outcome, or, when Slack is about to give up, that nobody can say. */
async function inTime<T>(work: Promise<T>, log: Log): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let late = false;
  const giveUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      late = true;
      reject(
        new Refusal(
          "try_again",
          "The database is not answering, so I cannot say whether this was recorded.",
          "Look before you try again.",
        ),
      );
    }, answerMilliseconds);
  });
  work.then(
    () => late && log.warn({}, "an ask was recorded after its person was told that nobody can say"),
    (error: unknown) => late && log.warn({ err: error }, "an ask failed after its person was told that nobody can say"),
  );
  try {
    return await Promise.race([work, giveUp]);
  } finally {
    clearTimeout(timer);
  }
}

function inTrouble(error: unknown, door: Door, log: Log): Recorded {
  if (error instanceof Refusal) {
    if (error.code !== "try_again") return { told: refusedBy(error), outcome: "refused" };
    log.warn({ err: error.cause ?? error, door: door.kind }, "could not record an ask");
    return { told: refusedBy(error), outcome: "away" };
  }
  const reference = newReference();
  log.error({ err: error, reference, door: door.kind }, "an ask broke");
  // A form stays open with everything typed, as with a refusal.
  if (door.kind === "form")
    return { told: { refused: { message: brokenReply(reference).text, next: null, field: null } }, outcome: "broken" };
  return { told: { text: brokenReply(reference) }, outcome: "broken" };
}

function refusedBy({ message, next, field }: Refusal): Refused {
  return { refused: { message, next, field } };
}

/** A refusal as the door can show it: under an input of a form, as a message anywhere else. */
function shown(told: Told, door: Door): Answer | undefined {
  if (told === undefined || !("refused" in told)) return told;
  const names = inputNames(door.view);
  if (door.kind !== "form" || names.length === 0) return { text: refusalReply(told.refused) };
  const { field } = told.refused;
  return {
    errors: { [field !== null && names.includes(field) ? field : (names[0] ?? "")]: refusalLine(told.refused) },
  };
}

function restored(stored: Json): Told {
  return stored === null ? undefined : (stored as unknown as Told);
}
