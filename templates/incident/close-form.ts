import type { KnownBlock } from "@slack/types";
import type { Configuration } from "../../src/domain/configuration.ts";
import { catalog } from "../../src/domain/incident/affected.ts";
import type { CloseField } from "../../src/domain/incident/close-fields.ts";
import { inWords } from "../../src/domain/incident/closing.ts";
import type { Incident } from "../../src/domain/incident/incident.ts";
import { context, input, type Modal, modal, momentInput, multiSelect, option, textInput, userSelect } from "../kit.ts";
import { aboutOf, whichIncident } from "./forms.ts";

/** Takes what the incident's severity asks for before it is closed, and names it; the post-mortem is published elsewhere. */
export function closeForm(
  config: Configuration,
  incident: Incident,
  facts: { readonly channelId: string | null; readonly missing: readonly CloseField[] },
): Modal {
  const target = { incident, choices: [], channelId: facts.channelId };
  const { missing } = facts;
  const later = missing.includes("postmortem");
  return modal(
    {
      callback: "incident.close",
      title: "Close the incident",
      submit: later ? "Save" : "Close it",
      about: aboutOf(target),
    },
    [
      ...whichIncident(target),
      context(`${incident.severity} is closed only with ${inWords(missing)}.`),
      ...missing.flatMap((field) => inputFor(config, incident, field)),
      ...(later ? [context("What you write is kept. Publish the post-mortem, then close it.")] : []),
    ],
  );
}

function inputFor(config: Configuration, incident: Incident, field: CloseField): KnownBlock[] {
  switch (field) {
    case "summary":
      return [input({ name: field, label: "Summary" }, textInput({ multiline: true }))];
    case "cause":
      return [input({ name: field, label: "Cause", hint: "Why it happened." }, textInput({ multiline: true }))];
    case "impact":
      return [
        input(
          { name: field, label: "Impact", hint: "Who was hurt, how much, how long." },
          textInput({ multiline: true }),
        ),
      ];
    case "resolution": {
      // The last update is often just that; people put it right.
      const initial = incident.lastUpdate ?? undefined;
      return [
        input({ name: field, label: "Resolution", hint: "What ended it." }, textInput({ initial, multiline: true })),
      ];
    }
    case "affected":
      return [
        input(
          { name: field, label: "What is affected" },
          multiSelect(
            catalog(config).map((item) => option(item.title, item.name, item.kind)),
            [],
          ),
        ),
      ];
    case "commander":
      return [input({ name: field, label: "Commander", hint: "Who led it." }, userSelect())];
    case "mitigated":
      return [
        input(
          { name: field, label: "Mitigated", hint: "When the harm was over." },
          momentInput(incident.times.resolvedAt),
        ),
      ];
    case "postmortem":
      return [];
  }
}
