import { mostPages, toPages } from "../../src/domain/postmortem/pages.ts";
import type { SectionDraft, SectionRevision } from "../../src/domain/postmortem/postmortem.ts";
import type { PostmortemSection } from "../../src/domain/postmortem/settings.ts";
import {
  actions,
  button,
  context,
  cut,
  dateInput,
  inert,
  input,
  type Modal,
  modal,
  moment,
  numberInput,
  option,
  person,
  reporting,
  section,
  select,
  textInput,
} from "../kit.ts";

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
  /** What this person had typed and not saved; it is what stands in the inputs. */
  readonly draft?: SectionDraft | null;
}

/** The form of one section: as many inputs as its text needs, and one more to go on. Every change is kept as a draft. */
export function sectionForm(facts: SectionFormFacts): Modal {
  const pages = facts.section.kind === "text" ? toPages(facts.text) : { texts: [facts.text], joints: "" };
  const about = {
    id: `${facts.postmortemId}:${facts.section.id}:${pages.joints}`,
    version: facts.after,
    ...(facts.channelId ? { channel: facts.channelId } : {}),
  };
  return modal(
    {
      callback: "postmortem.section",
      title: cut(facts.section.title, 24),
      submit: facts.newer ? "Save over it" : "Save",
      about,
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
        : helpOf(facts.section)),
      ...(facts.draft
        ? [
            context(`Your draft of ${moment(facts.draft.at)} is below; it is not saved yet.`),
            actions(
              [button({ action: "postmortem.drop-draft", text: "Start again from what is saved", about })],
              "draft",
            ),
          ]
        : []),
      ...inputs(facts, pages.texts),
      context("What you type is kept as your draft, also when you press Cancel. Only Save shows it to others."),
    ],
  );
}

/** Slack calls each field that may be saved empty optional; what the post-mortem needs is said beside it. */
function helpOf({ help, required }: PostmortemSection) {
  const words = [help, required ? "The post-mortem needs it; it may be saved empty until then." : ""];
  const said = words.filter((text) => text !== "").join(" ");
  return said === "" ? [] : [context(inert(said))];
}

function inputs(facts: SectionFormFacts, pages: readonly string[]) {
  const { title, kind, options, unit } = facts.section;
  const one = (element: Parameters<typeof input>[1], hint?: string) => [
    reporting(
      input({ name: "text-1", label: title, optional: true, ...(hint ? { hint } : {}) }, element),
      "postmortem.typed",
    ),
  ];
  if (kind === "number") return one(numberInput(numeric(facts.text)), unit ? `In ${unit}.` : undefined);
  if (kind === "date") return one(dateInput(/^\d{4}-\d{2}-\d{2}$/.test(facts.text) ? facts.text : null));
  if (kind === "select") {
    // A choice that the template no longer offers still stands until another is made.
    const offered = facts.text && !options.includes(facts.text) ? [...options, facts.text] : options;
    return one(
      select(
        offered.map((text) => option(text, cut(text, 150))),
        facts.text,
      ),
    );
  }
  const texts = pages.slice(0, mostPages);
  return [...texts, ...(facts.text.length > 2000 && texts.length < mostPages ? [""] : [])].map((text, index) =>
    reporting(
      input(
        {
          name: `text-${index + 1}`,
          label: index === 0 ? title : `${title}, continued (${index + 1})`,
          ...(index === 0
            ? { hint: "Markdown. Up to 3,000 characters here; another box appears when the text grows longer." }
            : {}),
          optional: true,
        },
        textInput({ initial: text, multiline: true, max: 3000, focus: index === 0 }),
      ),
      "postmortem.typed",
    ),
  );
}

function numeric(text: string): string | null {
  return /^-?\d+(\.\d+)?$/.test(text.trim()) ? text.trim() : null;
}

function quoted(text: string): string {
  return inert(text)
    .split("\n")
    .map((line) => `>${line}`)
    .join("\n");
}
