import type { App } from "../ports.ts";
import type { TimelineEntry } from "../timeline/entry.ts";

/** Slack tells of one coming or going as an event and as a message of the channel, a moment apart. */
const sameMilliseconds = 5000;

/** Somebody came into a channel or left it. */
export interface Move {
  readonly userId: string;
  readonly joined: boolean;
  /** Slack's time of it. */
  readonly at: Date;
}

/**
 * Writes on the timeline of the channel's incident who came and who left, each once at its own time, however late and
 * often it is told; the newest decides whether somebody is one of its members. Nothing where the channel is no incident's.
 */
export async function takeMoves(app: App, channelId: string, moves: readonly Move[]): Promise<void> {
  const people = moves.filter(({ userId }) => userId !== "" && userId !== app.workspace.botUserId);
  if (people.length === 0) return;
  const found = await app.incidents.byChannel(channelId);
  // Locked, so that one join told twice at once is written once.
  const incident = found && (await app.incidents.lock(found.id));
  if (!incident) return;
  const known: TimelineEntry[] = (await app.timeline.list(incident.id, { hidden: true })).filter(
    ({ kind }) => kind === "member",
  );
  for (const move of people.toSorted((one, other) => one.at.getTime() - other.at.getTime())) {
    const text = move.joined ? "Joined the channel" : "Left the channel";
    const theirs = known.filter(({ actorId }) => actorId === move.userId);
    const apart = (entry: TimelineEntry): number => Math.abs(entry.at.getTime() - move.at.getTime());
    if (theirs.some((entry) => entry.text === text && apart(entry) <= sameMilliseconds)) continue;
    const { userId: actorId, at } = move;
    known.push(await app.timeline.add({ incidentId: incident.id, at, kind: "member", actorId, text }));
    if (theirs.some((entry) => entry.at > at)) continue;
    if (move.joined) await app.incidents.addMembers(incident.id, [actorId]);
    else await app.incidents.removeMember(incident.id, actorId);
  }
}
