import { incidentName } from "../../src/domain/incident/incident.ts";
import type { PostmortemFacts } from "../../src/domain/postmortem/facts.ts";
import {
  type DifferenceLine,
  difference,
  publicFacts,
  publicText,
  textSeal,
} from "../../src/domain/postmortem/public.ts";
import type { PublicSettings } from "../../src/domain/postmortem/settings.ts";
import { context, cut, inert, type Modal, modal, section } from "../kit.ts";
import { postmortemMarkdown } from "./document.ts";

/** The post-mortem for people outside, as Markdown. */
export function publicMarkdown(facts: PostmortemFacts, settings: PublicSettings): string {
  return publicText(postmortemMarkdown(publicFacts(facts, settings)), facts, settings);
}

const perBlock = 2800;
const mostBlocks = 80;

/** What the public edition leaves out and says instead, before it is made; `changed` when it is another than was seen. */
export function publicForm(facts: PostmortemFacts, settings: PublicSettings, changed = false): Modal {
  const text = publicMarkdown(facts, settings);
  const lines = difference(postmortemMarkdown(facts), text).flatMap((one) => {
    const said = asRead(one.text);
    return said === "" ? [] : [{ ...one, text: said }];
  });
  const { blocks, left } = laidOut(lines);
  const { postmortem, incident } = facts;
  return modal(
    {
      callback: "postmortem.public",
      title: "Public edition",
      submit: "Make it",
      about: {
        id: `${postmortem.id}:${textSeal(text)}`,
        version: postmortem.version,
        ...(incident.channelId ? { channel: incident.channelId } : {}),
      },
    },
    [
      section(
        `${changed ? "*It changed since you looked; read it again.* " : ""}What people outside would read of ${incidentName(incident)}, against what you have: people by their roles, inner names by public ones, no links, no operations, no images. :heavy_minus_sign: goes, :heavy_plus_sign: comes instead.`,
      ),
      ...blocks.map((block) => section(block)),
      context(
        `${lines.length} lines differ${left > 0 ? `; ${left} of them are not shown here` : ""}. Files of it are put into this channel; nothing is sent anywhere else.`,
      ),
    ],
  );
}

/** A line of Markdown as it is read: without its marks, the cells of a table beside each other; empty for a rule. */
function asRead(text: string): string {
  if (/^\|(\s*:?-+:?\s*\|)+\s*$/.test(text)) return "";
  return text
    .replace(/^#+\s+/, "")
    .replace(/^\|\s*|\s*\|$/g, "")
    .replaceAll(" | ", " · ")
    .replaceAll("**", "")
    .replace(/\\([\\`*_{}[\]<>|~#+-])/g, "$1")
    .trim();
}

function laidOut(lines: readonly DifferenceLine[]): { readonly blocks: readonly string[]; readonly left: number } {
  const blocks: string[] = [];
  let block = "";
  for (const [index, one] of lines.entries()) {
    const mark = one.kind === "removed" ? ":heavy_minus_sign:" : ":heavy_plus_sign:";
    const said = `${mark} ${inert(cut(one.text, 500))}`;
    if (block.length + said.length > perBlock) {
      blocks.push(block);
      block = "";
      if (blocks.length >= mostBlocks) return { blocks, left: lines.length - index };
    }
    block += `${block === "" ? "" : "\n"}${said}`;
  }
  return { blocks: block === "" ? blocks : [...blocks, block], left: 0 };
}
