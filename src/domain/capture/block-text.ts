import { escapeMrkdwn } from "../text.ts";

type Payload = Readonly<Record<string, unknown>>;

/**
 * What a message's blocks say, as mrkdwn, a line for each; empty where they say nothing in words. Buttons and images
 * say nothing. Source: docs.slack.dev/reference/block-kit/blocks
 */
export function blockText(blocks: unknown): string {
  return list(blocks)
    .map((block) => ofBlock(record(block)))
    .filter((text) => text !== "")
    .join("\n");
}

function ofBlock(block: Payload): string {
  switch (block.type) {
    case "section":
      return lines([block.text, ...list(block.fields)].map(ofText));
    case "header":
      return ofText(block.text);
    case "context":
      return list(block.elements).map(ofText).filter(Boolean).join(" ");
    case "markdown":
      return escapeMrkdwn(word(block.text));
    case "rich_text":
      return lines(list(block.elements).map((one) => ofRichText(record(one))));
    default:
      return "";
  }
}

function ofText(value: unknown): string {
  const text = record(value);
  if (text.type === "mrkdwn") return word(text.text);
  return text.type === "plain_text" ? escapeMrkdwn(word(text.text)) : "";
}

function ofRichText(element: Payload): string {
  const parts = list(element.elements).map(record);
  switch (element.type) {
    case "rich_text_list":
      return lines(parts.map((part) => `• ${ofRichText(part)}`));
    case "rich_text_preformatted":
      return `\`\`\`\n${parts.map(ofLeaf).join("")}\n\`\`\``;
    default:
      return parts.map(ofLeaf).join("");
  }
}

function ofLeaf(leaf: Payload): string {
  const text = escapeMrkdwn(word(leaf.text));
  switch (leaf.type) {
    case "text":
      return text;
    case "link":
      return text ? `<${word(leaf.url)}|${text}>` : `<${word(leaf.url)}>`;
    case "user":
      return `<@${word(leaf.user_id)}>`;
    case "channel":
      return `<#${word(leaf.channel_id)}>`;
    case "usergroup":
      return `<!subteam^${word(leaf.usergroup_id)}>`;
    case "broadcast":
      return `<!${word(leaf.range)}>`;
    case "emoji":
      return `:${word(leaf.name)}:`;
    case "date":
      return escapeMrkdwn(word(leaf.fallback));
    default:
      return text;
  }
}

function lines(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("\n");
}

function word(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function record(value: unknown): Payload {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Payload) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
