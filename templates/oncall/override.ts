import type { Override } from "../../src/domain/oncall/team.ts";
import { actions, button, inert, moment, person, type Reply, reply, section } from "../kit.ts";
import type { View } from "../views.ts";

/** Who was put on call is told, and can say that it does not work. */
export const overrideView: View = async (app, id) => {
  const override = await app.overrides.byId(id);
  if (!override) return null;
  const team = app.config.oncall.find(({ name }) => name === override.team);
  return { reply: overrideMessage(override, team?.title ?? override.team) };
};

export function overrideMessage(override: Override, title: string): Reply {
  const span = `${moment(override.from)} to ${moment(override.until)}`;
  const text = `${person(override.createdBy)} ${override.swapId ? "swapped turns with you: you are" : "put you"} on call for *${inert(title)}* (${inert(override.level)}), ${span}.`;
  return reply(text, [
    section(text),
    actions([button({ action: "oncall.override.remove", text: "I cannot", about: { id: override.id } })]),
  ]);
}

/** Who relied on a change of the schedule hears that it was taken back. Subject: its facts. */
export const overrideRemovedView: View = async (app, subject) => {
  const [teamName = "", level = "", userId = "", from = "", until = "", by = ""] = subject.split("|");
  const title = app.config.oncall.find(({ name }) => name === teamName)?.title ?? teamName;
  const span = `${moment(new Date(from))} to ${moment(new Date(until))}`;
  const text = `${person(by)} took back that ${person(userId)} stands in for *${inert(title)}* (${inert(level)}), ${span}. The rotation counts again.`;
  return { reply: reply(text) };
};
