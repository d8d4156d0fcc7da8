import { findIncident } from "../../src/domain/incident/access.ts";
import { type Incident, incidentName } from "../../src/domain/incident/incident.ts";
import { linkIncidents, mergeIncident, unlinkIncidents } from "../../src/domain/incident/links.ts";
import { Refusal } from "../../src/errors.ts";
import { type Answer, arg, command } from "../../src/slack/command.ts";
import { linkForm } from "../../templates/incident/link-form.ts";
import { reply } from "../../templates/kit.ts";
import { type Ask, askedIncident, buttonTarget, choices, formIncident, formTarget, tellDone } from "./which.ts";

type Relation = "related" | "merged" | "duplicate" | "unlink";

const other = arg.optional(arg.text("<other incident>"));

/** Notes that two incidents belong together. */
export const link = command({
  name: "/incident link",
  synonyms: ["relate", "related"],
  summary: "Link this incident with another one; --remove takes the link away",
  examples: ["/incident link INC-41", "/incident link INC-42 INC-41", "/incident link INC-41 --remove"],
  args: { incident: arg.incident(), other, remove: arg.flag("remove") },
  needs: "member",
  run: (ask) => asked(ask, ask.args, ask.args.remove ? "unlink" : "related"),
  buttons: {
    "incident.link": async (ask) => {
      const target = await buttonTarget(ask, "any");
      return { modal: linkForm(target, await others(ask, target.incident), "related") };
    },
    // Pressed by who has just declared what is open already: the id is the new one's, the channel carries no more.
    "incident.same": async (ask) => {
      const [fromId = "", intoId = ""] = ask.about.id.split("/");
      return related(ask, "merged", fromId, intoId);
    },
  },
  forms: {
    "incident.link": async (ask) => {
      const otherId = ask.values.choice("other");
      if (!otherId) throw new Refusal("missing_argument", "Pick the other incident.", null, "other");
      const relation = ask.values.choice("relation") ?? "related";
      return related(ask, relation as Relation, formIncident(ask), otherId);
    },
  },
});

/** Ends one incident because it goes on in another. */
export const merge = command({
  name: "/incident merge",
  synonyms: ["merge-into"],
  summary: "Close this incident because it goes on in another one",
  examples: ["/incident merge INC-41", "/incident merge INC-42 into INC-41"],
  args: { incident: arg.incident(), other },
  needs: "member",
  run: (ask) => asked(ask, ask.args, "merged"),
});

/** Ends an incident that was declared twice. */
export const duplicate = command({
  name: "/incident duplicate",
  synonyms: ["dup", "dupe"],
  summary: "Close this incident as a duplicate of another one",
  examples: ["/incident duplicate INC-41", "/incident duplicate INC-42 of INC-41"],
  args: { incident: arg.incident(), other },
  needs: "member",
  run: (ask) => asked(ask, ask.args, "duplicate"),
});

/** One number is the other incident and the channel's is this one; two are this one and the other. */
async function asked(
  ask: Ask,
  args: { readonly incident: number | undefined; readonly other: string | undefined },
  relation: Relation,
): Promise<Answer | undefined> {
  const numbers = [...(args.incident === undefined ? [] : [args.incident]), ...numbersIn(args.other ?? "")];
  const [first, second] = numbers;
  if (numbers.length > 2) throw new Refusal("bad_argument", "These are more than two incidents.", "Name two.");
  const here = second === undefined ? await askedIncident(ask, undefined) : await askedIncident(ask, first);
  const otherNumber = second ?? first;
  if (!here || otherNumber === undefined) {
    const target = here
      ? { incident: here, choices: [], channelId: ask.at.channelId }
      : await formTarget(ask, undefined, "any");
    const known = otherNumber === undefined ? null : await findIncident(ask.app, ask.caller, { number: otherNumber });
    return { modal: linkForm(target, await others(ask, here), relation === "unlink" ? "related" : relation, known) };
  }
  const there = await findIncident(ask.app, ask.caller, { number: otherNumber });
  if (!there) throw new Refusal("unknown_incident", `I cannot find INC-${otherNumber}.`);
  return related(ask, relation, here.id, there.id);
}

function numbersIn(text: string): readonly number[] {
  const words = text.split(/[\s,]+/).filter((word) => word !== "" && !/^(in|into|to|with|of|as|and|a)$/i.test(word));
  return words.map((word) => {
    const number = /^#?(?:[a-z]+-?)?(\d{1,9})(?:-[\w-]*)?$/i.exec(word)?.[1];
    if (number === undefined) {
      throw new Refusal("bad_argument", `“${word.slice(0, 40)}” is no incident.`, "Name it as INC-42.");
    }
    return Number(number);
  });
}

async function related(
  ask: Ask & { readonly about?: { readonly channel?: string } },
  relation: Relation,
  hereId: string,
  otherId: string,
): Promise<Answer | undefined> {
  const { app, caller } = ask;
  if (relation === "related" || relation === "unlink") {
    const change = relation === "related" ? linkIncidents : unlinkIncidents;
    const [one, two] = await change(app, caller, hereId, otherId);
    const words = relation === "related" ? "are linked" : "are no longer linked";
    return tellDone(ask, one, `${incidentName(one)} and ${incidentName(two)} ${words}.`);
  }
  const { from, into, followedFrom } = await mergeIncident(app, caller, {
    fromId: hereId,
    intoId: otherId,
    kind: relation,
  });
  const followed = followedFrom ? ` (${incidentName(followedFrom)} was merged into it)` : "";
  const where = into.channelId ? ` It goes on in <#${into.channelId}>.` : "";
  const verb = relation === "merged" ? "is merged into" : "is closed as a duplicate of";
  return { text: reply(`${incidentName(from)} ${verb} ${incidentName(into)}${followed}.${where}`) };
}

async function others(ask: Ask, here: Incident | null): Promise<readonly Incident[]> {
  return (await choices(ask, "any")).filter(({ id }) => id !== here?.id);
}
