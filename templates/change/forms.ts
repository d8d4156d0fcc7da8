import {
  type Change,
  type ChangeClass,
  type ChangeText,
  changeName,
  type fieldWords,
} from "../../src/domain/change/change.ts";
import type { Configuration } from "../../src/domain/configuration.ts";
import { context, input, type Modal, modal, momentInput, multiSelect, option, textInput } from "../kit.ts";

/** The form of a change. The about's id is the class of a new one, or the id of one that is edited. */
export function changeForm(facts: {
  readonly config: Configuration;
  readonly kind: ChangeClass;
  readonly change: Change | null;
  readonly title: string;
  readonly channelId: string | null;
}): Modal {
  const { config, kind, change } = facts;
  const filled: Partial<ChangeText> = change ?? { title: facts.title };
  const label = (field: keyof typeof fieldWords, text: string) => ({
    name: field,
    label: text,
    optional: true,
    ...(kind.requires.includes(field) ? { hint: "Needed before it can be submitted." } : {}),
  });
  const long = { multiline: true, max: 2500 } as const;
  const about = {
    id: change === null ? kind.name : change.id,
    ...(change === null ? {} : { version: change.version }),
    ...(facts.channelId === null ? {} : { channel: facts.channelId }),
  };
  return modal(
    {
      callback: change === null ? "ops.change.form" : "ops.change.edit",
      title: change === null ? `New ${kind.name} change`.slice(0, 24) : `Edit ${changeName(change)}`,
      submit: kind.page.length > 0 && change === null ? "Submit and page" : "Save",
      about,
    },
    [
      ...(kind.summary === "" ? [] : [context(kind.summary)]),
      input({ name: "title", label: "Title" }, textInput({ initial: filled.title, max: 150 })),
      input({ name: "what", label: "What is done, and what it touches" }, textInput({ initial: filled.what, ...long })),
      input(label("why", "Why"), textInput({ initial: filled.why, ...long })),
      ...(config.services.length === 0
        ? []
        : [
            input(
              label("services", "Services"),
              multiSelect(
                config.services.map(({ name, title }) => option(title, name)),
                filled.services ?? [],
              ),
            ),
          ]),
      input(label("window", "Window begins"), momentInput(filled.window?.from ?? null)),
      input({ name: "until", label: "Window ends", optional: true }, momentInput(filled.window?.until ?? null)),
      input(label("test", "Test evidence"), textInput({ initial: filled.test, ...long })),
      input(label("rollback", "Way back"), textInput({ initial: filled.rollback, ...long })),
    ],
  );
}

/** How a change ended: what was seen. */
export function changeEndForm(change: Change, state: "verified" | "failed"): Modal {
  const facts = { callback: `ops.change.${state}.form`, title: state === "verified" ? "Verified" : "Failed" };
  return modal({ ...facts, submit: "Save", about: { id: change.id, version: change.version } }, [
    input(
      { name: "result", label: state === "verified" ? "How it was verified" : "What went wrong, and how it stands" },
      textInput({ multiline: true, max: 2000 }),
    ),
  ]);
}

/** Where the post-mortem of a change is. */
export function changeCloseForm(change: Change): Modal {
  return modal(
    {
      callback: "ops.change.close.form",
      title: `Close ${changeName(change)}`,
      submit: "Close",
      about: { id: change.id, version: change.version },
    },
    [
      input(
        { name: "postmortem", label: "Post-mortem", hint: "Its link, or the incident it is written for: INC-4." },
        textInput({ max: 300 }),
      ),
    ],
  );
}
