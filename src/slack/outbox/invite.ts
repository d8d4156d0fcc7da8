import { teamOnCall } from "../../domain/oncall/now.ts";
import { refusedWord, SlackCallError } from "../call.ts";
import { incidentOf, type Sender, type SenderContext, Undeliverable } from "./sender.ts";
import { isPassing } from "./trouble.ts";

/** Source: docs.slack.dev/reference/methods/conversations.invite */
const mostInvited = 100;
/** Refusals that are about the channel, so that asking for one person after the other would change nothing. */
const ofTheChannel = new Set([
  "channel_not_found",
  "not_in_channel",
  "is_archived",
  "method_not_supported_for_channel_type",
  "restricted_action",
  "no_permission",
]);

/**
 * Invites people by id or reference; who cannot be invited never stops the rest. Members of the incident are those
 * who could.
 */
export const sendInvite: Sender<{ readonly incident: string; readonly userIds: readonly string[] }> = async (
  context,
  _row,
  intent,
) => {
  const incident = await incidentOf(context, intent.incident);
  const refused = new Map<string, string>();
  const found = await Promise.all(
    intent.userIds.map(async (reference) => {
      const ids = await meant(context, reference);
      if (ids.length === 0) refused.set(reference, "user_not_found");
      return ids;
    }),
  );
  const people = [...new Set(found.flat())].filter((id) => id !== context.botUserId());
  for (let from = 0; from < people.length; from += mostInvited) {
    const some = people.slice(from, from + mostInvited);
    const words = await invite(context, String(incident.channelId), some);
    for (const [id, word] of words) refused.set(id, word);
  }
  const invited = people.filter((id) => !refused.has(id));
  await context.work(async (app, rows) => {
    await app.incidents.addMembers(incident.id, invited);
    if (!(await rows.reached(incident.id, [...invited, ...intent.userIds.filter((one) => !refused.has(one))]))) return;
    const place = { incident: incident.id };
    await app.outbox.add({ kind: "card", view: "incident.card", subject: incident.id, place, pin: true }, "cosmetic");
  });
  if (refused.size > 0) throw new Undeliverable([...new Set(refused.values())].join(", "), [...refused.keys()]);
  return undefined;
};

/** Whom a reference means; where the workspace has no such user group, who is on call for the team of that name. */
async function meant(context: SenderContext, reference: string): Promise<readonly string[]> {
  const ids = await context.directory.people(reference);
  if (ids.length > 0 || !reference.startsWith("@")) return ids;
  const team = context.config.oncall.find(({ name }) => `@${name}` === reference.toLowerCase());
  if (!team) return [];
  const { levels } = await context.work((app) => teamOnCall(app, team));
  return levels.flatMap(({ now }) => now.userIds);
}

type Refused = ReadonlyMap<string, string>;

/** Answers who could not be invited, and Slack's word for why. */
async function invite(context: SenderContext, channel: string, people: readonly string[]): Promise<Refused> {
  if (people.length === 0) return new Map();
  const several = people.length > 1 ? { force: true } : {};
  try {
    const answer = await context.call("conversations.invite", { channel, users: people.join(","), ...several });
    return without(wordsOf(answer.errors));
  } catch (error) {
    const word = refusedWord(error);
    if (word === null || isPassing(word)) throw error;
    if (ofTheChannel.has(word)) return new Map(people.map((id) => [id, word]));
    if (people.length === 1) return without(new Map(people.map((id) => [id, word])));
    const words = wordsOf(dataOf(error).errors);
    const rest = people.filter((id) => !words.has(id));
    if (rest.length < people.length) return new Map([...without(words), ...(await invite(context, channel, rest))]);
    // Slack took nobody and does not say who is in the way: halves tell, in few calls where few are.
    const middle = Math.ceil(people.length / 2);
    const first = await invite(context, channel, people.slice(0, middle));
    return new Map([...first, ...(await invite(context, channel, people.slice(middle)))]);
  }
}

function dataOf(error: unknown): Readonly<Record<string, unknown>> {
  return error instanceof SlackCallError && error.trouble.kind === "refused" ? error.trouble.data : {};
}

function wordsOf(errors: unknown): Refused {
  const list = (Array.isArray(errors) ? errors : []) as readonly {
    readonly user?: unknown;
    readonly error?: unknown;
  }[];
  return new Map(list.flatMap(({ user, error }) => (user && error ? [[String(user), String(error)] as const] : [])));
}

/** Who is in the channel already needs no invitation. */
function without(words: Refused): Refused {
  return new Map([...words].filter(([, word]) => word !== "already_in_channel"));
}
