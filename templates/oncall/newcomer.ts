import { type Ticked, ticked } from "../../src/domain/checklist/checklist.ts";
import { type Newcomer, newcomerList, newcomerSettings } from "../../src/domain/newcomer/newcomer.ts";
import { context, inert, moment, type Reply, reply, section } from "../kit.ts";
import { checklistBlocks } from "../ops/checklist.ts";
import type { View } from "../views.ts";

const day = "{date_short_pretty}";

/** The list of somebody new. Subject: their Slack user id. */
export const newcomerView: View = async (app, userId) => {
  const newcomer = await app.newcomers.of(userId);
  if (!newcomer) return null;
  const items = await ticked(app, newcomerList(userId), newcomerSettings(app).items);
  const left = items.filter(({ tick }) => tick === null).length;
  const state = left === 0 ? "Everything is done: welcome on board" : `${left} of ${items.length} to do`;
  const head = `*Welcome to being on call.* <@${newcomer.welcomedBy}> started this list for you. ${state}.`;
  return {
    reply: reply(`Welcome to being on call: ${state}`, [
      section(head),
      ...checklistBlocks(newcomerList(userId), items),
      context(
        `Until ${moment(newcomer.shadowUntil, day)} you are told when somebody is paged, and not paged yourself by this list.`,
      ),
    ]),
  };
};

/** What is left. */
export const newcomerReminderView: View = async (app, userId) => {
  const items = await ticked(app, newcomerList(userId), newcomerSettings(app).items);
  const left = items.filter(({ tick }) => tick === null);
  if (left.length === 0) return null;
  const lines = left.map(({ item }) => `• ${inert(item)}`).join("\n");
  return {
    reply: reply(`Still on your list: ${left.length} of ${items.length}`, [section(`*Still on your list*\n${lines}`)]),
  };
};

/** Tells who welcomed somebody that they are through. */
export const newcomerDoneView: View = async (_app, userId) => ({
  reply: reply(`<@${userId}> has done everything on the list for newcomers.`),
});

/** Tells somebody who shadows. Subject: team, incident's name, its channel. */
export const shadowView: View = async (_app, subject) => {
  const [team = "", incident = "", channel = ""] = subject.split(":");
  const what = incident === "" ? "" : ` for ${incident}`;
  const where = channel === "" ? "" : ` Follow along in <#${channel}>.`;
  return {
    reply: reply(`You shadow: ${inert(team)} is being paged${what}.${where} You need not answer.`),
  };
};

/** Everybody who is new, with what is left of their list. */
export function newcomersList(
  rows: readonly { readonly newcomer: Newcomer; readonly items: readonly Ticked[] }[],
): Reply {
  if (rows.length === 0) return reply("Nobody is new. `/oncall welcome @person` starts the list for somebody.");
  const lines = rows.map(({ newcomer, items }) => {
    const left = items.filter(({ tick }) => tick === null);
    const shadow = `shadows until ${moment(newcomer.shadowUntil, day)}`;
    const state =
      newcomer.endedAt === null
        ? `${left.length} of ${items.length} to do, next: ${inert(left[0]?.item ?? "nothing")}`
        : `done ${moment(newcomer.endedAt, day)}`;
    return `<@${newcomer.userId}> · ${state} · ${shadow} · welcomed by <@${newcomer.welcomedBy}>`;
  });
  return reply(`${rows.length} newcomers`, [section(`*Newcomers*\n${lines.join("\n")}`)]);
}
