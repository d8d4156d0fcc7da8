import type { KnownBlock } from "@slack/types";
import type { Configuration } from "../../src/domain/configuration.ts";
import { catalog } from "../../src/domain/incident/affected.ts";
import {
  type About,
  checkbox,
  input,
  type Modal,
  modal,
  momentInput,
  multiSelect,
  option,
  select,
  textInput,
  userSelect,
} from "../kit.ts";

export interface DeclareFormFacts {
  readonly config: Configuration;
  /** Where it was asked; for a message the id is its ts. */
  readonly about: About;
  readonly severity?: string | null;
  readonly title?: string;
  readonly summary?: string;
  readonly isPrivate?: boolean;
  readonly isSecurity?: boolean;
  readonly drill?: boolean;
  readonly startedAt?: Date | null;
  readonly resolvedAt?: Date | null;
  readonly isSilent?: boolean;
  readonly isAnnounced?: boolean;
}

/** The form that declares an incident; whatever is known already is filled in. */
export function declareForm(facts: DeclareFormFacts): Modal {
  const { config } = facts;
  const things = catalog(config);
  const affected: KnownBlock[] =
    things.length === 0
      ? []
      : [
          input(
            { name: "affected", label: "What is affected", optional: true },
            multiSelect(things.map((item) => option(item.title, item.name, item.kind))),
          ),
        ];
  return modal({ callback: "incident.declare", title: "Declare an incident", submit: "Declare", about: facts.about }, [
    input(
      { name: "severity", label: "Severity" },
      select(severityOptions(config), facts.severity ?? undefined, "How bad is it?"),
    ),
    input(
      { name: "title", label: "Title" },
      textInput({ initial: facts.title, placeholder: "API returns 500s", focus: true }),
    ),
    ...affected,
    input(
      { name: "summary", label: "Summary", hint: "What is known so far.", optional: true },
      textInput({ initial: facts.summary, multiline: true }),
    ),
    input(
      { name: "commander", label: "Commander", hint: "Who leads; can be named later.", optional: true },
      userSelect(),
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
  ]);
}

export function severityOptions(config: Configuration): ReturnType<typeof option>[] {
  return config.severities.map((severity) => option(severity.name, severity.name, severity.summary));
}
