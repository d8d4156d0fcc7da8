import type { Json, JsonObject } from "../../page/protocol.ts";
import { type Core, nextId, seconds } from "../core.ts";
import { invalidArguments, SlackFailure } from "../failure.ts";
import {
  bot,
  conversation,
  list,
  type Method,
  type MethodCall,
  required,
  requireMember,
  structure,
  text,
  visibleChannel,
} from "../method.ts";
import type { Canvas } from "../workspace.ts";

type Sections = Canvas["sections"];

/** docs.slack.dev/reference/methods/canvases.edit: a canvas holds up to 1 MiB of Markdown. */
const largest = 1024 * 1024;

/** The parts a canvas is made of: headings, paragraphs, lists and code, as blank lines part them. */
function split(core: Core, markdown: string): Sections {
  const parts: string[] = [];
  let fenced = false;
  let open = false;
  for (const line of markdown.split("\n")) {
    const fence = /^\s*```/.test(line);
    if (!fenced && line.trim() === "") {
      open = false;
      continue;
    }
    if (open) parts[parts.length - 1] += `\n${line}`;
    else parts.push(line);
    if (fence) fenced = !fenced;
    // A heading is a part of its own.
    open = fenced || !/^#{1,6}\s/.test(line);
  }
  return parts.map((part) => ({ id: nextId(core, "temp:C:"), markdown: part }));
}

function documentContent(value: Json | undefined): string {
  const content = typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
  if (content?.type !== "markdown" || typeof content.markdown !== "string") {
    throw invalidArguments(["failed to match all allowed schemas [json-pointer:/document_content]"]);
  }
  return content.markdown;
}

function givenContent(call: MethodCall): string {
  const value = structure(call, "document_content", () => {
    throw invalidArguments(["must provide an object [json-pointer:/document_content]"]);
  });
  return value === undefined ? "" : documentContent(value);
}

function addCanvas(call: MethodCall, title: string): Canvas {
  const { core } = call;
  const canvas: Canvas = {
    id: nextId(core, "F"),
    title,
    owner: bot(core),
    created: seconds(core),
    updated: seconds(core),
    channels: [],
    users: [bot(core)],
    access: {},
    sections: split(core, givenContent(call)),
  };
  requireSize(canvas.sections);
  core.workspace.canvases[canvas.id] = canvas;
  return canvas;
}

function requireSize(sections: Sections): void {
  const size = sections.reduce((sum, section) => sum + Buffer.byteLength(section.markdown), 0);
  if (size > largest) throw new SlackFailure("canvas_too_large");
}

function findCanvas(call: MethodCall): Canvas {
  const canvas = call.core.workspace.canvases[required(call, "canvas_id")];
  if (!canvas) throw new SlackFailure("canvas_not_found");
  return canvas;
}

function changed(core: Core, canvas: Canvas): void {
  canvas.updated = seconds(core);
  for (const channel of canvas.channels) core.changed({ channel });
}

function edit(call: MethodCall): JsonObject {
  const { core } = call;
  const canvas = findCanvas(call);
  const changes = structure(call, "changes", () => {
    throw invalidArguments(["must provide an array [json-pointer:/changes]"]);
  });
  if (!Array.isArray(changes)) throw invalidArguments(["must provide an array [json-pointer:/changes]"]);
  if (changes.length !== 1) throw invalidArguments(["no more than 1 items allowed [json-pointer:/changes]"]);
  const change = changes[0] as JsonObject;
  if (change.operation === "rename") {
    const title = change.title_content as JsonObject | undefined;
    if (typeof title?.markdown !== "string") throw new SlackFailure("canvas_editing_failed");
    canvas.title = title.markdown;
  } else {
    const sections = changedSections(core, canvas.sections, change);
    requireSize(sections);
    canvas.sections = sections;
  }
  changed(core, canvas);
  return {};
}

function changedSections(core: Core, sections: Sections, change: JsonObject): Sections {
  const at = sections.findIndex((section) => section.id === change.section_id);
  if (change.section_id !== undefined && at < 0) throw new SlackFailure("canvas_editing_failed");
  const added = () => split(core, documentContent(change.document_content));
  const needsSection = () => {
    if (at < 0) throw new SlackFailure("canvas_editing_failed");
  };
  switch (change.operation) {
    case "insert_at_start":
      return [...added(), ...sections];
    case "insert_at_end":
      return [...sections, ...added()];
    case "insert_before":
      needsSection();
      return sections.toSpliced(at, 0, ...added());
    case "insert_after":
      needsSection();
      return sections.toSpliced(at + 1, 0, ...added());
    case "replace":
      return at < 0 ? added() : sections.toSpliced(at, 1, ...added());
    case "delete":
      needsSection();
      return sections.toSpliced(at, 1);
    default:
      throw invalidArguments(["must be a valid enum value [json-pointer:/changes/0/operation]"]);
  }
}

function setAccess(call: MethodCall): JsonObject {
  const { core } = call;
  const canvas = findCanvas(call);
  const level = required(call, "access_level");
  const [channels, users] = [list(call, "channel_ids") ?? [], list(call, "user_ids") ?? []];
  if (!["read", "write", "owner"].includes(level)) throw new SlackFailure("invalid_parameters");
  if ((channels.length === 0) === (users.length === 0)) throw new SlackFailure("invalid_parameters");
  if (level === "owner" && channels.length > 0) throw new SlackFailure("invalid_parameters");
  if (channels.some((id) => !visibleChannel(core, id))) throw new SlackFailure("channel_not_found");
  if (users.some((id) => !core.workspace.people[id])) throw new SlackFailure("user_not_found");
  for (const id of [...channels, ...users]) canvas.access[id] = level;
  canvas.channels = [...new Set([...canvas.channels, ...channels])];
  canvas.users = [...new Set([...canvas.users, ...users])];
  changed(core, canvas);
  return {};
}

function lookup(call: MethodCall): JsonObject {
  const canvas = findCanvas(call);
  const criteria = structure(call, "criteria", () => {
    throw invalidArguments(["must provide an object [json-pointer:/criteria]"]);
  }) as JsonObject;
  const types = (criteria.section_types as string[] | undefined) ?? [];
  const wanted = typeof criteria.contains_text === "string" ? criteria.contains_text.toLowerCase() : "";
  if (types.length === 0 && wanted === "") throw invalidArguments(["missing required field: criteria"]);
  const sections = canvas.sections.filter(({ markdown }) => {
    const heading = /^(#{1,3})\s/.exec(markdown)?.[1]?.length;
    const typed = types.length === 0 || (heading && (types.includes("any_header") || types.includes(`h${heading}`)));
    return typed && markdown.toLowerCase().includes(wanted);
  });
  return { sections: sections.map(({ id }) => ({ id })) };
}

/** canvases.* and conversations.canvases.create. */
export const canvasesMethods: readonly Method[] = [
  {
    name: "canvases.create",
    run: (call) => {
      const id = text(call, "channel_id");
      const channel = id ? conversation(call, "channel_id") : undefined;
      const canvas = addCanvas(call, text(call, "title") ?? "Untitled");
      if (channel) canvas.channels.push(channel.id);
      changed(call.core, canvas);
      return { canvas_id: canvas.id };
    },
  },
  {
    name: "conversations.canvases.create",
    run: (call) => {
      const channel = conversation(call, "channel_id");
      requireMember(call.core, channel);
      if (channel.canvas) throw new SlackFailure("channel_canvas_already_exists");
      const canvas = addCanvas(call, text(call, "title") ?? channel.name);
      canvas.channels.push(channel.id);
      channel.canvas = canvas.id;
      changed(call.core, canvas);
      return { canvas_id: canvas.id };
    },
  },
  { name: "canvases.edit", missing: "the finer parts of a list or table as sections of their own", run: edit },
  {
    name: "canvases.delete",
    run: (call) => {
      const { core } = call;
      const canvas = findCanvas(call);
      delete core.workspace.canvases[canvas.id];
      for (const channel of Object.values(core.workspace.channels)) {
        if (channel.canvas === canvas.id) channel.canvas = null;
      }
      changed(core, canvas);
      return {};
    },
  },
  { name: "canvases.access.set", missing: "access is kept and shown, not enforced on people", run: setAccess },
  { name: "canvases.sections.lookup", run: lookup },
];
