import type { KnownBlock } from "@slack/types";
import type { Configuration } from "../../src/domain/configuration.ts";
import { catalog } from "../../src/domain/incident/affected.ts";
import { type Incident, incidentName } from "../../src/domain/incident/incident.ts";
import {
  type About,
  button,
  checkbox,
  context,
  input,
  type Modal,
  modal,
  momentInput,
  multiSelect,
  option,
  reporting,
  section,
  select,
  textInput,
  userSelect,
} from "../kit.ts";
import { channelOf, named, statusOf } from "./phrases.ts";

export interface DeclareFormFacts {
  readonly config: Configuration;
  /** Where it was asked; for a message the id is its ts. */
  readonly about: About;
  readonly severity?: string | null;
  readonly title?: string;
  readonly summary?: string;
  readonly affected?: readonly string[];
  readonly isPrivate?: boolean;
  readonly isSecurity?: boolean;
  readonly drill?: boolean;
  readonly startedAt?: Date | null;
  readonly resolvedAt?: Date | null;
  readonly isSilent?: boolean;
  readonly isAnnounced?: boolean;
  readonly commanderId?: string | null;
  /** Open incidents that what is filled in so far sounds like. */
  readonly alike?: readonly Incident[];
}

/** The form that declares an incident; whatever is known already is filled in. */
export function declareForm(facts: DeclareFormFacts): Modal {
  const { config } = facts;
  const { alike = [] } = facts;
  const { version: _before, ...opened } = facts.about;
  const about = alike.length > 0 ? { ...opened, version: alikeMark(alike) } : opened;
  const things = catalog(config);
  const affected: KnownBlock[] =
    things.length === 0
      ? []
      : [
          reporting(
            input(
              { name: "affected", label: "What is affected", optional: true },
              multiSelect(
                things.map((item) => option(item.title, item.name, item.kind)),
                facts.affected,
              ),
            ),
            "incident.declare.filled",
          ),
        ];
  return modal(
    {
      callback: "incident.declare",
      title: "Declare an incident",
      submit: "Declare",
      about,
    },
    [
      input(
        { name: "severity", label: "Severity" },
        select(severityOptions(config), facts.severity ?? undefined, "How bad is it?"),
      ),
      reporting(
        input(
          { name: "title", label: "Title" },
          textInput({ initial: facts.title, placeholder: "API returns 500s", focus: true }),
        ),
        "incident.declare.filled",
      ),
      ...affected,
      ...alikeBlocks(alike),
      input(
        { name: "summary", label: "Summary", hint: "What is known so far.", optional: true },
        textInput({ initial: facts.summary, multiline: true }),
      ),
      input(
        { name: "commander", label: "Commander", hint: "Who leads; can be named later.", optional: true },
        userSelect(facts.commanderId),
      ),
      input(
        { name: "private", label: "Private", optional: true },
        checkbox("Only people who are invited see it", "private", facts.isPrivate),
      ),
      input(
        { name: "security", label: "Security", hint: "Private, with a checklist.", optional: true },
        checkbox("It is about security", "security", facts.isSecurity),
      ),
      input(
        { name: "drill", label: "Drill", optional: true },
        checkbox("Marked everywhere, pages nobody, not in the figures", "drill", facts.drill),
      ),
      input(
        { name: "started", label: "Began", hint: "Where that was earlier than now.", optional: true },
        momentInput(facts.startedAt),
      ),
      input(
        { name: "resolved", label: "Over since", hint: "Only for one that is over: nobody is called.", optional: true },
        momentInput(facts.resolvedAt),
      ),
      input(
        { name: "quiet", label: "Quiet", optional: true },
        checkbox("Call nobody, announce nothing", "quiet", facts.isSilent),
      ),
      input(
        { name: "announce", label: "Announce", optional: true },
        checkbox("Announce it although nobody is called", "announce", facts.isAnnounced),
      ),
    ],
  );
}

function alikeBlocks(alike: readonly Incident[]): readonly KnownBlock[] {
  if (alike.length === 0) return [];
  return [
    context("Open already, and alike:"),
    ...alike.map((incident) =>
      section(
        `${named(incident, 80)}\n${incident.severity} · ${statusOf(incident)}`,
        button({
          action: "incident.declare.join",
          text: "Join instead",
          about: { id: incident.id },
          label: `Join ${incidentName(incident)} instead`,
        }),
      ),
    ),
  ];
}

/** A number for which incidents a form names, so that it is drawn anew only when they change; 0 for none. */
export function alikeMark(alike: readonly Pick<Incident, "number">[]): number {
  return alike.reduce((mark, { number }) => (mark * 100_003 + number) % 2_147_483_647, 0);
}

/** What stands where the form stood once somebody chose to join another incident instead. */
export function joinedInstead(incident: Incident): Modal {
  return modal({ callback: "tocsin.read", title: "Join", close: "Close" }, [
    section(`You are being added to *${named(incident)}*, in ${channelOf(incident)}. Nothing was declared.`),
  ]);
}

export function severityOptions(config: Configuration): ReturnType<typeof option>[] {
  return config.severities.map((severity) => option(severity.name, severity.name, severity.summary));
}
