import type { Caller } from "../../src/domain/access/caller.ts";
import { inquire, inquireAgain, sendInquiryFile } from "../../src/domain/inquiry/inquiry.ts";
import { type LogsQuestion, most, mustBeReadable, stopFollowing } from "../../src/domain/logs/logs.ts";
import type { Target } from "../../src/domain/operation/operation.ts";
import { isElsewhere, placeInWords } from "../../src/domain/operation/place.ts";
import type { App } from "../../src/domain/ports.ts";
import { Refusal } from "../../src/errors.ts";
import { type Answered, type At, arg, type ButtonAsk, command } from "../../src/slack/command.ts";
import { reply } from "../../templates/kit.ts";
import { secondsOf } from "./ask-store.ts";
import { askSlowLog } from "./db.ts";

const usual = { since: "30m", lines: "100" } as const;

/** Shows a service's log: the newest lines, and its errors by pattern. Secrets are taken out before anything is kept or shown. */
export const logs = command({
  name: "/ops logs",
  synonyms: ["log", "tail"],
  summary: "Show the log of a service: newest lines, errors by pattern; or the slow log of a database",
  examples: [
    "/ops logs backend",
    "/ops logs backend --errors --since 2h",
    "/ops logs agent --grep timeout --lines 500",
    "/ops logs backend --follow 5m",
    "/ops logs postgres --slow --since 6h",
  ],
  args: {
    target: arg.target(["service", "database"]),
    since: arg.option("since", usual.since),
    lines: arg.option("lines", usual.lines),
    errors: arg.flag("errors"),
    grep: arg.option("grep", "text"),
    follow: arg.option("follow", "5m"),
    slow: arg.flag("slow"),
  },
  needs: "member",
  run: async ({ app, caller, args, at }) => {
    const { name, environment } = args.target;
    if (args.target.kind === "database") return slowLog({ app, caller, at }, args);
    if (args.slow) {
      const next = "Name a database, such as `/ops logs postgres --slow`.";
      throw new Refusal("bad_argument", `${name} is a service: only databases have a slow log.`, next);
    }
    return ask(
      { app, caller, at },
      {
        target: { name, environment },
        sinceSeconds: time("--since", args.since ?? usual.since, "from 1m to 7d back"),
        lines: /^\d{1,6}$/.test(args.lines ?? usual.lines) ? Number(args.lines ?? usual.lines) : Number.NaN,
        errors: args.errors === true,
        grep: args.grep?.trim() || null,
        followUntil: followUntil(app.now, args.follow),
      },
    );
  },
  buttons: {
    "ops.logs.again": async ({ app, about }) => {
      await inquireAgain(app, "logs", about.id);
      return undefined;
    },
    "ops.logs.file": async ({ app, about }) => {
      await sendInquiryFile(app, "logs", about.id);
      return undefined;
    },
    "ops.logs.stop": async ({ app, about }) => {
      await stopFollowing(app, about.id);
      return undefined;
    },
    "ops.logs.open": async ({ app, caller, about, at }) => {
      const [environment = "", name = ""] = about.id.split("/");
      return ask(
        { app, caller, at },
        {
          target: { name, environment },
          sinceSeconds: 30 * 60,
          lines: 100,
          errors: true,
          grep: null,
          followUntil: null,
        },
      );
    },
  },
});

/** Of a database its slow log is read from here, and nothing else. */
function slowLog(
  asked: Pick<ButtonAsk, "app" | "caller" | "at">,
  {
    target,
    slow,
    since,
    ...others
  }: { readonly target: Target; readonly slow: boolean; readonly since: string | undefined } & Readonly<
    Record<"lines" | "grep" | "follow", string | undefined>
  > & {
      readonly errors: boolean;
    },
): Answered {
  const other = (["lines", "grep", "follow", "errors"] as const).find((name) => Boolean(others[name]));
  if (slow && other === undefined) return askSlowLog(asked, target, since);
  throw new Refusal(
    "bad_argument",
    other === undefined
      ? `${target.name} is a database: its slow log is what can be read.`
      : `\`--${other}\` is for the log of a service, and ${target.name} is a database.`,
    `Try \`/ops logs ${target.name} --slow --since 6h\`.`,
  );
}

async function ask(
  { app, caller, at }: { readonly app: App; readonly caller: Caller; readonly at: At },
  question: LogsQuestion,
): Answered {
  mustBeReadable(app, question);
  const inquiry = await inquire(app, "logs", { userId: caller.userId, asked: at, question });
  if (!isElsewhere(inquiry.place, at)) return undefined;
  return { text: reply(`Reading. What is found comes ${placeInWords(app, inquiry.place)}.`) };
}

function followUntil(now: Date, typed: string | undefined): Date | null {
  if (typed === undefined) return null;
  const rule = `from 1m to ${most.followSeconds / 60}m`;
  const seconds = time("--follow", typed, rule);
  if (seconds < 60 || seconds > most.followSeconds)
    throw new Refusal("bad_argument", `\`--follow\` must be ${rule}.`, "Such as `--follow 5m`.");
  return new Date(now.getTime() + seconds * 1000);
}

/** Says the rule of the option with what is no time at all, such as -5m and 1y. */
function time(option: string, typed: string, rule: string): number {
  try {
    return secondsOf(typed);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(
      "bad_argument",
      `\`${option} ${typed}\` is no time; it must be ${rule}.`,
      `Such as \`${option} 30m\`, in s, m, h or d.`,
    );
  }
}
