import type { KnownBlock } from "@slack/types";
import { type Incident, incidentName } from "../../src/domain/incident/incident.ts";
import type { Access } from "../../src/domain/incident/private.ts";
import {
  actions,
  button,
  context,
  input,
  type Modal,
  modal,
  person,
  type Reply,
  reply,
  section,
  userSelect,
} from "../kit.ts";
import { about, named } from "./phrases.ts";

const mostListed = 40;

/** Who may know of a private incident; each can be taken off, others let in. */
export function accessCard(incident: Incident, list: readonly Access[]): Reply {
  const text = `*${named(incident)}* is private. Who has access:`;
  const blocks: KnownBlock[] = [section(text)];
  for (const { userId, why } of list.slice(0, mostListed)) {
    const remove = button({
      action: "incident.access.remove",
      text: "Take off",
      about: { id: `${incident.id}/${userId}` },
    });
    blocks.push(section(`${person(userId)} · ${why}`, why === "was brought in" ? remove : undefined));
  }
  if (list.length > mostListed) blocks.push(context(`${list.length - mostListed} more.`));
  blocks.push(
    context("Everybody in the channel has access, and whoever looks is in the audit log."),
    actions([
      button({ action: "incident.access", text: "Give access", about: about(incident), style: "primary" }),
      button({ action: "incident.security", text: "Security checklist", about: about(incident) }),
    ]),
  );
  return reply(`${incidentName(incident)}: ${list.map(({ userId }) => person(userId)).join(", ")}`, blocks);
}

/** Lets a person into a private incident. */
export function accessForm(incident: Incident, channelId: string | null): Modal {
  const facts = { id: incident.id, version: incident.version, ...(channelId ? { channel: channelId } : {}) };
  return modal({ callback: "incident.access", title: "Give access", submit: "Give access", about: facts }, [
    context(`*${named(incident)}*`),
    input({ name: "person", label: "Person" }, userSelect()),
  ]);
}

/** Asks before an incident is made private: it cannot be undone. */
export function makePrivateForm(incident: Incident, channelId: string | null): Modal {
  const facts = { id: incident.id, version: incident.version, ...(channelId ? { channel: channelId } : {}) };
  return modal({ callback: "incident.private", title: "Make it private", submit: "Make it private", about: facts }, [
    section(`*${named(incident)}*`),
    section(
      "It gets a private channel. You and everybody who works on it come along: who declared it, holds a role, joined or was brought in. /incident access lists them, lets others in and takes people off. The announcement and everything else posted of it is replaced by a neutral word, and it leaves the status page.",
    ),
    context(
      "The old channel is renamed and archived. Slack keeps what people wrote there readable; only an administrator of the workspace can delete it. This cannot be undone.",
    ),
  ]);
}

/** What the person reads who made it private. */
export function madePrivate(incident: Incident): Reply {
  return reply(
    `${incidentName(incident)} is private now. Its new channel is being made; you and who worked on it will be brought in. /incident access says who has access. Slack keeps what people wrote in the old channel readable until an administrator deletes it.`,
  );
}
