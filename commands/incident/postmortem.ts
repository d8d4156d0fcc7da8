import { openForReading, requireMember } from "../../src/domain/incident/access.ts";
import { type Incident, incidentName } from "../../src/domain/incident/incident.ts";
import { assignSections } from "../../src/domain/postmortem/assign.ts";
import { beginSection, dropDraft, keepDraft } from "../../src/domain/postmortem/drafts.ts";
import { keepAgain } from "../../src/domain/postmortem/elsewhere.ts";
import { type PostmortemFacts, postmortemFacts } from "../../src/domain/postmortem/facts.ts";
import { fromPages, mostPages } from "../../src/domain/postmortem/pages.ts";
import type { Postmortem } from "../../src/domain/postmortem/postmortem.ts";
import { textSeal } from "../../src/domain/postmortem/public.ts";
import { askReview, giveReview } from "../../src/domain/postmortem/review.ts";
import {
  changeTemplate,
  makePublicEdition,
  openPostmortem,
  publishPostmortem,
  writeSection,
} from "../../src/domain/postmortem/write.ts";
import { Refusal } from "../../src/errors.ts";
import { type Answer, arg, type ButtonAsk, command, type FormValues } from "../../src/slack/command.ts";
import { actionItemForm } from "../../templates/incident/forms.ts";
import type { Modal } from "../../templates/kit.ts";
import {
  askReviewForm,
  assignForm,
  changesForm,
  findingsView,
  hereAlready,
  previewView,
  templateForm,
} from "../../templates/postmortem/forms.ts";
import { publicForm, publicMarkdown } from "../../templates/postmortem/public-edition.ts";
import { sectionForm } from "../../templates/postmortem/section-form.ts";
import { type Ask, askedIncident, pick, tellDone } from "./which.ts";

/** Writes the post-mortem: the draft from what is recorded, each section through a form, reviewed, published as documents. */
export const postmortem = command({
  name: "/incident postmortem",
  synonyms: ["post-mortem", "pm", "retro", "retrospective", "review"],
  summary: "Write and publish the post-mortem, section by section",
  examples: ["/incident postmortem", "/incident postmortem INC-42"],
  args: { incident: arg.incident() },
  needs: "member",
  run: async (ask) => {
    const incident = await askedIncident(ask, ask.args.incident);
    return incident ? open(ask, incident) : pick(ask, "incident.postmortem", "Whose post-mortem?", "any");
  },
  fresh: ["postmortem.approve", "postmortem.publish"],
  buttons: {
    "incident.postmortem": async (ask) => open(ask, await openForReading(ask.app, ask.caller, ask.about.id)),
    "postmortem.write": (ask) => write(ask, ask.about.id),
    "postmortem.typed": async (ask) => {
      const { id = "", version = 0 } = ask.form ?? {};
      const [postmortemId = "", section = "", joints = ""] = id.split(":");
      await known(ask, postmortemId);
      const text = typedText(ask.values, joints);
      const typedTs = ask.actedTs ?? String(ask.app.now.getTime() / 1000);
      await keepDraft(ask.app, { postmortemId, section, text, after: version, typedTs }, ask.caller);
      return undefined;
    },
    "postmortem.drop-draft": async (ask) => {
      const [postmortemId = "", section = ""] = ask.about.id.split(":");
      await known(ask, postmortemId);
      await dropDraft(ask.app, postmortemId, section, ask.caller);
      return write(ask, ask.about.id);
    },
    "postmortem.publish": async (ask) => {
      const { postmortem: found, incident } = await known(ask, ask.about.id);
      await publishPostmortem(ask.app, found, incident, ask.caller, ask.about.version);
      return undefined;
    },
    "postmortem.keep-again": (ask) => keptAgain(ask, false),
    "postmortem.write-over": (ask) => keptAgain(ask, true),
    "postmortem.action-item": async (ask) => {
      const { incident } = await known(ask, ask.about.id);
      return { modal: actionItemForm({ incident, choices: [], channelId: ask.at.channelId }) };
    },
    "postmortem.findings": shows(findingsView),
    "postmortem.read": shows(previewView),
    "postmortem.assign-form": shows(assignForm),
    "postmortem.review-form": shows(askReviewForm),
    "postmortem.request-changes": shows(changesForm),
    "postmortem.public-form": async (ask) => {
      await known(ask, ask.about.id);
      const facts = await postmortemFacts(ask.app, ask.about.id);
      return { modal: publicForm(facts, ask.app.config.postmortem.publicEdition) };
    },
    "postmortem.template-form": async (ask) => {
      await known(ask, ask.about.id);
      const facts = await postmortemFacts(ask.app, ask.about.id);
      return { modal: templateForm(facts, ask.app.config.postmortem.templates) };
    },
    "postmortem.approve": async (ask) => {
      const { postmortem: found, incident } = await known(ask, ask.about.id);
      await giveReview(ask.app, found, incident, { state: "approved", comment: "" }, ask.caller);
      return tellDone(ask, incident, `You approved the post-mortem of ${incidentName(incident)}.`);
    },
  },
  forms: {
    "postmortem.section": async (ask) => {
      const [postmortemId = "", sectionId = "", joints = ""] = ask.about.id.split(":");
      await known(ask, postmortemId);
      const text = typedText(ask.values, joints);
      const after = ask.about.version ?? 0;
      const result = await writeSection(ask.app, { postmortemId, section: sectionId, text, after }, ask.caller);
      if ("written" in result) return undefined;
      const { newer, section } = result;
      const { channelId } = ask.at;
      return { modal: sectionForm({ postmortemId, section, channelId, text, after: newer.revision, newer }) };
    },
    "postmortem.assign": async (ask) => {
      const { postmortem: found, incident } = await known(ask, ask.about.id);
      const { values } = ask;
      const given = { sections: values.choices("sections"), ownerId: values.user("owner"), dueOn: values.date("due") };
      await assignSections(ask.app, found, incident, given, ask.caller);
      return undefined;
    },
    "postmortem.ask-review": async (ask) => {
      const { postmortem: found, incident } = await known(ask, ask.about.id);
      await askReview(ask.app, found, incident, ask.values.choices("reviewers"), ask.caller);
      return undefined;
    },
    "postmortem.changes": async (ask) => {
      const { postmortem: found, incident } = await known(ask, ask.about.id);
      const comment = ask.values.text("comment") ?? "";
      await giveReview(ask.app, found, incident, { state: "changes", comment }, ask.caller);
      return undefined;
    },
    "postmortem.public": async (ask) => {
      const [postmortemId = "", seal] = ask.about.id.split(":");
      const { postmortem: found, incident } = await known(ask, postmortemId);
      const facts = await postmortemFacts(ask.app, postmortemId);
      const settings = ask.app.config.postmortem.publicEdition;
      // Nothing is made public that was not seen as it is.
      if (textSeal(publicMarkdown(facts, settings)) !== seal) return { modal: publicForm(facts, settings, true) };
      await makePublicEdition(ask.app, found, incident, ask.caller);
      return undefined;
    },
    "postmortem.template": async (ask) => {
      const { postmortem: found, incident } = await known(ask, ask.about.id);
      await changeTemplate(ask.app, found, incident, ask.values.choice("template") ?? "", ask.caller);
      return undefined;
    },
  },
});

