import { contactsFor } from "../../src/domain/oncall/contacts.ts";
import { arg, command } from "../../src/slack/command.ts";
import { contactList } from "../../templates/oncall/contacts.ts";

/** Says whom to turn to, inside and outside the company. */
export const contacts = command({
  name: "/oncall contacts",
  synonyms: ["contact", "directory", "phone", "vendors"],
  summary: "Whom to turn to: people, database administrators, vendors, and when they answer",
  examples: ["/oncall contacts", "/oncall contacts database"],
  args: { words: arg.optional(arg.text("<words>")) },
  needs: "member",
  run: async ({ app, caller, args }) => {
    const words = args.words?.trim() ?? "";
    return { text: contactList(await contactsFor(app, caller, words), words) };
  },
});
