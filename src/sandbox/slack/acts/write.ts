import type { Act, ActAnswer } from "../../page/protocol.ts";
import { inviteProblem } from "../api/conversations-write.ts";
import { addMember, directChannel, removeMember, setArchived } from "../channels.ts";
import type { Core } from "../core.ts";
import { nextId, seconds } from "../core.ts";
import { NotAllowed } from "../failure.ts";
import { addFile } from "../files.ts";
import { pin, react } from "../marks.ts";
import { addMessage, changeMessage, findMessage, removeMessage } from "../messages.ts";
import { composedBlocks, composedText } from "../text.ts";
import type { Person } from "../workspace.ts";
import { tellHomeOpened } from "./home.ts";
import { messageIn, ownChannel, seenChannel } from "./person.ts";

type Of<K extends Act["act"]> = Extract<Act, { readonly act: K }>;

/** The longest message Slack's composer sends as one. */
const longestPost = 40_000;

export function postAct(core: Core, person: Person, act: Of<"post">): ActAnswer {
  const channel = ownChannel(core, person, act.channel);
  if (act.text.trim() === "" && !act.file) throw new NotAllowed("Write something first.");
  if ([...act.text].length > longestPost) throw new NotAllowed("This message is too long.");
  const parent = act.threadTs === undefined ? undefined : findMessage(channel, act.threadTs);
  if (act.threadTs !== undefined && !parent) throw new NotAllowed("That thread is no longer there.");
  const files = act.file
    ? [addFile(core, person.id, act.file.name, Buffer.byteLength(act.file.base64, "base64"), act.file.base64).id]
    : [];
  const text = composedText(core.workspace, act.text);
  const message = addMessage(core, channel, {
    user: person.id,
    text,
    threadTs: parent ? (parent.threadTs ?? parent.ts) : null,
    files,
    ...(files.length > 0 ? { subtype: "file_share", blocks: composedBlocks(text, nextId(core, "b")) } : {}),
  });
  for (const id of files) {
    core.emit({
      subscription: "file_shared",
      channel: channel.id,
      event: {
        type: "file_shared",
        channel_id: channel.id,
        file_id: id,
        user_id: person.id,
        file: { id },
        event_ts: message.ts,
      },
    });
  }
  return { ok: true, result: message.ts };
}

export function editAct(core: Core, person: Person, act: Of<"edit">): ActAnswer {
  const channel = ownChannel(core, person, act.channel);
  const message = messageIn(channel, act.ts);
  if (message.user !== person.id || (message.subtype !== null && message.subtype !== "file_share")) {
    throw new NotAllowed("You can edit only your own messages.");
  }
  if (act.text.trim() === "") throw new NotAllowed("Write something first.");
  const text = composedText(core.workspace, act.text);
  changeMessage(core, channel, message, {
    text,
    blocks: composedBlocks(text, nextId(core, "b")),
    edited: { user: person.id, ts: `${seconds(core)}.000000` },
  });
  return { ok: true };
}

export function deleteAct(core: Core, person: Person, act: Of<"delete">): ActAnswer {
  const channel = ownChannel(core, person, act.channel);
  const message = messageIn(channel, act.ts);
  if (message.user !== person.id && !person.admin) throw new NotAllowed("You can delete only your own messages.");
  removeMessage(core, channel, message);
  return { ok: true };
}

const markProblems: Readonly<Record<string, string>> = {
  already_reacted: "You reacted with that emoji already.",
  no_reaction: "You did not react with that emoji.",
  too_many_emoji: "This message has too many different reactions.",
  too_many_reactions: "You have added too many reactions to this message.",
  already_pinned: "This message is pinned already.",
  no_pin: "This message is not pinned.",
  too_many_pins: "This channel has 100 pins; take one away first.",
};

function markAnswer(problem: string | null): ActAnswer {
  if (problem) throw new NotAllowed(markProblems[problem] ?? problem);
  return { ok: true };
}

export function reactAct(core: Core, person: Person, act: Of<"react">): ActAnswer {
  const channel = ownChannel(core, person, act.channel);
  const name = act.name.replaceAll(/^:|:$/g, "");
  if (!/^[a-z0-9_+'-]+(?:::skin-tone-[2-6])?$/.test(name)) throw new NotAllowed("There is no such emoji.");
  return markAnswer(react(core, channel, messageIn(channel, act.ts), name, person.id, act.remove));
}

export function pinAct(core: Core, person: Person, act: Of<"pin">): ActAnswer {
  const channel = ownChannel(core, person, act.channel);
  return markAnswer(pin(core, channel, messageIn(channel, act.ts), person.id, act.remove));
}

export function membershipAct(
  core: Core,
  person: Person,
  act: Of<"join" | "leave" | "read" | "archive" | "unarchive">,
): ActAnswer {
  const channel = seenChannel(core, person, act.channel);
  const inside = channel.members.includes(person.id);
  if (act.act === "read") {
    channel.read[person.id] = channel.messages.at(-1)?.ts ?? "";
    core.changed({ person: person.id });
    return { ok: true };
  }
  if (channel.kind === "im") throw new NotAllowed("This cannot be done in a direct message.");
  if (act.act === "join") {
    if (channel.archived) throw new NotAllowed(`#${channel.name} is archived.`);
    const problem = inside ? null : inviteProblem(core, channel, person.id);
    if (problem) throw new NotAllowed(`You cannot join #${channel.name}.`);
    if (!inside) addMember(core, channel, person.id, null);
    return { ok: true };
  }
  if (!inside && act.act !== "unarchive") throw new NotAllowed(`You are not in #${channel.name}.`);
  if (channel.general) throw new NotAllowed(`This cannot be done in #${channel.name}.`);
  if (act.act === "leave") removeMember(core, channel, person.id);
  else {
    if (person.restricted || person.ultraRestricted) throw new NotAllowed("Guests cannot archive channels.");
    const archived = act.act === "archive";
    if (channel.archived === archived) throw new NotAllowed(`#${channel.name} is ${archived ? "" : "not "}archived.`);
    setArchived(core, channel, archived, person.id);
  }
  return { ok: true };
}

export function directAct(core: Core, person: Person, act: Of<"direct">): ActAnswer {
  const other = core.workspace.people[act.userId];
  if (!other) throw new NotAllowed("There is no such person.");
  const channel = directChannel(core, person.id, other.id);
  if (other.bot) tellHomeOpened(core, person, "messages");
  return { ok: true, result: channel.id };
}
