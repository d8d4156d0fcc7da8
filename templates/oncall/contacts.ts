import type { contactsFor } from "../../src/domain/oncall/contacts.ts";
import { context, cut, inert, person, type Reply, reply, section } from "../kit.ts";

type Found = Awaited<ReturnType<typeof contactsFor>>;

/** A message holds fifty blocks. */
const mostShown = 40;

/** Whom to turn to, to one person. */
export function contactList({ contacts, nearest, all }: Found, words: string): Reply {
  if (all === 0) return reply("No contacts are written here for you. They stand under contacts: in the configuration.");
  if (contacts.length === 0) {
    const meant = nearest.length > 0 ? ` Did you mean ${nearest.map(inert).join(" or ")}?` : "";
    return reply(`No contact has “${inert(cut(words, 80))}”.${meant} Type \`/oncall contacts\` for all ${all}.`);
  }
  const shown = contacts.slice(0, mostShown);
  const more = contacts.length - shown.length;
  const title = words ? `Contacts for “${inert(cut(words, 80))}”` : "Contacts";
  return reply(`${title}: ${shown.map(({ role }) => role).join(", ")}`, [
    section(`*${title}*`),
    ...shown.map((one) => section(contactText(one))),
    ...(more > 0 ? [context(`${more} more: name a role or a service.`)] : []),
  ]);
}

function contactText({
  role,
  name,
  person: who,
  userIds,
  reach,
  availability,
  about,
  note,
}: Found["contacts"][number]) {
  const inSlack =
    userIds.length > 0 ? userIds.map((id) => person(id)).join(", ") : who ? `${inert(who)} (not found in Slack)` : "";
  const people = [inert(name ?? ""), inSlack].filter(Boolean).join(", ");
  return [
    `*${inert(role)}*${people ? `: ${people}` : ""}`,
    reach.map(reachable).join(" · "),
    availability ? `Available: ${inert(availability)}` : "",
    about.length > 0 ? `For: ${about.map(inert).join(", ")}` : "",
    note ? `_${inert(note)}_` : "",
  ]
    .filter(Boolean)
    .join("\n");
}

/** What a phone can be tapped on is a link. */
function reachable(way: string): string {
  if (/^https?:\/\/[^\s<>|]+$/.test(way)) return `<${way}>`;
  if (/^[^@\s<>|]+@[^@\s<>|]+\.[^@\s<>|]+$/.test(way)) return `<mailto:${way}|${way}>`;
  const digits = way.replace(/[\s().-]/g, "");
  return /^\+?\d{5,15}$/.test(digits) ? `<tel:${digits}|${inert(way)}>` : inert(way);
}
