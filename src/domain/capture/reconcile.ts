import { actionItemMarked } from "../action-item/action-item.ts";
import { takeMoves } from "../incident/moves.ts";
import type { App } from "../ports.ts";
import { quoteMessage } from "../text.ts";
import { momentOf } from "../timeline/capture.ts";
import { isPinned, messageDeleted, messageEdited, pinMarked, reactionMarked } from "../timeline/marks.ts";
import { captureDeletion, capturePost, slackTime } from "./capture.ts";
import type { Listed, ListedPage } from "./reader.ts";
import type { CapturedMessage, Found, ReconcileReason, Reconciliation } from "./records.ts";

/** Has the channels of all incidents that are not closed compared with Slack: the bot was away. */
export async function reconcileAll(app: App, reason: "start" | "reconnect"): Promise<void> {
  const incidents = await app.reconciliations.watched();
  for (const incident of incidents) await app.reconciliations.want(incident, reason, slackTime(app.now));
  if (incidents.length > 0) await app.jobs.add("reconcile-channels", {}, { key: "all" });
}

/** Has one incident's channel compared with Slack; nothing where it has none. */
export async function reconcileIncident(
  app: App,
  incident: { readonly id: string; readonly channelId: string | null },
  reason: ReconcileReason,
): Promise<void> {
  const { id, channelId } = incident;
  if (!channelId) return;
  await app.reconciliations.want({ id, channelId }, reason, slackTime(app.now));
  await app.jobs.add("reconcile-channels", {}, { key: "all" });
}

/** What a page was read for, and what is known beside it. */
export interface PageRead {
  readonly page: ListedPage;
  /** Slack's time just before it was asked for. */
  readonly seenTs: string;
  /** Whose reactions count as asks; guests' do not. */
  readonly members: ReadonlySet<string>;
}

/** Takes a page of the channel's own messages: what was missed is written, who came and went too; what is gone is erased. */
export async function takeHistory(app: App, one: Reconciliation, read: PageRead): Promise<void> {
  const { page } = read;
  const found = await takeListed(app, one, read);
  const moves = page.listed.flatMap(({ ts, moved }) => (moved ? [{ ...moved, at: momentOf(ts) }] : []));
  await takeMoves(app, one.channelId, moves);
  for (const { ts, replies } of page.listed) if (replies > 0) await app.reconciliations.thread(one.channelId, ts);
  const oldest = page.listed.map(({ ts }) => ts).sort(byTime)[0] ?? null;
  const isLast = page.nextCursor === null;
  const from = isLast && !page.isLimited ? "0" : oldest;
  const here = new Set(page.listed.map(({ ts }) => ts));
  const gone =
    from === null
      ? []
      : (await app.captures.between(one.channelId, from, one.aboveTs)).filter(
          ({ ts }) => !here.has(ts) && ts !== one.aboveTs,
        );
  const after = await takeGone(app, one.channelId, gone, read.seenTs, found);
  await app.reconciliations.advance(one, {
    found: after,
    cursor: page.nextCursor,
    ...(oldest ? { aboveTs: oldest } : {}),
    ...(isLast ? { stage: "threads" as const } : {}),
  });
}

/** Takes a page of a thread; what was captured of it and is on no page any more was deleted. */
export async function takeReplies(app: App, one: Reconciliation, rootTs: string, read: PageRead): Promise<void> {
  const { page } = read;
  const found = await takeListed(app, one, read);
  const listed = page.listed.map(({ ts }) => ts).filter((ts) => ts !== rootTs);
  const isFirst = one.cursor === null;
  const isLast = page.nextCursor === null;
  // Threads are listed oldest first: a page speaks for the time between its first reply and its last.
  const [from, to] = [isFirst ? "0" : (listed[0] ?? null), isLast ? one.untilTs : (listed.at(-1) ?? null)];
  const here = new Set(listed);
  const gone =
    from === null || to === null || page.isLimited
      ? []
      : (await app.captures.repliesTo(one.channelId, rootTs)).filter(
          ({ ts }) => Number(ts) >= Number(from) && Number(ts) <= Number(to) && !here.has(ts),
        );
  const after = await takeGone(app, one.channelId, gone, read.seenTs, found);
  if (isLast) await app.reconciliations.threadRead(one.channelId, rootTs, one.untilTs);
  await app.reconciliations.advance(one, { found: after, cursor: page.nextCursor });
}

/** A thread that is no more: its first message was deleted, and with it every reply. */
export async function takeNoThread(app: App, one: Reconciliation, rootTs: string, seenTs: string): Promise<void> {
  const gone = await app.captures.repliesTo(one.channelId, rootTs);
  const found = await takeGone(app, one.channelId, gone, seenTs, one.found);
  await app.reconciliations.threadRead(one.channelId, rootTs, one.untilTs);
  await app.reconciliations.advance(one, { found, cursor: null });
}

