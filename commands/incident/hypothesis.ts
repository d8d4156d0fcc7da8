import { addHypothesis, namedHypothesis, settleHypothesis } from "../../src/domain/belief/belief.ts";
import { openForReading } from "../../src/domain/incident/access.ts";
import { incidentName } from "../../src/domain/incident/incident.ts";
import { Refusal } from "../../src/errors.ts";
import { type Answer, arg, type ButtonAsk, command, type FormAsk } from "../../src/slack/command.ts";
import { beliefForm, verdictForm } from "../../templates/incident/beliefs.ts";
import { askedIncident, tellDone } from "./which.ts";

const words = ["add", "confirm", "rule-out"] as const;

/** What people think is the cause: put up, confirmed, ruled out. */
export const hypothesis = command({
  name: "/incident hypothesis",
  synonyms: ["theory", "hypo"],
  summary: "Write down what may be the cause; confirm it or rule it out",
  examples: [
    "/incident hypothesis add the cache is cold",
    "/incident hypothesis confirm H1 hit rate fell to 3 %",
    "/incident hypothesis rule-out H2 the pool was never full",
  ],
  args: {
    incident: arg.incident(),
    what: arg.choice("<add|confirm|rule-out>", () => words),
    text: arg.optional(arg.text("<text>")),
  },
  needs: "member",
  run: async (ask) => {
    const { app, caller, args, at } = ask;
    const incident = await askedIncident(ask, args.incident);
    if (!incident) throw new Refusal("missing_argument", "Which incident?", "Ask in its channel, or name it: INC-42.");
    const typed = args.text ?? "";
    if (args.what === "add") {
      if (!typed) return { modal: beliefForm("hypothesis", { incident, choices: [], channelId: at.channelId }) };
      await addHypothesis(app, caller, incident.id, typed);
      return tellDone(ask, incident, `Added to ${incidentName(incident)}.`);
    }
    const state = args.what === "confirm" ? "confirmed" : "ruled-out";
    const { hypothesis: one, rest } = await namedHypothesis(app, incident.id, typed);
    if (!rest) return { modal: verdictForm(one, state, at.channelId) };
    await settleHypothesis(app, caller, one.id, { state, reason: rest, evidence: rest }, null);
    return tellDone(ask, incident, `Written down for ${incidentName(incident)}.`);
  },
  buttons: {
    "incident.hypothesis": async ({ app, caller, about, at }) => {
      const incident = await openForReading(app, caller, about.id);
      return { modal: beliefForm("hypothesis", { incident, choices: [], channelId: at.channelId }) };
    },
    "incident.hypothesis.confirm": (ask) => verdict(ask, "confirmed"),
    "incident.hypothesis.rule-out": (ask) => verdict(ask, "ruled-out"),
  },
  forms: {
    "incident.hypothesis": async (ask) => {
      const incident = await addHypothesis(ask.app, ask.caller, ask.about.id, ask.values.text("text") ?? "");
      return tellDone(ask, incident, `Added to ${incidentName(incident)}.`);
    },
    "incident.hypothesis.confirmed": (ask) => settled(ask, "confirmed"),
    "incident.hypothesis.ruled-out": (ask) => settled(ask, "ruled-out"),
  },
});

async function verdict({ app, caller, about, at }: ButtonAsk, state: "confirmed" | "ruled-out"): Promise<Answer> {
  const one = await app.beliefs.byId(about.id);
  if (!one) throw new Refusal("not_found", "That hypothesis is gone.");
  await openForReading(app, caller, one.incidentId);
  if (one.version !== about.version)
    throw new Refusal("stale", "That hypothesis has changed.", "Look at the card again.");
  return { modal: verdictForm(one, state, at.channelId) };
}

async function settled(ask: FormAsk, state: "confirmed" | "ruled-out") {
  const { app, caller, about, values } = ask;
  const said = { state, reason: values.text("reason"), evidence: values.text("evidence") ?? "" };
  const incident = await settleHypothesis(app, caller, about.id, said, about.version ?? null);
  return tellDone(ask, incident, `Written down for ${incidentName(incident)}.`);
}
