import type { z } from "zod";
import type { Contact } from "../domain/oncall/contacts.ts";
import { list, object, person, principal, right, text } from "./pieces.ts";

const contact = object({
  role: text.describe("What they are turned to for, such as Database administrator or AWS Support."),
  name: text.optional(),
  person: person.describe("Who it is in Slack.").optional(),
  reach: list(text)
    .describe("Telephone, e-mail address or web address, in the order to try them; in quotes.")
    .optional(),
  availability: text.describe("When they answer, such as Monday to Friday 9 to 17, Berlin.").optional(),
  about: list(text).describe("Services, databases and words they are for.").optional(),
  note: text.describe("What to have at hand: a contract number, a support plan.").optional(),
  visible_to: list(principal)
    .min(1, right("name at least one, such as members"))
    .describe("Who may see it; members when left out.")
    .optional(),
});

export const contactsSchema = list(contact).describe("People and companies to turn to: `/oncall contacts`.");

export function completeContacts(written: z.infer<typeof contactsSchema> | undefined): readonly Contact[] {
  return (written ?? []).map((one) => ({
    role: one.role,
    name: one.name ?? null,
    person: one.person ?? null,
    reach: one.reach ?? [],
    availability: one.availability ?? null,
    about: one.about ?? [],
    note: one.note ?? null,
    visibleTo: one.visible_to ?? ["members"],
  }));
}

/** A contact nobody can reach is none. */
export function contactMisfits(written: {
  readonly contacts?: z.infer<typeof contactsSchema> | undefined;
}): readonly { readonly path: readonly (string | number)[]; readonly text: string }[] {
  return (written.contacts ?? []).flatMap(({ person: who, reach = [], role }, index) =>
    who || reach.length > 0
      ? []
      : [
          {
            path: ["contacts", index],
            text: `says of ${role} neither who it is in Slack (person) nor how to reach them (reach).`,
          },
        ],
  );
}
