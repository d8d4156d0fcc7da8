import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { ViewState } from "../protocol.ts";
import { BlockList } from "./blocks/blocks.ts";
import { FormProvider, forgetViews, useFormScope } from "./blocks/form-scope.ts";
import { Dialog } from "./dialog.ts";
import { fault, fieldsOf } from "./form.ts";
import { h, html } from "./html.ts";
import { icon } from "./icons.ts";
import { objectsAt, wordsAt } from "./json.ts";
import { useSession } from "./session.ts";
import { plainWithEmoji } from "./text/passages.ts";

/** The open modal: the top of its stack is shown, what stands in the views below is kept. */
export function Modal({ views }: { readonly views: readonly ViewState[] }): VNode | null {
  const { state, act } = useSession();
  const known = useRef<readonly string[]>([]);
  const ids = views.map(({ id }) => id).join(" ");
  useEffect(() => {
    const open = ids === "" ? [] : ids.split(" ");
    forgetViews(state.me.id, open, known.current);
    known.current = open;
  }, [ids, state.me.id]);
  const top = views.at(-1);
  const root = views[0];
  if (top === undefined || root === undefined) return null;
  const close = (all: boolean) => void act({ act: "close", viewId: top.id, all });
  return h(
    Dialog,
    { key: root.id, label: wordsAt(top.view, "title"), class: "dialog-modal", onClose: () => close(false) },
    h(ModalView, { key: top.id, view: top, depth: views.length, onClose: close }),
  );
}

interface ModalViewProps {
  readonly view: ViewState;
  readonly depth: number;
  readonly onClose: (all: boolean) => void;
}

function ModalView({ view, depth, onClose }: ModalViewProps): VNode {
  const { act } = useSession();
  const body = useRef<HTMLDivElement>(null);
  const [ownErrors, setOwnErrors] = useState<Readonly<Record<string, string>>>({});
  const [isSending, setSending] = useState(false);
  const blocks = objectsAt(view.view, "blocks");
  const errors = { ...view.errors, ...ownErrors };
  const scope = useFormScope({ type: "view", viewId: view.id }, blocks, errors);
  const submit = wordsAt(view.view, "submit");
  const isDisabled = view.view.submit_disabled === true;
  const errorKey = Object.keys(errors).join(" ");

  useEffect(() => {
    // The first field, unless the bot named another one; else the window itself, so that Escape and Tab work.
    const named = body.current?.contains(document.activeElement) === true;
    if (named) return;
    body.current?.querySelector<HTMLElement>("input, textarea, button")?.focus();
  }, []);
  useEffect(() => {
    if (errorKey === "") return;
    const first = body.current?.querySelector<HTMLElement>(".has-error");
    first?.scrollIntoView({ block: "nearest" });
    first?.querySelector<HTMLElement>("input, textarea")?.focus();
  }, [errorKey]);

  const send = async () => {
    const values = scope.values();
    const faults = fieldsOf(blocks)
      .filter(({ isInput }) => isInput)
      .map((field) => [field.blockId, fault(field, values[field.blockId]?.[field.actionId] ?? {})] as const)
      .filter((entry): entry is readonly [string, string] => entry[1] !== null);
    setOwnErrors(Object.fromEntries(faults));
    if (faults.length > 0) return;
    setSending(true);
    await act({ act: "submit", viewId: view.id, values });
    setSending(false);
  };
  const onSubmit = (event: Event) => {
    event.preventDefault();
    if (!isSending && !isDisabled && submit !== "") void send();
  };
  const title = plainWithEmoji(wordsAt(view.view, "title"));
  return html`<form class="modal" novalidate onSubmit=${onSubmit} aria-busy=${isSending}>
    <header class="modal-header">
      ${depth > 1 && html`<button type="button" class="icon-button" aria-label="Back" title="Back" onClick=${() => onClose(false)}>${icon("back")}</button>`}
      <h2>${title}</h2>
      <button type="button" class="icon-button" aria-label="Close" title="Close" onClick=${() => onClose(true)}>${icon("close")}</button>
    </header>
    ${view.failure !== null && html`<p class="modal-failure" role="alert">${view.failure}</p>`}
    <div class="modal-body" ref=${body}>${h(FormProvider, { value: scope }, h(BlockList, { blocks }))}</div>
    <footer class="modal-footer">
      <button type="button" class="button" onClick=${() => onClose(false)}>${plainWithEmoji(wordsAt(view.view, "close") || "Cancel")}</button>
      ${submit !== "" && html`<button type="submit" class="button button-primary" disabled=${isSending || isDisabled}>${isSending ? "Sending…" : plainWithEmoji(submit)}</button>`}
    </footer>
  </form>`;
}
