import type { ActionsBlock, KnownBlock } from "@slack/types";
import { type Incident, incidentName } from "../../src/domain/incident/incident.ts";
import {
  type SecurityFacts,
  securityFacts,
  securityStages,
  securitySteps,
  type Tick,
} from "../../src/domain/security/checklist.ts";
import { type EvidencePart, partTitle } from "../../src/domain/security/parts.ts";
import {
  actions,
  button,
  context,
  cut,
  divider,
  header,
  inert,
  moment,
  person,
  type Reply,
  reply,
  section,
} from "../kit.ts";
import type { View } from "../views.ts";
import { about, lasting } from "./phrases.ts";

/** What is gathered under each step. */
const partsOf: Readonly<Record<string, readonly EvidencePart["kind"][]>> = {
  "investigate-logs": ["access-log", "sign-ins", "denied"],
  "investigate-changes": ["changes"],
  "remediate-backup": ["backup"],
};

/** What the person reads who had evidence gathered. */
export function gathering({ incident, pieces }: { readonly incident: Incident; readonly pieces: number }): Reply {
  return reply(
    `${pieces === 1 ? "One piece of evidence is" : `${pieces} pieces of evidence are`} being gathered for ${incidentName(incident)}; each is posted in its channel as soon as it was read.`,
  );
}

/** The checklist of a security incident, in its channel. */
export const securityView: View = async (app, incidentId) => {
  const incident = await app.incidents.byId(incidentId);
  const ticks = incident && (await app.securitySteps.ticks(incident.id));
  return incident && ticks ? { reply: securityChecklist(incident, ticks, await securityFacts(app, incident)) } : null;
};

/** Its steps by stage, each with what is known from here, so that who ticks it need not believe. */
export function securityChecklist(incident: Incident, ticks: readonly Tick[], facts: SecurityFacts): Reply {
  const done = new Map(ticks.map((tick) => [tick.step, tick]));
  const blocks: KnownBlock[] = [header(`Security checklist of ${incidentName(incident)}`)];
  for (const stage of securityStages) {
    const steps = securitySteps.filter((one) => one.stage === stage);
    const left = steps.filter(({ id }) => !done.has(id)).length;
    blocks.push(context(`*${title(stage)}* · ${left === 0 ? "done" : `${left} left`}`));
    for (const step of steps) {
      const tick = done.get(step.id);
      const aboutStep = { id: `${incident.id}/${step.id}` };
      blocks.push(
        tick
          ? section(
              `:white_check_mark: ${step.title}\n${person(tick.userId)} · ${moment(tick.at)}`,
              button({
                action: "incident.security.untick",
                text: "Undo",
                about: aboutStep,
                label: `Undo: ${step.title}`,
              }),
            )
          : section(
              step.title,
              button({
                action: "incident.security.tick",
                text: "Done",
                about: aboutStep,
                label: `Done: ${step.title}`,
              }),
            ),
      );
      blocks.push(...known(step.id, facts));
    }
    if (stage === "investigate") blocks.push(gather(incident, facts));
  }
  blocks.push(divider(), context("Who ticks what, and when, goes on the timeline."));
  const ticked = securitySteps.filter(({ id }) => done.has(id)).length;
  return reply(`Security checklist of ${incidentName(incident)}: ${ticked} of ${securitySteps.length} done`, blocks);
}

function title(stage: string): string {
  return `${stage.slice(0, 1).toUpperCase()}${stage.slice(1)}`;
}

/** What was found out from here for a step; nothing where there is nothing to find out. */
function known(stepId: string, { evidence, isolated, watch }: SecurityFacts): readonly KnownBlock[] {
  const parts = partsOf[stepId];
  if (parts) {
    const lines = evidence
      .filter(({ question }) => parts.includes(question.part.kind))
      .map(
        ({ question, found }) => `${partTitle(question.part)}: ${found ? (found.trouble ?? found.said) : "being read"}`,
      );
    return lines.length > 0 ? [context(cut(inert(lines.join("\n")), 1900))] : [];
  }
  if (stepId === "remediate-services") {
    if (isolated.length === 0) return [context("Nothing of what is affected is isolated from here.")];
    const buttons = isolated.slice(0, 5).map(({ id, target: { name, environment } }) =>
      button({
        action: "ops.lease.end",
        text: cut(`Reconnect ${name}`, 70),
        about: { id },
        label: `Reconnect ${name} in ${environment}`,
      }),
    );
    return [actions(buttons, "reconnect")];
  }
  if (stepId === "remediate-watch") {
    return [
      context(
        `After resolving, health is watched for ${lasting(watch.minutes)}, with a look every ${watch.everySeconds} seconds.`,
      ),
    ];
  }
  return [];
}

function gather(incident: Incident, { evidence }: SecurityFacts): ActionsBlock {
  const text = evidence.length > 0 ? "Gather again" : "Gather evidence";
  return actions([button({ action: "incident.evidence", text, about: about(incident) })], "gather");
}
