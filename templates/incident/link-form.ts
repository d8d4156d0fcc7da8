import type { Incident } from "../../src/domain/incident/incident.ts";
import { context, input, type Modal, modal, option, select } from "../kit.ts";
import { incidentOptions } from "./answers.ts";
import { aboutOf, type FormTarget, whichIncident } from "./forms.ts";

const relations = [
  option("They belong together", "related", "Both stay as they are and point to each other"),
  option("It goes on in the other one", "merged", "This one is closed; its people come along"),
  option("It is a duplicate of the other one", "duplicate", "This one is closed and not counted"),
  option("They no longer belong together", "unlink", "The link is taken away"),
];

/** How an incident stands to another one. */
export function linkForm(
  target: FormTarget,
  others: readonly Incident[],
  relation: "related" | "merged" | "duplicate",
  known: Incident | null = null,
): Modal {
  const about = aboutOf(target);
  const listed = known && !others.some(({ id }) => id === known.id) ? [known, ...others] : others;
  if (listed.length === 0) {
    return modal({ callback: "incident.link", title: "Link incidents", close: "Close", about }, [
      context("There is no other incident."),
    ]);
  }
  return modal({ callback: "incident.link", title: "Link incidents", submit: "Save", about }, [
    ...whichIncident(target),
    input({ name: "relation", label: "How" }, select(relations, relation)),
    input(
      { name: "other", label: "The other incident" },
      select(incidentOptions(listed), known?.id, "Pick an incident"),
    ),
  ]);
}
