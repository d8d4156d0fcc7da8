import { ticked } from "../../src/domain/checklist/checklist.ts";
import { newcomerList, newcomerSettings, welcome as welcomeNewcomer } from "../../src/domain/newcomer/newcomer.ts";
import { arg, command } from "../../src/slack/command.ts";
import { reply } from "../../templates/kit.ts";
import { newcomersList } from "../../templates/oncall/newcomer.ts";

/** Starts the list for somebody who is new on call. */
export const welcome = command({
  name: "/oncall welcome",
  synonyms: ["newcomer", "onboard"],
  summary: "Start the list for somebody new on call: they get it by direct message, and shadow",
  examples: ["/oncall welcome @ben"],
  args: { person: arg.person() },
  needs: "member",
  run: async ({ app, caller, args }) => {
    const { userId } = await welcomeNewcomer(app, caller, args.person);
    return { text: reply(`<@${userId}> gets the list by direct message, and is told of pages without being paged.`) };
  },
});

/** Lists people who are new, and what is left of their lists. */
export const newcomers = command({
  name: "/oncall newcomers",
  synonyms: ["onboarding"],
  summary: "List who is new on call, and what is left of their lists",
  examples: ["/oncall newcomers"],
  args: {},
  needs: "member",
  run: async ({ app }) => {
    const rows = [];
    for (const newcomer of await app.newcomers.list()) {
      rows.push({ newcomer, items: await ticked(app, newcomerList(newcomer.userId), newcomerSettings(app).items) });
    }
    return { text: newcomersList(rows) };
  },
});
