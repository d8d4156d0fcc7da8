import type { KnownBlock } from "@slack/types";
import type { Configuration } from "../../src/domain/configuration.ts";
import { type Milestone, milestones, nextSteps } from "../../src/domain/incident/phases.ts";
import {
  type PublicImpact,
  type PublicIncident,
  publicImpacts,
  type StatusPageSettings,
} from "../../src/domain/status-page/page.ts";
import {
  checkbox,
  divider,
  input,
  type Modal,
  modal,
  multiSelect,
  option,
  section,
  select,
  textInput,
} from "../kit.ts";
import { stateWords } from "../status-page/words.ts";
import { severityOptions } from "./declare-form.ts";
import { aboutOf, type FormTarget, whichIncident } from "./forms.ts";
import { statusOf } from "./phrases.ts";

export interface UpdateFilled {
  readonly step?: string;
  readonly severity?: string;
  readonly message?: string;
  readonly next?: string;
  /** Whose template the message was begun with: the input gets another name, so that Slack shows the new text. */
  readonly template?: Milestone;
}

/** What goes on the status page, where there is one and the incident may be on it. */
export interface PublicPart {
  readonly settings: StatusPageSettings;
  /** What is on it already. */
  readonly before: PublicIncident | null;
  readonly components: readonly string[];
  readonly impact: PublicImpact;
}

/** The input's name when a template began the message. */
export function messageName(template: Milestone | undefined): string {
  return template ? `message:${template}` : "message";
}

/** Every name the message's input may have. */
export const messageNames: readonly string[] = ["message", ...milestones.map((one) => messageName(one))];

/** Status, severity, message, when the next update comes, and whether it is public; what is left empty stays as it is. */
export function updateForm(
  config: Configuration,
  target: FormTarget,
  filled: UpdateFilled = {},
  publicPart: PublicPart | null = null,
): Modal {
  const { incident } = target;
  const offered = incident
    ? nextSteps(config.phases, incident)
    : config.phases.filter(({ milestone }) => milestone !== "detected" && milestone !== "closed");
  const status = input(
    {
      name: "status",
      label: "Status",
      optional: true,
      action: "incident.update.status",
      ...(incident ? { hint: `Now ${statusOf(incident)}.` } : {}),
    },
    select(
      offered.map((step) => option(step.title, step.name)),
      filled.step,
      "Stays as it is",
    ),
  );
  const message = input(
    {
      name: messageName(filled.template),
      label: "Message",
      hint: "What changed, and what happens next.",
      optional: true,
    },
    textInput({ initial: filled.message, multiline: true, focus: true }),
  );
  return modal({ callback: "incident.update", title: "Post an update", submit: "Post", about: aboutOf(target) }, [
    ...whichIncident(target),
    message,
    ...(offered.length > 0 ? [status] : []),
    input(
      {
        name: "severity",
        label: "Severity",
        optional: true,
        ...(incident ? { hint: `Now ${incident.severity}.` } : {}),
      },
      select(severityOptions(config), filled.severity, "Stays as it is"),
    ),
    input(
      { name: "next", label: "Next update in", optional: true },
      select(
        [15, 30, 60, 120, 240].map((minutes) =>
          option(minutes < 60 ? `${minutes} minutes` : `${minutes / 60} h`, String(minutes)),
        ),
        filled.next,
        "As the severity asks",
      ),
    ),
    ...(publicPart
      ? [
          divider(),
          input(
            { name: "publish", label: "Status page", optional: true },
            checkbox("Publish this on the status page too", "publish"),
          ),
          ...publicInputs(publicPart, true),
        ]
      : []),
  ]);
}

/** Only the status page: for what is written for the public alone, and for what was left behind. */
export function publishForm(target: FormTarget, publicPart: PublicPart, text: string): Modal {
  return modal({ callback: "incident.publish", title: "Status page", submit: "Publish", about: aboutOf(target) }, [
    ...whichIncident(target),
    section("Everybody can read this. Nothing else of the incident is shown."),
    ...publicInputs(publicPart, false, text),
  ]);
}

function publicInputs(
  { settings, before, components, impact }: PublicPart,
  optional: boolean,
  text = "",
): KnownBlock[] {
  return [
    input(
      {
        name: "public_title",
        label: "Public title",
        hint: "For everybody to read; the incident's own title stays inside.",
        optional,
      },
      textInput({ initial: before?.title, max: 150 }),
    ),
    input(
      {
        name: "public_text",
        label: "Public text",
        ...(optional ? { hint: "Left empty: the message above, word for word.", optional } : {}),
      },
      textInput({ initial: text, multiline: true }),
    ),
    input(
      { name: "public_components", label: "Components", optional: true },
      multiSelect(
        settings.components.map((one) => option(one.title, one.name)),
        before?.components ?? components,
      ),
    ),
    input(
      { name: "public_impact", label: "What users notice", optional: true },
      select(
        publicImpacts.map((one) => option(stateWords[one], one)),
        before?.impact ?? impact,
      ),
    ),
  ];
}