async function takeListed(app: App, one: Reconciliation, read: PageRead): Promise<Found> {
  const { channelId } = one;
  const tss = read.page.listed.map(({ ts }) => ts);
  const known = new Map((await app.captures.known(channelId, tss)).map((message) => [message.ts, message]));
  const marks = await app.captures.reactionsOn(channelId, tss);
  const seen = { seenTs: read.seenTs, via: "back-fill" } as const;
  let found = one.found;
  for (const listed of read.page.listed) {
    const before = known.get(listed.ts) ?? null;
    if (listed.isTombstone) {
      if (before?.deletedAt) continue;
      const gone = before ?? { ts: listed.ts, threadTs: null, authorId: null, authorName: null };
      found = await takeGone(app, channelId, [gone], read.seenTs, found);
      continue;
    }
    if (before?.deletedAt) continue;
    await takePin(app, channelId, listed, read);
    if (!listed.post) continue;
    if (isNews(app, before, listed) && (await capturePost(app, channelId, listed.post, seen))) {
      found = counted(found, before ? "edits" : "messages", listed.ts);
      await followEdit(app, channelId, listed);
    }
    const had = marks.filter((mark) => mark.ts === listed.ts);
    const changed = await takeReactions(app, channelId, listed, had, read);
    if (changed > 0) found = counted(found, "reactions", listed.ts, changed);
  }
  return found;
}

function isNews(app: App, before: CapturedMessage | null, { post }: Listed): boolean {
  if (!before || !post) return true;
  const [mine, theirs] = [Number(before.editedTs ?? 0), Number(post.editedTs ?? 0)];
  return theirs > mine || (theirs === mine && theirs > 0 && app.redact(post.text) !== before.text);
}

/** What stands on the curated timeline follows an edit that no event told of. */
async function followEdit(app: App, channelId: string, { post }: Listed): Promise<void> {
  if (!post?.editedTs) return;
  const text = quoteMessage(app.redact(post.text));
  await messageEdited(app, { channelId, ts: post.ts, text, editedTs: post.editedTs });
}

/** A pin that no event told of is taken as one that is set now, and one that is there no more as taken away now. */
async function takePin(app: App, channelId: string, { ts, pinnedBy }: Listed, read: PageRead): Promise<void> {
  if ((await isPinned(app, channelId, ts)) === (pinnedBy !== null)) return;
  const mark = { channelId, ts, eventTs: read.seenTs };
  if (pinnedBy === null) return pinMarked(app, { ...mark, userId: "", on: false });
  if (read.members.has(pinnedBy)) await pinMarked(app, { ...mark, userId: pinnedBy, on: true });
}

async function takeReactions(
  app: App,
  channelId: string,
  listed: Listed,
  had: readonly { readonly userId: string; readonly name: string }[],
  read: PageRead,
): Promise<number> {
  let changed = 0;
  const take = async (name: string, userId: string, on: boolean): Promise<void> => {
    const mark = { ts: listed.ts, userId, name, on, eventTs: read.seenTs };
    if (!(await app.captures.reaction(channelId, { ...mark, via: "back-fill" }))) return;
    changed += 1;
    if (!read.members.has(userId)) return;
    const plain = name.split("::")[0];
    if (plain === app.config.reactions.timeline) await reactionMarked(app, { channelId, ...mark });
    if (plain === app.config.reactions.actionItem) await actionItemMarked(app, { channelId, ...mark });
  };
  for (const { name, users } of listed.reactions) {
    for (const userId of users) {
      if (userId === app.workspace.botUserId || had.some((mark) => mark.name === name && mark.userId === userId))
        continue;
      await take(name, userId, true);
    }
  }
  for (const mark of had) {
    const now = listed.reactions.find(({ name }) => name === mark.name);
    if (now && (!now.whole || now.users.includes(mark.userId))) continue;
    await take(mark.name, mark.userId, false);
  }
  return changed;
}

async function takeGone(
  app: App,
  channelId: string,
  gone: readonly Pick<CapturedMessage, "ts" | "threadTs" | "authorId" | "authorName">[],
  seenTs: string,
  before: Found,
): Promise<Found> {
  let found = before;
  for (const message of gone) {
    if (!(await captureDeletion(app, channelId, message, { seenTs, via: "back-fill" }))) continue;
    found = counted(found, "deletions", message.ts);
    await messageDeleted(app, channelId, message.ts, seenTs);
  }
  return found;
}

function counted(found: Found, what: "messages" | "edits" | "deletions" | "reactions", ts: string, number = 1): Found {
  const [firstTs = ts, lastTs = ts] = [found.firstTs ?? ts, found.lastTs ?? ts];
  return {
    ...found,
    [what]: found[what] + number,
    firstTs: Number(ts) < Number(firstTs) ? ts : firstTs,
    lastTs: Number(ts) > Number(lastTs) ? ts : lastTs,
  };
}

function byTime(left: string, right: string): number {
  return Number(left) - Number(right);
}
