import type { Role } from "../../src/domain/configuration.ts";

/** What the built-in roles are told where the configuration has no words of its own. */
const builtIn: Readonly<Record<string, string>> = {
  commander: [
    "• Say in the channel that you lead. You decide; others look and change.",
    "• Give out the other roles: `/incident role communications @name`.",
    "• Agree on one next step at a time, and ask for a report after it.",
    "• See that an update goes out on time: `/incident update`.",
    "• Hand over before you are tired: `/incident handoff @name`.",
  ].join("\n"),
  communications: [
    "• Write the updates: `/incident update`. Say what people notice, what is being done, and when they hear more.",
    "• Keep customers, support and management away from those who work on the cause.",
    "• Ask the commander before something is promised.",
  ].join("\n"),
  operations: [
    "• Look for the cause, and make the changes the commander agrees to.",
    "• Say in the channel what you are about to do before you do it.",
    "• Undo first, understand later: a rollback is often the shortest way.",
  ].join("\n"),
  scribe: [
    "• Keep the timeline complete: `/incident note`, or :pushpin: on a message.",
    "• Write down decisions and who took them, and what was ruled out.",
    "• Note times as they are, not as they should have been.",
  ].join("\n"),
};

/** What whoever gets the role should do: the configuration's words, else ours, else what the role is for. */
export function instructionsOf(role: Pick<Role, "name" | "summary" | "instructions">): string {
  return role.instructions ?? builtIn[role.name] ?? role.summary;
}
