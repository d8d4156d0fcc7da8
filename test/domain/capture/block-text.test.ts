import { describe, expect, test } from "vitest";
import { bodyOf } from "../../../src/domain/capture/post.ts";

const words = [
  { type: "header", text: { type: "plain_text", text: "Disk <full>" } },
  {
    type: "section",
    text: { type: "mrkdwn", text: "*db-1* at 97 %" },
    fields: [{ type: "mrkdwn", text: "*Since* 12:00" }],
    accessory: { type: "button", action_id: "a", text: { type: "plain_text", text: "Silence" } },
  },
  {
    type: "rich_text",
    elements: [
      {
        type: "rich_text_section",
        elements: [
          { type: "user", user_id: "U0BEN" },
          { type: "text", text: " look & " },
          { type: "link", url: "https://x.test", text: "here" },
          { type: "emoji", name: "eyes" },
        ],
      },
      {
        type: "rich_text_list",
        elements: [{ type: "rich_text_section", elements: [{ type: "text", text: "one" }] }],
      },
      { type: "rich_text_preformatted", elements: [{ type: "text", text: "df -h" }] },
    ],
  },
  {
    type: "context",
    elements: [
      { type: "mrkdwn", text: "from" },
      { type: "plain_text", text: "Grafana" },
    ],
  },
  { type: "actions", elements: [{ type: "button", action_id: "b", text: { type: "plain_text", text: "Ack" } }] },
];
const said = `Disk &lt;full&gt;
*db-1* at 97 %
*Since* 12:00
<@U0BEN> look &amp; <https://x.test|here>:eyes:
• one
\`\`\`
df -h
\`\`\`
from Grafana`;

describe("what a message says", () => {
  test("is its text, whatever its blocks say beside it", () => {
    expect(bodyOf({ text: "Disk full on db-1", blocks: words })).toBe("Disk full on db-1");
  });

  test("is read from its blocks where an app gave no text, and Slack's words for that count as none", () => {
    expect(bodyOf({ text: "", blocks: words })).toBe(said);
    expect(bodyOf({ text: "This content can't be displayed.", blocks: words })).toBe(said);
    expect(bodyOf({ attachments: [{ color: "#f00", blocks: words, fallback: "[no preview available]" }] })).toBe(said);
  });

  test("is nothing where there is nothing to read, and no odd block breaks it", () => {
    expect(bodyOf({})).toBe("");
    expect(bodyOf({ blocks: [null, 7, { type: "section" }, { type: "rich_text", elements: "x" }] })).toBe("");
  });
});
