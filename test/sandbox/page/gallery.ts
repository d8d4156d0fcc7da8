import type { KnownBlock, ModalView } from "@slack/types";

const plain = (text: string) => ({ type: "plain_text" as const, text });
const option = (text: string, value = text.toLowerCase()) => ({ text: plain(text), value });

/** A card as the bot draws one: header, fields, accessory, context, buttons with a confirm dialog. */
export const card: KnownBlock[] = [
  { type: "header", text: plain(":rotating_light: INC-42 API returns 500s") },
  {
    type: "section",
    block_id: "facts",
    fields: [
      { type: "mrkdwn", text: "*Severity*\nSEV2" },
      { type: "mrkdwn", text: "*Status*\nInvestigating" },
      { type: "mrkdwn", text: "*Commander*\n<@U0ANA>" },
      { type: "mrkdwn", text: "*Since*\n<!date^1767225600^{date_short_pretty} at {time}|earlier>" },
    ],
  },
  {
    type: "section",
    block_id: "severity",
    text: {
      type: "mrkdwn",
      text: "Customers get `500` on checkout. See <#C0OPS> and <https://status.example|the status page>.",
    },
    accessory: {
      type: "static_select",
      action_id: "choose_severity",
      placeholder: plain("Severity"),
      options: [option("SEV1"), option("SEV2"), option("SEV3")],
      initial_option: option("SEV2"),
    },
  },
  { type: "divider" },
  {
    type: "actions",
    block_id: "buttons",
    elements: [
      { type: "button", action_id: "update", text: plain("Post update"), style: "primary", value: "42" },
      { type: "button", action_id: "note", text: plain("Add note"), value: "42" },
      {
        type: "button",
        action_id: "resolve",
        text: plain("Resolve"),
        style: "danger",
        value: "42",
        confirm: {
          title: plain("Resolve INC-42?"),
          text: plain("Everyone in the channel is told."),
          confirm: plain("Resolve it"),
          deny: plain("Not yet"),
          style: "danger",
        },
      },
      {
        type: "overflow",
        action_id: "more",
        options: [option("Hand over", "hand"), option("Change severity", "severity")],
      },
    ],
  },
  { type: "context", elements: [{ type: "mrkdwn", text: "Declared by <@U0ANA> · :pushpin: adds to the timeline" }] },
];

/** What else a message may hold. */
export const gallery: KnownBlock[] = [
  {
    type: "rich_text",
    elements: [
      {
        type: "rich_text_section",
        elements: [
          { type: "text", text: "Bold", style: { bold: true } },
          { type: "text", text: ", " },
          { type: "text", text: "code", style: { code: true } },
          { type: "text", text: " and " },
          { type: "user", user_id: "U0BEN" },
          { type: "text", text: " " },
          { type: "emoji", name: "tada" },
        ],
      },
      {
        type: "rich_text_list",
        style: "ordered",
        elements: [
          { type: "rich_text_section", elements: [{ type: "text", text: "Roll back" }] },
          { type: "rich_text_section", elements: [{ type: "text", text: "Scale out" }] },
        ],
      },
      { type: "rich_text_preformatted", elements: [{ type: "text", text: "aws ecs describe-services" }] },
      { type: "rich_text_quote", elements: [{ type: "text", text: "It was the connection pool." }] },
    ],
  },
  {
    type: "markdown",
    text: "## Findings\n\n1. **Pool** exhausted\n2. ~~Network~~\n\n| Service | Before | After |\n|---|---:|---:|\n| backend | 4 | 6 |",
  },
  {
    type: "table",
    rows: [
      [
        { type: "raw_text", text: "Service" },
        { type: "raw_text", text: "Tasks" },
      ],
      [
        { type: "raw_text", text: "waooaw-backend" },
        { type: "raw_text", text: "6" },
      ],
    ],
    column_settings: [{ align: "left" }, { align: "right" }],
  },
];

export const chart = {
  type: "data_visualization",
  title: "Requests and errors",
  chart: {
    type: "line",
    series: [
      {
        name: "Requests",
        data: ["10:00", "10:05", "10:10", "10:15"].map((label, at) => ({
          label,
          value: [420, 480, 430, 510][at] ?? 0,
        })),
      },
      {
        name: "Errors",
        data: ["10:00", "10:05", "10:10", "10:15"].map((label, at) => ({ label, value: [2, 80, 190, 12][at] ?? 0 })),
      },
    ],
    axis_config: { categories: ["10:00", "10:05", "10:10", "10:15"], x_label: "Time", y_label: "per second" },
  },
};

