import type { Configuration } from "../../src/domain/configuration.ts";
import { affectedTitles, catalog } from "../../src/domain/incident/affected.ts";
import { type Details, detailsVersion } from "../../src/domain/incident/details.ts";
import type { Incident } from "../../src/domain/incident/incident.ts";
import {
  context,
  inert,
  input,
  type Modal,
  modal,
  moment,
  momentInput,
  multiSelect,
  option,
  textInput,
} from "../kit.ts";
import { named } from "./phrases.ts";

/** Title, summary, what is affected, when it began. With `typed`, what somebody typed while another changed it. */
export function detailsForm(
  config: Configuration,
  incident: Incident,
  facts: { readonly channelId: string | null; readonly typed?: Details },
): Modal {
  const filled: Details = facts.typed ?? { ...incident, startedAt: incident.times.startedAt };
  const things = catalog(config);
  const about = {
    id: incident.id,
    version: detailsVersion(incident),
    ...(facts.channelId ? { channel: facts.channelId } : {}),
  };
  return modal({ callback: "incident.details", title: "Incident details", submit: "Save", about }, [
    ...(facts.typed ? [context(changedMeanwhile(config, incident))] : []),
    input({ name: "title", label: "Title" }, textInput({ initial: filled.title })),
    ...(things.length === 0
      ? []
      : [
          input(
            { name: "affected", label: "What is affected", optional: true },
            multiSelect(
              things.map((item) => option(item.title, item.name, item.kind)),
              filled.affected,
            ),
          ),
        ]),
    input(
      { name: "summary", label: "Summary", optional: true },
      textInput({ initial: filled.summary, multiline: true }),
    ),
    input({ name: "started", label: "Began" }, momentInput(filled.startedAt)),
  ]);
}

function changedMeanwhile(config: Configuration, incident: Incident): string {
  const affected = affectedTitles(config, incident.affected).join(", ") || "nothing of the catalog";
  return `Somebody changed this while your form was open. It is now *${named(incident)}*, affecting ${inert(affected)}, begun ${moment(
    incident.times.startedAt,
  )}. Save again to put yours in its place.`;
}
