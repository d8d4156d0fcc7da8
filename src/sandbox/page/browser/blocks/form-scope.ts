import { createContext, type VNode } from "preact";
import { useContext, useMemo, useRef, useState } from "preact/hooks";
import type { Container, JsonObject, StateValues } from "../../protocol.ts";
import { collectValues, type Field, fieldsOf, initialValue } from "../form.ts";
import type { Child } from "../html.ts";
import { objectAt, stringAt } from "../json.ts";
import { useSession } from "../session.ts";

/** What the elements of one message or view share: their values, and the way to tell the bot. */
export interface FormScope {
  readonly container: Container;
  readonly errors: Readonly<Record<string, string>>;
  /** The key of the element that waits for an answer, if any. */
  readonly busy: string | null;
  readonly held: (blockId: string, element: JsonObject) => JsonObject;
  readonly change: (blockId: string, element: JsonObject, value: JsonObject) => void;
  /** Asks for confirmation where the element wants it, then clicks; answers whether it was done. */
  readonly fire: (blockId: string, element: JsonObject, value: JsonObject) => Promise<boolean>;
  readonly values: () => StateValues;
}

const FormContext = createContext<FormScope | null>(null);
export const FormProvider = FormContext.Provider as (props: {
  readonly value: FormScope;
  readonly children?: Child;
}) => VNode;

export function useForm(): FormScope {
  const form = useContext(FormContext);
  if (form === null) throw new Error("An element stands outside of a message or view.");
  return form;
}

interface Held {
  readonly signature: string;
  readonly value: JsonObject;
}

/**
 * What people typed and chose, by container and element. It outlives the components, so that an update of a view or a
 * message leaves alone what still stands there under the same block_id and action_id, as Slack does.
 */
const held = new Map<string, Map<string, Held>>();

export function containerKey(as: string, container: Container): string {
  if (container.type === "message") return `${as} ${container.channel} ${container.ts}`;
  return container.type === "view" ? `${as} ${container.viewId}` : `${as} home`;
}

export function fieldKey(blockId: string, element: JsonObject): string {
  return `${blockId} ${stringAt(element, "action_id")}`;
}

/** A modal keeps its first values too; elsewhere a new initial value replaces what was chosen before it. */
export function useFormScope(
  container: Container,
  blocks: readonly JsonObject[],
  errors: Readonly<Record<string, string>>,
): FormScope {
  const { state, act, ask, place } = useSession();
  const [, setTurn] = useState(0);
  const [busy, setBusy] = useState<string | null>(null);
  const key = containerKey(state.me.id, container);
  const currentChannel = place.kind === "channel" ? place.channel : null;
  const latest = useRef({ blocks, act, ask, currentChannel });
  latest.current = { blocks, act, ask, currentChannel };
  const keepsInitial = container.type === "view";
  // The container is a new object with every render; its key says whether it is another one.
  const still = useMemo(() => {
    const values = held.get(key) ?? new Map<string, Held>();
    held.set(key, values);
    const signatureOf = (element: JsonObject) =>
      keepsInitial ? stringAt(element, "type") : JSON.stringify(initialValue(element, null));
    const read = (blockId: string, element: JsonObject): JsonObject => {
      const found = values.get(fieldKey(blockId, element));
      if (found !== undefined && found.signature === signatureOf(element)) return found.value;
      const value = initialValue(element, latest.current.currentChannel);
      if (keepsInitial) values.set(fieldKey(blockId, element), { signature: signatureOf(element), value });
      return value;
    };
    const change = (blockId: string, element: JsonObject, value: JsonObject): void => {
      values.set(fieldKey(blockId, element), { signature: signatureOf(element), value });
      setTurn((turn) => turn + 1);
    };
    const collect = () => collectValues(latest.current.blocks, (field: Field) => read(field.blockId, field.element));
    const fire = async (blockId: string, element: JsonObject, value: JsonObject): Promise<boolean> => {
      const confirm = objectAt(element, "confirm");
      if (confirm !== null && !(await latest.current.ask(confirm))) return false;
      setBusy(fieldKey(blockId, element));
      const actionId = stringAt(element, "action_id");
      const holds = fieldsOf(latest.current.blocks).some(
        (field) => field.blockId === blockId && field.actionId === actionId,
      );
      if (holds) change(blockId, element, value);
      await latest.current.act({ act: "click", in: container, blockId, actionId, value, state: collect() });
      setBusy(null);
      return true;
    };
    return { held: read, change, fire, values: collect };
  }, [key, keepsInitial]);
  return { container, errors, busy, ...still };
}

/** Forgets what was typed into views that are gone. */
export function forgetViews(as: string, openViewIds: readonly string[], closedViewIds: readonly string[]): void {
  for (const id of closedViewIds) {
    if (!openViewIds.includes(id)) held.delete(containerKey(as, { type: "view", viewId: id }));
  }
}
