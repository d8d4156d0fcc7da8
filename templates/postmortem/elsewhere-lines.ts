import type { KnownBlock } from "@slack/types";
import type { Counterpart } from "../../src/domain/counterpart/counterpart.ts";
import { type DestinationId, destinationTitles } from "../../src/domain/postmortem/elsewhere.ts";
import type { PostmortemFacts } from "../../src/domain/postmortem/facts.ts";
import { button, cut, inert, section } from "../kit.ts";

/** Where the post-mortem is kept outside Slack: one line for each place, with the way on where it did not get there. */
export function elsewhereLines({ elsewhere = [], incident, postmortem }: PostmortemFacts): readonly KnownBlock[] {
  return elsewhere.map((one) => {
    const title = destinationTitles[one.service as DestinationId];
    // A page is known there by an id that says nothing to people; a folder by its path.
    const link = one.url
      ? `<${one.url}|${one.service === "git" ? inert(one.key ?? "there") : "open it"}>`
      : inert(one.key ?? "there");
    const edition = one.seal ? `edition ${one.seal}` : "";
    const about = {
      id: `${postmortem.id}:${one.service}`,
      ...(incident.channelId ? { channel: incident.channelId } : {}),
    };
    if (one.state === "failed") return section(`*${title}*: ${failedWords(one)}`, wayOn(one, title, about));
    const isPast = one.seal !== null && one.seal !== String(postmortem.edition);
    const trouble = one.trouble ? `\n:warning: ${inert(cut(one.trouble, 300))}` : "";
    if (one.state === "asked" || isPast) {
      const before = edition ? `; ${edition} is there: ${link}` : "";
      return section(`*${title}*: edition ${postmortem.edition} is on its way${before}${trouble}`);
    }
    const stays = incident.isPrivate ? "\nThe incident is private: who can read there can read it." : "";
    return section(`*${title}*: ${[link, edition].filter(Boolean).join(", ")}${trouble}${stays}`);
  });
}

function failedWords(one: Counterpart): string {
  const said = inert(cut(one.trouble ?? "it was not taken", 300));
  const link = one.url && one.status !== "gone" ? ` (<${one.url}|look>)` : "";
  const kept = one.status === "changed" ? " What they wrote is kept, and this edition is not there." : "";
  return `:warning: ${said}${link}${kept}`;
}

function wayOn(one: Counterpart, title: string, about: { readonly id: string }) {
  if (one.status !== "changed") {
    const text = one.status === "gone" ? "Make it anew" : "Try again";
    return button({ action: "postmortem.keep-again", text, about, label: `${text}: ${title}` });
  }
  return button({
    action: "postmortem.write-over",
    text: "Write over it",
    about,
    label: `Write over it: ${title}`,
    confirm: {
      title: `Write over it in ${title}?`,
      text: `What people changed there gives way to this edition. It stays in the history of ${title}; carry over what is still true first.`,
      yes: "Write over it",
      no: "Leave it",
    },
  });
}
