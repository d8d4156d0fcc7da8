import type { OperationRecord } from "../operation/operation.ts";
import type { AccessRoles } from "../platform/identity.ts";
import type { TrailEvent, TrailQuestion, TrailSeen } from "../platform/trail.ts";
import type { EvidenceFound } from "./evidence.ts";

/** Events come minutes after what they tell of. Source: docs.aws.amazon.com/awscloudtrail/latest/userguide/how-cloudtrail-works.html */
const delayMinutes = 15;
/** Clocks of platforms and what they write down differ by so much. */
const toleranceMilliseconds = 10_000;
const mostRows = 3000;

/** Who made a change: an operation from here, the platform by itself, the bot without any operation, somebody else. */
export type MadeBy =
  | { readonly kind: "operation"; readonly code: string; readonly requesterId: string }
  | { readonly kind: "platform" | "bot alone" | "somebody" };

/** What is known of this bot: its operations in the environment, and the identities it works with there. */
export interface FromHere {
  readonly operations: readonly Pick<
    OperationRecord,
    "code" | "requesterId" | "appliedAt" | "endedAt" | "request" | "target"
  >[];
  readonly environment: string;
  readonly own: string | null;
  readonly access: AccessRoles | null;
}

/**
 * Matches a call to what was done from here: made with an identity of the bot's while one of its operations was being
 * carried out in that environment. A call of the bot's identity that no operation explains is nobody's from here: its
 * credentials may be in other hands.
 */
export function madeBy(event: TrailEvent, { operations, environment, own, access }: FromHere): MadeBy {
  if (event.byPlatform) return { kind: "platform" };
  const mine = [own, ...Object.values(access?.roles ?? {})].flatMap((arn) => (arn ? [principal(arn)] : []));
  if (!mine.includes(principal(event.who))) return { kind: "somebody" };
  const at = event.at.getTime();
  const found = operations.find(({ appliedAt, endedAt, target, request, requesterId }) => {
    if (appliedAt === null || target.environment !== environment) return false;
    if (at < appliedAt.getTime() - toleranceMilliseconds) return false;
    if (endedAt !== null && at > endedAt.getTime() + toleranceMilliseconds) return false;
    const session = /:assumed-role\/[^/]+\/(.+)$/.exec(event.who)?.[1];
    return !session?.startsWith("tocsin-") || isSessionOf(session, request.operation, requesterId);
  });
  return found ? { kind: "operation", code: found.code, requesterId: found.requesterId } : { kind: "bot alone" };
}

/** The name that sessions for an operation get says which it is and for whom; what the reading role does is no change. */
function isSessionOf(session: string, operation: string, requesterId: string): boolean {
  return (
    session.endsWith(`-${requesterId}`) && `tocsin-${operation}`.startsWith(session.slice(0, -requesterId.length - 1))
  );
}

/** The user or role behind an identity's full name, whatever its session is called. */
function principal(arn: string): string {
  const role = /^arn:[\w-]+:(?:iam|sts)::(\d+):(?:assumed-role\/([^/]+)\/|role\/(?:.+\/)?([^/]+)$)/.exec(arn);
  return role ? `role ${role[1]} ${role[2] ?? role[3]}` : arn;
}

const header = [
  "time (UTC)",
  "what",
  "who",
  "for whom",
  "address",
  "region",
  "made by",
  "answer",
  "about",
  "event id",
] as const;

/** What a trail showed, told apart by who made it. */
export function trailFound(what: TrailQuestion, seen: TrailSeen, here: FromHere): EvidenceFound {
  const made = seen.events.map((event) => ({ event, by: madeBy(event, here) }));
  const of = (kind: MadeBy["kind"]) => made.filter(({ by }) => by.kind === kind).length;
  const failed = seen.events.filter(({ error }) => error !== null).length;
  const counts = {
    events: made.length,
    failed,
    ...(what === "changes"
      ? {
          fromHere: of("operation"),
          byPlatform: of("platform"),
          botWithoutOperation: of("bot alone"),
          bySomebody: of("somebody"),
        }
      : {}),
  };
  const cut = made.length > mostRows ? [`the file holds the newest ${mostRows} of ${made.length}`] : [];
  const unsure =
    seen.own === null && what === "changes"
      ? ["who the bot itself is there, so its own calls may count as somebody's"]
      : [];
  return {
    trouble: null,
    said: sentence(what, counts, seen.events),
    gaps: [...seen.gaps, `what happened in the last ${delayMinutes} minutes may not be there yet`, ...cut, ...unsure],
    counts,
    header,
    rows: made
      .toSorted((one, other) => weight(one.by) - weight(other.by))
      .slice(0, mostRows)
      .map(({ event, by }) => [
        event.at.toISOString(),
        event.what,
        event.who,
        event.person ?? "",
        event.address ?? "",
        event.region,
        madeInWords(by),
        event.error ?? "done",
        event.about,
        event.id,
      ]),
  };
}

/** What nobody made from here stands first. */
function weight({ kind }: MadeBy): number {
  return { "bot alone": 0, somebody: 0, operation: 1, platform: 2 }[kind];
}

function madeInWords(by: MadeBy): string {
  if (by.kind === "operation") return `${by.code} by ${by.requesterId}`;
  return {
    platform: "the platform itself",
    "bot alone": "the bot's identity, without an operation",
    somebody: "not from here",
  }[by.kind];
}

function sentence(
  what: TrailQuestion,
  counts: Readonly<Record<string, number>>,
  events: readonly TrailEvent[],
): string {
  const { failed = 0, fromHere = 0, byPlatform = 0, botWithoutOperation = 0, bySomebody = 0 } = counts;
  const addresses = new Set(events.flatMap(({ address }) => address ?? [])).size;
  const from = addresses > 0 ? `, from ${count(addresses, "address", "addresses")}` : "";
  if (what !== "changes" && events.length === 0) return "none";
  if (what === "sign-ins") return `${count(events.length, "sign-in", "sign-ins")}, ${failed} failed${from}`;
  if (what === "denied") return `${count(events.length, "refused read", "refused reads")}${from}`;
  const alone = botWithoutOperation > 0 ? `, ${botWithoutOperation} of them with the bot's own identity` : "";
  const nobody = bySomebody + botWithoutOperation;
  if (events.length === 0) return "no changes";
  return `${count(events.length, "change", "changes")}: ${nobody} not made from here${alone}, ${fromHere} by operations, ${byPlatform} by the platform itself; ${failed} failed`;
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
