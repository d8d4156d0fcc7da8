import type { KnownBlock } from "@slack/types";
import { hypothesisName, inWords } from "../../src/domain/belief/belief.ts";
import type { Beliefs, Evidence, Hypothesis } from "../../src/domain/belief/records.ts";
import type { Incident } from "../../src/domain/incident/incident.ts";
import { shorten } from "../../src/domain/text.ts";
import {
  actions,
  button,
  context,
  header,
  inert,
  input,
  type Modal,
  modal,
  moment,
  person,
  type Reply,
  reply,
  section,
  textInput,
} from "../kit.ts";
import type { View } from "../views.ts";
import type { FormTarget } from "./forms.ts";
import { about, named } from "./phrases.ts";

/** Slack's 50 blocks hold so many open ones with their buttons, and the rest in words. */
const mostOpen = 12;

/** The one card of what people believe and have decided. */
export const beliefsView: View = async (app, incidentId) => {
  const incident = await app.incidents.byId(incidentId);
  return incident ? { reply: beliefsCard(incident, await app.beliefs.of(incidentId)) } : null;
};

export function beliefsCard(incident: Incident, { hypotheses, decisions }: Beliefs): Reply {
  const open = hypotheses.filter((one) => one.state === "open");
  const settled = hypotheses.filter((one) => one.state !== "open");
  const blocks: KnownBlock[] = [header("What we believe and have decided")];
  for (const one of open.slice(0, mostOpen)) {
    blocks.push(section(`*${hypothesisName(one)}* ${shorten(one.text, 600)}${evidenceWords(one.evidence)}`));
    const press = (action: string, text: string) =>
      button({ action, text, about: { id: one.id, version: one.version }, label: `${text} ${hypothesisName(one)}` });
    blocks.push(
      actions(
        [press("incident.hypothesis.confirm", "Confirm"), press("incident.hypothesis.rule-out", "Rule out")],
        one.id,
      ),
    );
  }
  if (open.length > mostOpen) blocks.push(context(`${open.length - mostOpen} more are open.`));
  if (settled.length > 0) blocks.push(section(settled.slice(-10).map(settledLine).join("\n").slice(0, 2900)));
  if (decisions.length > 0) {
    const lines = decisions
      .slice(-10)
      .map((one) => `• ${shorten(one.text, 240)} (${person(one.byId)}, ${moment(one.at)})`);
    blocks.push(section(`*Decided*\n${lines.join("\n")}`));
  }
  blocks.push(
    actions(
      [
        button({ action: "incident.hypothesis", text: "Add a hypothesis", about: about(incident) }),
        button({ action: "incident.decide", text: "Write down a decision", about: about(incident) }),
      ],
      "beliefs-add",
    ),
  );
  return reply(`${named(incident)}: ${open.length} open hypotheses, ${decisions.length} decisions`, blocks);
}

function settledLine(one: Hypothesis): string {
  const mark = one.state === "confirmed" ? ":white_check_mark:" : ":x:";
  const why = one.reason ? `: ${shorten(one.reason, 160)}` : "";
  const text =
    one.state === "confirmed"
      ? shorten(one.text, 200)
      : `~${shorten(one.text.replaceAll("~", "∼").replaceAll("\n", " "), 200)}~`;
  return `${mark} *${hypothesisName(one)}* ${text} – ${inWords(one.state)}${why}${evidenceWords(one.evidence)}`;
}

function evidenceWords(evidence: readonly Evidence[]): string {
  if (evidence.length === 0) return "";
  const words = evidence
    .slice(0, 5)
    .map((one) => (one.kind === "link" ? `<${inert(one.reference)}|${inert(one.title)}>` : `\`${one.reference}\``));
  return ` · evidence: ${words.join(", ")}`;
}

/** The form for a new hypothesis or a decision. */
export function beliefForm(kind: "hypothesis" | "decide", target: FormTarget & { readonly incident: Incident }): Modal {
  const isHypothesis = kind === "hypothesis";
  return modal(
    {
      callback: `incident.${kind}`,
      title: isHypothesis ? "Add a hypothesis" : "Write down a decision",
      submit: "Add",
      about: { ...about(target.incident), ...(target.channelId ? { channel: target.channelId } : {}) },
    },
    [
      input(
        { name: "text", label: isHypothesis ? "What you think is the cause" : "What was decided" },
        textInput({ multiline: true, max: 1000, focus: true }),
      ),
    ],
  );
}

/** The form that says how a hypothesis ended, and by what. */
export function verdictForm(one: Hypothesis, state: "confirmed" | "ruled-out", channel: string | null): Modal {
  return modal(
    {
      callback: `incident.hypothesis.${state}`,
      title: `${state === "confirmed" ? "Confirm" : "Rule out"} ${hypothesisName(one)}`,
      submit: state === "confirmed" ? "Confirm" : "Rule out",
      about: { id: one.id, version: one.version, ...(channel ? { channel } : {}) },
    },
    [
      section(shorten(one.text, 2900)),
      input({ name: "reason", label: "Why", optional: true }, textInput({ multiline: true, max: 1000, focus: true })),
      input(
        {
          name: "evidence",
          label: "Evidence",
          hint: "Links to messages or pages, and codes of operations.",
          optional: true,
        },
        textInput({ multiline: true, max: 2000 }),
      ),
    ],
  );
}
