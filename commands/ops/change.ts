import { type Change, changeName, changeNumber } from "../../src/domain/change/change.ts";
import {
  approveChange,
  cancelChange,
  changeById,
  closeChange,
  draftChange,
  editChange,
  endChange,
  requireClass,
  returnChange,
  startChange,
  submitChange,
} from "../../src/domain/change/keep.ts";
import { maySee } from "../../src/domain/incident/access.ts";
import { isElsewhere, placeInWords } from "../../src/domain/operation/place.ts";
import type { App } from "../../src/domain/ports.ts";
import { Refusal } from "../../src/errors.ts";
import { type Answered, arg, type ButtonAsk, command, type FormAsk, type FormValues } from "../../src/slack/command.ts";
import { changeCard, changeList } from "../../templates/change/card.ts";
import { changeCloseForm, changeEndForm, changeForm } from "../../templates/change/forms.ts";
import { reply } from "../../templates/kit.ts";
import { orRefused } from "./refused.ts";

const shown = 15;

/** Drafts a change, or shows one with its buttons; everything after the form is done by button. */
export const change = command({
  name: "/ops change",
  synonyms: ["rfc", "chg"],
  summary: "Record a change: standard, major or emergency; or show one",
  examples: ["/ops change major Upgrade PostgreSQL to 17", "/ops change CHG-12", "/ops change emergency"],
  args: { which: arg.optional(arg.text("<class> <title>|CHG-n")) },
  needs: "member",
  run: async ({ app, args, at, caller }) => {
    const [word = "", ...rest] = (args.which ?? "").trim().split(/\s+/);
    const number = changeNumber(word);
    if (number !== null) {
      const found = await app.changes.byNumber(number);
      const [visible] = found === null ? [] : await visibleChanges(app, [found], caller.userId);
      if (!visible) throw new Refusal("not_found", `There is no change CHG-${number}.`, "See `/ops changes`.");
      return { text: changeCard(visible, kindOf(app, visible)) };
    }
    const names = app.config.changes.map(({ name }) => name);
    if (word === "") {
      throw new Refusal(
        "missing_argument",
        "Say which class of change.",
        `Such as \`/ops change ${names[0]} <title>\`.`,
      );
    }
    const kind = requireClass(app, word);
    const facts = { config: app.config, kind, change: null, title: rest.join(" "), channelId: at.channelId };
    return { modal: changeForm(facts) };
  },
  fresh: ["ops.change.approve", "ops.change.return", "ops.change.start"],
  buttons: {
    "ops.change.edit": async ({ app, about, at }) => {
      const found = await changeById(app, about.id);
      const facts = { config: app.config, kind: requireClass(app, found.class), change: found, title: "" };
      return { modal: changeForm({ ...facts, channelId: at.channelId }) };
    },
    "ops.change.submit": (ask) => done(ask, "submit", () => submitChange(ask.app, ask.caller, ask.about.id)),
    "ops.change.approve": (ask) => done(ask, "approve", () => approveChange(ask.app, ask.caller, ask.about.id)),
    "ops.change.return": (ask) => done(ask, "send back", () => returnChange(ask.app, ask.caller, ask.about.id)),
    "ops.change.start": (ask) => done(ask, "start", () => startChange(ask.app, ask.caller, ask.about.id)),
    "ops.change.cancel": (ask) => done(ask, "call off", () => cancelChange(ask.app, ask.caller, ask.about.id)),
    "ops.change.verified": async ({ app, about }) => ({
      modal: changeEndForm(await changeById(app, about.id), "verified"),
    }),
    "ops.change.failed": async ({ app, about }) => ({
      modal: changeEndForm(await changeById(app, about.id), "failed"),
    }),
    "ops.change.close": async (ask) => {
      const found = await changeById(ask.app, ask.about.id);
      if (found.postmortemDueAt !== null) return { modal: changeCloseForm(found) };
      return done(ask, "close", () => closeChange(ask.app, ask.caller, ask.about.id, null));
    },
  },
  forms: {
    "ops.change.form": async ({ app, caller, about, values }) => {
      const asked = { channelId: about.channel ?? null, channelName: null };
      const made = await draftChange(app, caller, { class: about.id, text: textOf(values), asked });
      if (!isElsewhere(made.place, asked)) return undefined;
      return { text: reply(`${changeName(made)} is recorded; its card comes ${placeInWords(app, made.place)}.`) };
    },
    "ops.change.edit": async ({ app, caller, about, values }) => {
      await editChange(app, caller, about.id, textOf(values));
      return undefined;
    },
    "ops.change.verified.form": (ask) => ended(ask, "verified"),
    "ops.change.failed.form": (ask) => ended(ask, "failed"),
    "ops.change.close.form": (ask) =>
      done(ask, "close", () => closeChange(ask.app, ask.caller, ask.about.id, ask.values.text("postmortem"))),
  },
});

/** Lists changes: those under way, and the newest that are over. */
export const changes = command({
  name: "/ops changes",
  synonyms: ["rfcs"],
  summary: "List changes: under way, over, with what they still owe",
  examples: ["/ops changes"],
  args: {},
  needs: "member",
  run: async ({ app, caller }) => {
    const see = async (open: boolean) =>
      visibleChanges(app, await app.changes.list({ open, limit: shown }), caller.userId);
    return { text: changeList(await see(true), await see(false)) };
  },
});

function kindOf(app: App, found: Change) {
  return app.config.changes.find(({ name }) => name === found.class) ?? null;
}

function ended(ask: FormAsk, state: "verified" | "failed"): Answered {
  const result = ask.values.text("result") ?? "";
  return done(ask, state, () => endChange(ask.app, ask.caller, ask.about.id, { state, result }));
}

async function done(ask: ButtonAsk | FormAsk, what: string, work: () => Promise<Change>): Answered {
  const found = await changeById(ask.app, ask.about.id);
  return orRefused(
    ask.app,
    { by: ask.caller.userId, what: `${what} a change`, subject: changeName(found) },
    async () => {
      await work();
      return undefined;
    },
  );
}

function textOf(values: FormValues) {
  const [from, until] = [values.moment("window"), values.moment("until")];
  if ((from === null) !== (until === null)) {
    const field = from === null ? "window" : "until";
    throw new Refusal("bad_argument", "A window has a beginning and an end.", null, field);
  }
  return {
    title: values.text("title") ?? "",
    what: values.text("what") ?? "",
    why: values.text("why") ?? "",
    services: values.choices("services"),
    window: from !== null && until !== null ? { from, until } : null,
    test: values.text("test") ?? "",
    rollback: values.text("rollback") ?? "",
  };
}

/** Those of a private incident are for its members only. */
async function visibleChanges(app: App, all: readonly Change[], userId: string): Promise<readonly Change[]> {
  const visible: Change[] = [];
  for (const one of all) {
    const incident = one.incidentId === null ? null : await app.incidents.byId(one.incidentId);
    if (incident === null || (await maySee(app, incident, userId))) visible.push(one);
  }
  return visible;
}