/** The form of a declaration. */
export const declareForm: ModalView = {
  type: "modal",
  callback_id: "declare",
  title: plain("Declare an incident"),
  submit: plain("Declare"),
  close: plain("Cancel"),
  notify_on_close: true,
  blocks: [
    {
      type: "input",
      block_id: "title",
      label: plain("Title"),
      element: { type: "plain_text_input", action_id: "value", placeholder: plain("What is wrong?"), max_length: 80 },
    },
    {
      type: "input",
      block_id: "severity",
      label: plain("Severity"),
      element: {
        type: "static_select",
        action_id: "value",
        placeholder: plain("Choose one"),
        option_groups: [
          { label: plain("Pages people"), options: [option("SEV1"), option("SEV2")] },
          { label: plain("Can wait"), options: [option("SEV3")] },
        ],
      },
    },
    {
      type: "input",
      block_id: "service",
      label: plain("What is affected"),
      optional: true,
      dispatch_action: true,
      element: {
        type: "external_select",
        action_id: "service",
        min_query_length: 0,
        placeholder: plain("Find a service"),
      },
    },
    {
      type: "input",
      block_id: "summary",
      label: plain("Summary"),
      optional: true,
      hint: plain("What people see, and since when"),
      element: { type: "plain_text_input", action_id: "value", multiline: true },
    },
    {
      type: "input",
      block_id: "commander",
      label: plain("Commander"),
      optional: true,
      element: { type: "users_select", action_id: "value", placeholder: plain("Find a person") },
    },
    {
      type: "input",
      block_id: "flags",
      label: plain("Options"),
      optional: true,
      element: {
        type: "checkboxes",
        action_id: "value",
        options: [
          { text: plain("Private"), value: "private", description: plain("Only those invited see it") },
          { text: plain("Page on-call"), value: "page" },
        ],
      },
    },
    {
      type: "actions",
      block_id: "links",
      elements: [{ type: "button", action_id: "explain", text: plain("What is a SEV2?") }],
    },
  ],
};

/** One input of every kind. */
export const everyInput: ModalView = {
  type: "modal",
  callback_id: "every_input",
  title: plain("Every input"),
  submit: plain("Send"),
  blocks: [
    {
      type: "input",
      block_id: "number",
      label: plain("Number"),
      element: { type: "number_input", action_id: "a", is_decimal_allowed: false, min_value: "1", max_value: "8" },
    },
    {
      type: "input",
      block_id: "email",
      label: plain("Email"),
      optional: true,
      element: { type: "email_text_input", action_id: "a" },
    },
    {
      type: "input",
      block_id: "url",
      label: plain("Address"),
      optional: true,
      element: { type: "url_text_input", action_id: "a" },
    },
    {
      type: "input",
      block_id: "date",
      label: plain("Due"),
      optional: true,
      element: { type: "datepicker", action_id: "a", initial_date: "2026-11-30" },
    },
    {
      type: "input",
      block_id: "time",
      label: plain("At"),
      optional: true,
      element: { type: "timepicker", action_id: "a" },
    },
    {
      type: "input",
      block_id: "moment",
      label: plain("Moment"),
      optional: true,
      element: { type: "datetimepicker", action_id: "a" },
    },
    {
      type: "input",
      block_id: "radio",
      label: plain("Impact"),
      optional: true,
      element: { type: "radio_buttons", action_id: "a", options: [option("High"), option("Low")] },
    },
    {
      type: "input",
      block_id: "many",
      label: plain("Services"),
      optional: true,
      element: {
        type: "multi_static_select",
        action_id: "a",
        max_selected_items: 2,
        options: [option("Backend"), option("Agent"), option("Grafana")],
      },
    },
    {
      type: "input",
      block_id: "people",
      label: plain("Responders"),
      optional: true,
      element: { type: "multi_users_select", action_id: "a" },
    },
    {
      type: "input",
      block_id: "channel",
      label: plain("Channel"),
      optional: true,
      element: { type: "channels_select", action_id: "a" },
    },
    {
      type: "input",
      block_id: "conversation",
      label: plain("Conversation"),
      optional: true,
      element: { type: "conversations_select", action_id: "a", default_to_current_conversation: true },
    },
    {
      type: "input",
      block_id: "rich",
      label: plain("Notes"),
      optional: true,
      element: { type: "rich_text_input", action_id: "a" },
    },
  ],
};
