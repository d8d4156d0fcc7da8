import type { KnownBlock } from "@slack/types";
import type { Configuration } from "../../src/domain/configuration.ts";
import type { Incident } from "../../src/domain/incident/incident.ts";
import { currentStep } from "../../src/domain/incident/phases.ts";
import { holderOf, roles } from "../../src/domain/incident/roles.ts";
import type { ActionItem } from "../../src/domain/postmortem/postmortem.ts";
import {
  type About,
  checkbox,
  context,
  dateInput,
  input,
  type Modal,
  modal,
  option,
  person,
  select,
  textInput,
  userSelect,
} from "../kit.ts";
import { incidentOptions } from "./answers.ts";
import { severityOptions } from "./declare-form.ts";
import { named } from "./phrases.ts";

/** The incident a form is about, or, where it is not known yet, those it may be. */
export interface FormTarget {
  readonly incident: Incident | null;
  readonly choices: readonly Incident[];
  readonly channelId: string | null;
}

export function severityForm(
  config: Configuration,
  target: FormTarget,
  filled: { readonly severity?: string; readonly message?: string } = {},
): Modal {
  return modal({ callback: "incident.severity", title: "Change severity", submit: "Change", about: aboutOf(target) }, [
    ...whichIncident(target),
    severityInput(config, target.incident, filled.severity, false),
    input({ name: "message", label: "Why", optional: true }, textInput({ initial: filled.message, multiline: true })),
  ]);
}

function severityInput(
  config: Configuration,
  incident: Incident | null,
  initial: string | undefined,
  optional: boolean,
): KnownBlock {
  return input(
    {
      name: "severity",
      label: "Severity",
      ...(optional ? { optional } : {}),
      ...(incident ? { hint: `Now ${incident.severity}.` } : {}),
    },
    select(severityOptions(config), initial, optional ? "Stays as it is" : "How bad is it?"),
  );
}

export function roleForm(
  config: Configuration,
  target: FormTarget,
  filled: { readonly role?: string; readonly userId?: string | null } = {},
): Modal {
  const held = roles(config).flatMap((role) => {
    const holder = target.incident && holderOf(target.incident, role.name);
    return holder ? [`${role.title} ${person(holder)}`] : [];
  });
  return modal({ callback: "incident.role", title: "Assign a role", submit: "Assign", about: aboutOf(target) }, [
    ...whichIncident(target),
    ...(held.length > 0 ? [context(held.join(" · "))] : []),
    input(
      { name: "role", label: "Role" },
      select(
        roles(config).map((role) => option(role.title, role.name, role.summary)),
        filled.role ?? "commander",
      ),
    ),
    input(
      { name: "person", label: "Person", hint: "Leave empty to free the role.", optional: true },
      userSelect(filled.userId),
    ),
  ]);
}

/** To whom a role is handed; they are asked first. */
export function handoffForm(
  config: Configuration,
  target: FormTarget,
  filled: { readonly role?: string; readonly userId?: string | null } = {},
): Modal {
  return modal(
    { callback: "incident.handoff", title: "Hand a role over", submit: "Ask them", about: aboutOf(target) },
    [
      ...whichIncident(target),
      input(
        { name: "role", label: "Role" },
        select(
          roles(config).map((role) => option(role.title, role.name, role.summary)),
          filled.role ?? "commander",
        ),
      ),
      input({ name: "person", label: "To", hint: "The role moves when they accept." }, userSelect(filled.userId)),
    ],
  );
}

export function noteForm(target: FormTarget, filled: { readonly text?: string } = {}): Modal {
  return modal({ callback: "incident.note", title: "Add to the timeline", submit: "Add", about: aboutOf(target) }, [
    ...whichIncident(target),
    input({ name: "note", label: "Note" }, textInput({ initial: filled.text, multiline: true, focus: true })),
  ]);
}

export function resolveForm(
  target: FormTarget,
  filled: { readonly message?: string; readonly skipWatch?: boolean } = {},
): Modal {
  return modal(
    { callback: "incident.resolve", title: "Resolve the incident", submit: "Resolve", about: aboutOf(target) },
    [
      ...whichIncident(target),
      input(
        { name: "message", label: "What fixed it", optional: true },
        textInput({ initial: filled.message, multiline: true, focus: true }),
      ),
      input(
        { name: "now", label: "Watch over health", optional: true },
        checkbox("Skip it; the text above says why", "now", filled.skipWatch),
      ),
    ],
  );
}

export function reopenForm(target: FormTarget, filled: { readonly message?: string } = {}): Modal {
  return modal(
    { callback: "incident.reopen", title: "Reopen the incident", submit: "Reopen", about: aboutOf(target) },
    [
      ...whichIncident(target),
      input(
        { name: "message", label: "What is back", optional: true },
        textInput({ initial: filled.message, multiline: true, focus: true }),
      ),
    ],
  );
}

export function actionItemForm(
  target: FormTarget,
  filled: { readonly title?: string; readonly about?: About } = {},
): Modal {
  const about = filled.about ?? aboutOf(target);
  return modal({ callback: "incident.action-item", title: "Add an action item", submit: "Add", about }, [
    ...whichIncident(target),
    ...actionItemInputs({ title: filled.title ?? "", ownerId: null, dueOn: null }),
  ]);
}

export function editActionItemForm(item: ActionItem, channelId: string | null): Modal {
  const about = { id: item.id, version: item.version, ...(channelId ? { channel: channelId } : {}) };
  return modal(
    { callback: "incident.action-item.edit", title: "Action item", submit: "Save", about },
    actionItemInputs(item),
  );
}

function actionItemInputs(item: Pick<ActionItem, "title" | "ownerId" | "dueOn">): KnownBlock[] {
  return [
    input({ name: "title", label: "What is to be done" }, textInput({ initial: item.title, multiline: true })),
    input({ name: "owner", label: "Owner", optional: true }, userSelect(item.ownerId)),
    input({ name: "due", label: "Due", optional: true }, dateInput(item.dueOn)),
  ];
}

/** Picks the incident a message of another channel belongs to. */
export function timelineForm(target: FormTarget, about: About): Modal {
  return modal({ callback: "incident.timeline.add", title: "Add to a timeline", submit: "Add", about }, [
    context("The message keeps its own time and a link to where it was written."),
    ...whichIncident(target),
  ]);
}

/** Names the incident, or asks which one. */
export function whichIncident(target: FormTarget): KnownBlock[] {
  const { incident } = target;
  if (incident) return [context(`*${named(incident)}* · ${incident.severity} · ${currentStep(incident).title}`)];
  return [
    input(
      { name: "incident", label: "Incident" },
      select(incidentOptions(target.choices), undefined, "Pick an incident"),
    ),
  ];
}

/** What a form carries: its incident as it was seen, and where the person is. */
export function aboutOf(target: FormTarget): About {
  const { incident, channelId } = target;
  return {
    id: incident?.id ?? "pick",
    ...(incident ? { version: incident.version } : {}),
    ...(channelId ? { channel: channelId } : {}),
  };
}
