import htm from "htm";
import { type ComponentChild, h as create, type VNode } from "preact";

export type Child = ComponentChild | readonly ComponentChild[];
type Component<P> = (props: P) => VNode | null;

/**
 * Elements of the page are written html`<p>…</p>`; components are called h(Message, { … }), whose properties the
 * compiler checks, which it cannot inside a template.
 */
export const html: (strings: TemplateStringsArray, ...values: unknown[]) => VNode = (htm as never as Bindable).bind(
  create,
);

/** Its types describe the CommonJS build, whose default export lies one level deeper. */
interface Bindable {
  readonly bind: (create: unknown) => (strings: TemplateStringsArray, ...values: unknown[]) => VNode;
}

interface Keyed {
  readonly key?: string | number;
}

export function h<P extends object>(
  type: Component<P>,
  props: Omit<NoInfer<P>, "children"> & Keyed,
  ...children: Child[]
): VNode;
export function h(type: string, props: object, ...children: Child[]): VNode;
export function h(type: unknown, props: object, ...children: Child[]): VNode {
  return create(type as string, props as never, ...(children as ComponentChild[])) as VNode;
}
