import { type Incident, incidentName } from "../../src/domain/incident/incident.ts";
import { type PostmortemFacts, sectionText } from "../../src/domain/postmortem/facts.ts";
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
  multiSelect,
  option,
  type Reply,
  reply,
  section,
  textInput,
  userSelect,
} from "../kit.ts";

/** Said to who asks for a post-mortem that was begun before, with the way to its checklist. */
export function hereAlready(incident: Pick<Incident, "number">, link: string): Reply {
  return reply(`The post-mortem of ${incidentName(incident)} is in this channel: <${link}|its checklist>.`);
}

function aboutOf({ postmortem, incident }: PostmortemFacts, by?: string) {
  return {
    id: by ? `${postmortem.id}:${by}` : postmortem.id,
    version: postmortem.version,
    ...(incident.channelId ? { channel: incident.channelId } : {}),
  };
}

/** Who writes what, and by when. */
export function assignForm(facts: PostmortemFacts): Modal {
  return modal({ callback: "postmortem.assign", title: "Who writes what", submit: "Assign", about: aboutOf(facts) }, [
    input(
      { name: "sections", label: "Sections" },
      multiSelect([
        ...facts.sections
          .filter((one) => !one.gone)
          .slice(0, 99)
          .map((one) => option(one.section.title, one.section.id)),
        option("The whole post-mortem", "all", "Makes the person its owner"),
      ]),
    ),
    input({ name: "owner", label: "Who", hint: "Left empty: nobody in particular.", optional: true }, userSelect()),
    input({ name: "due", label: "By", optional: true }, dateInput()),
    context("They are told by direct message."),
  ]);
}

/** Asks people to look at it before it is published. */
export function askReviewForm(facts: PostmortemFacts): Modal {
  return modal({ callback: "postmortem.ask-review", title: "Ask for review", submit: "Ask", about: aboutOf(facts) }, [
    input(
      { name: "reviewers", label: "Who should look at it" },
      { type: "multi_users_select", max_selected_items: 10 },
    ),
    context("They get a direct message with buttons to read it, approve it or ask for changes."),
  ]);
}

/** What a reviewer would have changed. */
export function changesForm(facts: PostmortemFacts): Modal {
  return modal({ callback: "postmortem.changes", title: "Ask for changes", submit: "Ask", about: aboutOf(facts) }, [
    input(
      { name: "comment", label: "What should change", hint: "Shown in the incident's channel." },
      textInput({ multiline: true, max: 2000, focus: true }),
    ),
  ]);
}

/** Every finding of the linter, with how to mend it. */
export function findingsView(facts: PostmortemFacts): Modal {
  const { findings, score } = facts.lint;
  return modal({ callback: "postmortem.findings", title: "What to mend", close: "Close" }, [
    section(`*Score ${score} of 100*: ${findings.length === 0 ? "nothing to mend." : `${findings.length} to mend.`}`),
    ...findings.slice(0, 90).map((one) => section(`• ${inert(one.text)}\n_${inert(one.mend)}_ \`${one.rule}\``)),
    context("The rules are in the configuration under postmortem.linter. No text leaves this workspace to be judged."),
  ]);
}

/** The whole of what would be published, to be read in Slack; at most what a form holds. */
export function previewView(facts: PostmortemFacts): Modal {
  return modal(
    { callback: "postmortem.preview", title: cut(`Post-mortem ${incidentName(facts.incident)}`, 24), close: "Close" },
    [
      ...facts.sections
        .slice(0, 40)
        .flatMap((one) => [
          section(`*${inert(one.section.title)}*`),
          section(cut(inert(sectionText(one)?.trim() || "Not written yet."), 2900)),
        ]),
      context(
        `${facts.timeline.length} timeline entries, ${facts.operations.length} operations and ${facts.actionItems.length} action items follow in the document.`,
      ),
    ],
  );
}

/** What a reviewer reads in their direct messages. */
export function reviewAsked(facts: PostmortemFacts, by: string): Reply {
  const about = aboutOf(facts);
  const text = `<@${by}> asks you to review the post-mortem of ${incidentName(facts.incident)}.`;
  return reply(text, [
    section(`${text}\n*${inert(cut(facts.incident.title, 200))}*`),
    actions(
      [
        button({ action: "postmortem.read", text: "Read", about }),
        button({ action: "postmortem.approve", text: "Approve", about, style: "primary" }),
        button({ action: "postmortem.request-changes", text: "Ask for changes", about }),
      ],
      "postmortem.review",
    ),
    context("Your approval counts for the texts as they are when you press the button."),
  ]);
}

/** Told in the channel: what a reviewer said. */
export function reviewed(facts: PostmortemFacts, reviewerId: string): Reply {
  const review = facts.reviews.find((one) => one.reviewerId === reviewerId);
  if (review?.state !== "changes") return reply(`<@${reviewerId}> approved the post-mortem.`);
  return reply(
    `<@${reviewerId}> asks for changes to the post-mortem:\n${inert(review.comment)
      .split("\n")
      .map((line) => `>${line}`)
      .join("\n")}`,
  );
}

/** Told to who was given sections. */
export function assigned(facts: PostmortemFacts, userId: string): Reply {
  const { postmortem, incident } = facts;
  const own = facts.sections.filter((one) => one.assigned?.ownerId === userId);
  const lines = [
    ...(postmortem.ownerId === userId ? ["• the whole of it: you are its owner"] : []),
    ...own.map((one) => `• ${inert(one.section.title)}${one.assigned?.dueOn ? `, by ${one.assigned.dueOn}` : ""}`),
  ];
  const text = `You are asked to write in the post-mortem of ${incidentName(incident)}:`;
  return reply(`${text}\n${lines.join("\n")}`, [
    section(text),
    ...(postmortem.ownerId === userId ? [section("• the whole of it: you are its owner")] : []),
    ...own.slice(0, 40).map((one) =>
      section(
        `• ${inert(one.section.title)}${one.assigned?.dueOn ? `, by ${one.assigned.dueOn}` : ""}`,
        button({
          action: "postmortem.write",
          text: "Write",
          label: `Write ${one.section.title}`,
          about: {
            id: `${postmortem.id}:${one.section.id}`,
            ...(incident.channelId ? { channel: incident.channelId } : {}),
          },
        }),
      ),
    ),
  ]);
}

/** Lets somebody begin from another template; texts stay, those it has no section for are kept at its end. */
export function templateForm(
  facts: PostmortemFacts,
  templates: readonly { readonly name: string; readonly title: string }[],
): Modal {
  const options = templates.slice(0, 100).map((one) => option(one.title, one.name));
  const initial = options.find((one) => one.value === facts.template.name);
  return modal({ callback: "postmortem.template", title: "Template", submit: "Use it", about: aboutOf(facts) }, [
    input(
      { name: "template", label: "Template" },
      { type: "static_select", options, ...(initial ? { initial_option: initial } : {}) },
    ),
    context("What is written stays. Sections the new template lacks are kept and shown at its end."),
  ]);
}
