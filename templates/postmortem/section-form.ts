import type { PostmortemSection } from "../../src/domain/configuration.ts";
import { mostPages, toPages } from "../../src/domain/postmortem/pages.ts";
import type { SectionRevision } from "../../src/domain/postmortem/postmortem.ts";
import { context, cut, inert, input, type Modal, modal, moment, person, section, textInput } from "../kit.ts";

export interface SectionFormFacts {
  readonly postmortemId: string;
  readonly section: PostmortemSection;
  readonly channelId: string | null;
  /** What stands in the inputs. */
  readonly text: string;
  /** The revision it starts from; what is written replaces it and nothing newer. */
  readonly after: number;
  /** Somebody wrote meanwhile: shown above the inputs, which keep what this person typed. */
  readonly newer: SectionRevision | null;
}

/** The form of one section: as many inputs as its text needs, and one more to go on. */
export function sectionForm(facts: SectionFormFacts): Modal {
  const pages = toPages(facts.text);
  const texts = pages.texts.slice(0, mostPages);
  const inputs = [...texts, ...(facts.text.length > 2000 && texts.length < mostPages ? [""] : [])];
  return modal(
    {
      callback: "postmortem.section",
      title: cut(facts.section.title, 24),
      submit: facts.newer ? "Save over it" : "Save",
      about: {
        id: `${facts.postmortemId}:${facts.section.id}:${pages.joints}`,
        version: facts.after,
        ...(facts.channelId ? { channel: facts.channelId } : {}),
      },
    },
    [
      ...(facts.newer
        ? [
            section(
              `*${person(facts.newer.authorId)} saved this section while you were writing* (revision ${facts.newer.revision}, ${moment(facts.newer.at)}). Their text:`,
            ),
            ...toPages(facts.newer.text)
              .texts.slice(0, 5)
              .map((text) => section(quoted(text))),
            context(
              "Your own text is below. Take over what you want to keep, then save. Both stay in the section's history.",
            ),
          ]
        : [context(inert(facts.section.help))]),
      ...inputs.map((text, index) =>
        input(
          {
            name: `text-${index + 1}`,
            label: index === 0 ? facts.section.title : `${facts.section.title}, continued (${index + 1})`,
            ...(index === 0
              ? { hint: "Markdown. Up to 3,000 characters here; another box appears when the text grows longer." }
              : {}),
            optional: true,
          },
          textInput({ initial: text, multiline: true, max: 3000, focus: index === 0 }),
        ),
      ),
    ],
  );
}

function quoted(text: string): string {
  return inert(text)
    .split("\n")
    .map((line) => `>${line}`)
    .join("\n");
}
