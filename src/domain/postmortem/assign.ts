import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { maySee } from "../incident/access.ts";
import { type Incident, incidentName } from "../incident/incident.ts";
import type { App } from "../ports.ts";
import { cardOf } from "./checklist.ts";
import type { Postmortem } from "./postmortem.ts";
import { templateNamed } from "./settings.ts";

/** Gives sections, or with "all" the post-mortem itself, to somebody; they are told by direct message. */
export async function assignSections(
  app: App,
  postmortem: Postmortem,
  incident: Incident,
  facts: { readonly sections: readonly string[]; readonly ownerId: string | null; readonly dueOn: string | null },
  by: Caller,
): Promise<void> {
  const { sections } = templateNamed(app.config.postmortem, postmortem.template);
  const whole = facts.sections.includes("all");
  const chosen = sections.filter((one) => facts.sections.includes(one.id));
  if (chosen.length === 0 && !whole)
    throw new Refusal("missing_argument", "Pick what is given to somebody.", null, "sections");
  const { ownerId, dueOn } = facts;
  if (whole && ownerId === null) throw new Refusal("missing_argument", "A post-mortem has one owner.", null, "owner");
  if (ownerId !== null && !(await maySee(app, incident, ownerId)))
    throw new Refusal(
      "not_possible",
      `<@${ownerId}> has no access to ${incidentName(incident)}.`,
      "Invite them to its channel first.",
      "owner",
    );
  for (const section of chosen) {
    if (ownerId === null) await app.postmortemWork.unassign(postmortem.id, section.id);
    else await app.postmortemWork.assign({ postmortemId: postmortem.id, section: section.id, ownerId, dueOn });
  }
  const changed = whole && ownerId !== null ? await app.postmortems.update(postmortem, { ownerId }) : postmortem;
  const what = [...(whole ? ["the whole"] : []), ...chosen.map((one) => one.title)].join(", ");
  if (ownerId !== null && ownerId !== by.userId) {
    await app.outbox.add(
      {
        kind: "message",
        view: "postmortem.assigned",
        subject: `${postmortem.id}:${ownerId}`,
        place: { user: ownerId },
        once: `postmortem-assigned:${postmortem.id}:${ownerId}:${app.now.toISOString()}`,
      },
      "answer",
    );
  }
  await app.audit.add({
    actor: by.userId,
    action: "postmortem.assigned",
    subject: incidentName(incident),
    details: { sections: what, owner: ownerId ?? "nobody", due: dueOn ?? "" },
  });
  await app.outbox.add(cardOf(changed), "answer");
}
