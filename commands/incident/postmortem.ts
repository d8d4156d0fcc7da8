import { openForReading, requireMember } from "../../src/domain/incident/access.ts";
import { type Incident, incidentName } from "../../src/domain/incident/incident.ts";
import { postmortemFacts, sectionText } from "../../src/domain/postmortem/facts.ts";
import { fromPages, mostPages } from "../../src/domain/postmortem/pages.ts";
import type { Postmortem } from "../../src/domain/postmortem/postmortem.ts";
import { openPostmortem, publishPostmortem, writeSection } from "../../src/domain/postmortem/write.ts";
import { Refusal } from "../../src/errors.ts";
import { type Answer, arg, command } from "../../src/slack/command.ts";
import { actionItemForm } from "../../templates/incident/forms.ts";
import { sectionForm } from "../../templates/postmortem/section-form.ts";
import { type Ask, askedIncident, pick, tellDone } from "./which.ts";

/** Writes the post-mortem: the draft from what is recorded, each section through a form, published as documents. */
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
  buttons: {
    "incident.postmortem": async (ask) => open(ask, await openForReading(ask.app, ask.caller, ask.about.id)),
    "postmortem.write": async (ask) => {
      const [postmortemId = "", sectionId = ""] = ask.about.id.split(":");
      await known(ask, postmortemId);
      const facts = await postmortemFacts(ask.app, postmortemId);
      const found = facts.sections.find((one) => one.section.id === sectionId);
      if (!found) throw new Refusal("not_found", "That section is no longer part of the post-mortem.");
      const after = found.written?.revision ?? 0;
      const { channelId } = ask.at;
      const text = sectionText(found) ?? "";
      return { modal: sectionForm({ postmortemId, section: found.section, channelId, text, after, newer: null }) };
    },
    "postmortem.publish": async (ask) => {
      const { postmortem: found, incident } = await known(ask, ask.about.id);
      await publishPostmortem(ask.app, found, incident, ask.caller);
      return undefined;
    },
    "postmortem.action-item": async (ask) => {
      const { incident } = await known(ask, ask.about.id);
      return { modal: actionItemForm({ incident, choices: [], channelId: ask.at.channelId }) };
    },
  },
  forms: {
    "postmortem.section": async (ask) => {
      const [postmortemId = "", sectionId = "", joints = ""] = ask.about.id.split(":");
      await known(ask, postmortemId);
      const texts = Array.from({ length: mostPages }, (_, index) => ask.values.text(`text-${index + 1}`));
      const text = fromPages(texts, joints);
      const after = ask.about.version ?? 0;
      const result = await writeSection(ask.app, { postmortemId, section: sectionId, text, after }, ask.caller);
      if ("written" in result) return undefined;
      const { newer, section } = result;
      const { channelId } = ask.at;
      return { modal: sectionForm({ postmortemId, section, channelId, text, after: newer.revision, newer }) };
    },
  },
});

async function open(ask: Ask, incident: Incident): Promise<Answer | undefined> {
  requireMember(ask.caller);
  await openPostmortem(ask.app, incident, ask.caller.userId);
  return tellDone(ask, incident, `The post-mortem of ${incidentName(incident)} is in its channel.`);
}

async function known(ask: Ask, id: string): Promise<{ readonly postmortem: Postmortem; readonly incident: Incident }> {
  requireMember(ask.caller);
  const found = await ask.app.postmortems.byId(id);
  if (!found) throw new Refusal("not_found", "That post-mortem no longer exists.");
  return { postmortem: found, incident: await openForReading(ask.app, ask.caller, found.incidentId) };
}
