import { anyOperation, type Json } from "../../src/domain/operation/operation.ts";
import { sessionSeen, storeLookById, targetOfLook } from "../../src/domain/operation/store-look.ts";
import { Refusal } from "../../src/errors.ts";
import { cancelQuery, terminateSession } from "../../src/operations/end-session.ts";
import { type Answered, arg, type ButtonAsk, command } from "../../src/slack/command.ts";
import { askStore, secondsOf } from "./ask-store.ts";
import { operationArgs } from "./guarded.ts";

const sessionArgs = {
  database: arg.target("database"),
  session: arg.optional(arg.integer("<session>", { min: 1 })),
  older: arg.option("older", "10m"),
  ...operationArgs,
};

/** Plans to end a session of a database, or all that are older than a time. */
export const terminate = command({
  name: "/ops terminate",
  synonyms: ["kill", "end-session"],
  summary: "End a database session, or all that are older than a time",
  examples: ["/ops terminate postgres 1234", "/ops terminate postgres --older 10m"],
  args: sessionArgs,
  needs: "member",
  run: async (ask) => {
    const { database: target, session, older, ...rest } = ask.args;
    const input = inputOf(session, older);
    const what = `terminate ${session ?? `older than ${older}`}`;
    return askStore(ask, { operation: anyOperation(terminateSession), target, input, what, ...rest });
  },
  buttons: {
    "ops.db.terminate": (ask) => endSeen(terminateSession, ask),
    "ops.db.terminate-other": (ask) => endSeen(terminateSession, ask),
  },
});

/** Plans to cancel what a session of a database runs; the session stays. */
export const cancelQueryCommand = command({
  name: "/ops cancel-query",
  synonyms: ["kill-query"],
  summary: "Cancel what a database session runs; the session stays",
  examples: ["/ops cancel-query postgres 1234", "/ops cancel-query postgres --older 10m"],
  args: sessionArgs,
  needs: "member",
  run: async (ask) => {
    const { database: target, session, older, ...rest } = ask.args;
    const input = inputOf(session, older);
    const what = `cancel-query ${session ?? `older than ${older}`}`;
    return askStore(ask, { operation: anyOperation(cancelQuery), target, input, what, ...rest });
  },
  buttons: { "ops.db.cancel": (ask) => endSeen(cancelQuery, ask) },
});

function inputOf(session: number | undefined, older: string | undefined): Json {
  if (session !== undefined && older !== undefined) {
    throw new Refusal("bad_argument", "Name one session, or with `--older` how old they must be; not both.");
  }
  if (session !== undefined) return { session: { id: String(session), since: null } };
  return { olderSeconds: older === undefined ? null : secondsOf(older) };
}

/** By button: the session is the one that the look saw, and no later one with its number. */
async function endSeen(operation: typeof terminateSession, ask: ButtonAsk): Answered {
  const [lookId = "", id = ""] = ask.about.id.split("/");
  const look = await storeLookById(ask.app, lookId);
  const session = sessionSeen(look, id);
  return askStore(ask, {
    operation: anyOperation(operation),
    target: targetOfLook(ask.app.config, look),
    input: { session: { id, since: session.since } },
    what: `${operation.verb} ${id}`,
  });
}
