import type { Act, ActAnswer, CommandState, WorkspaceState } from "../../page/protocol.ts";
import type { Core } from "../core.ts";
import { NotAllowed } from "../failure.ts";
import { commandAct } from "./command.ts";
import { homeAct } from "./home.ts";
import { clickAct, shortcutAct, suggestAct } from "./interact.ts";
import { closeAct, submitAct } from "./modal.ts";
import { actingPerson } from "./person.ts";
import { deleteAct, directAct, editAct, membershipAct, pinAct, postAct, reactAct } from "./write.ts";

export interface Declared {
  readonly commands: readonly CommandState[];
  readonly shortcuts: WorkspaceState["shortcuts"];
}

/** Does what a person does; what Slack's client would not let them do is answered in words. */
export async function act(core: Core, declared: Declared, as: string, wanted: Act): Promise<ActAnswer> {
  try {
    const person = actingPerson(core, as);
    core.session.notices.delete(as);
    switch (wanted.act) {
      case "post": {
        const isCommand = /^\/[a-z]/.test(wanted.text) && !wanted.file;
        if (!isCommand) return postAct(core, person, wanted);
        if (wanted.threadTs !== undefined) {
          throw new NotAllowed(`${wanted.text.split(/\s/)[0]} is not supported in threads. Sorry!`);
        }
        return await commandAct(core, declared.commands, person, wanted.channel, wanted.text);
      }
      case "command":
        return await commandAct(core, declared.commands, person, wanted.channel, wanted.text);
      case "edit":
        return editAct(core, person, wanted);
      case "delete":
        return deleteAct(core, person, wanted);
      case "click":
        return await clickAct(core, person, wanted);
      case "suggest":
        return await suggestAct(core, person, wanted);
      case "submit":
        return await submitAct(core, person, wanted);
      case "close":
        return await closeAct(core, person, wanted);
      case "react":
        return reactAct(core, person, wanted);
      case "pin":
        return pinAct(core, person, wanted);
      case "shortcut":
        return await shortcutAct(core, declared.shortcuts, person, wanted);
      case "home":
        return homeAct(core, person);
      case "direct":
        return directAct(core, person, wanted);
      case "join":
      case "leave":
      case "read":
      case "archive":
      case "unarchive":
        return membershipAct(core, person, wanted);
    }
  } catch (error) {
    if (error instanceof NotAllowed) return { ok: false, error: error.message };
    throw error;
  }
}