/** The button's record is the post-mortem's id, a colon, and the place. */
async function keptAgain(ask: ButtonAsk, over: boolean): Promise<undefined> {
  const [id = "", word = ""] = ask.about.id.split(":");
  const { postmortem: found, incident } = await known(ask, id);
  await keepAgain(ask.app, found, incident, ask.caller, { word, over });
  return undefined;
}

async function open(ask: Ask, incident: Incident): Promise<Answer | undefined> {
  requireMember(ask.caller);
  const before = await ask.app.postmortems.byIncident(incident.id);
  await openPostmortem(ask.app, incident, ask.caller.userId);
  const card = before && (await ask.app.outbox.posted("postmortem.card", before.id));
  if (card && card.channelId === ask.at.channelId) {
    const link = ask.app.workspace.permalink(card.channelId, card.ts);
    return { text: hereAlready(incident, link) };
  }
  return tellDone(ask, incident, `The post-mortem of ${incidentName(incident)} is in its channel.`);
}

async function write(ask: ButtonAsk, id: string): Promise<Answer> {
  const [postmortemId = "", sectionId = ""] = id.split(":");
  await known(ask, postmortemId);
  const beginning = await beginSection(ask.app, postmortemId, sectionId, ask.caller.userId);
  const channelId = ask.at.channelId ?? ask.about.channel ?? null;
  return { modal: sectionForm({ postmortemId, channelId, ...beginning }) };
}

/** A button that shows a form drawn from the post-mortem. */
function shows(draw: (facts: PostmortemFacts) => Modal): (ask: ButtonAsk) => Promise<Answer> {
  return async (ask) => {
    await known(ask, ask.about.id);
    return { modal: draw(await postmortemFacts(ask.app, ask.about.id)) };
  };
}

/** Whatever kind the section is: its one input, or the text that lies over several. */
function typedText(values: FormValues, joints: string): string {
  const single = values.date("text-1") ?? values.choice("text-1");
  if (single !== null) return single;
  const texts = Array.from({ length: mostPages }, (_, index) => values.text(`text-${index + 1}`));
  return fromPages(texts, joints);
}

async function known(ask: Ask, id: string): Promise<{ readonly postmortem: Postmortem; readonly incident: Incident }> {
  requireMember(ask.caller);
  const found = await ask.app.postmortems.byId(id);
  if (!found) throw new Refusal("not_found", "That post-mortem no longer exists.");
  return { postmortem: found, incident: await openForReading(ask.app, ask.caller, found.incidentId) };
}
