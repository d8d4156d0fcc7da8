import type { World } from "../world.ts";
import type { ServiceRecord } from "./state.ts";

/** AWS keeps the newest hundred (API reference, `Service.events`). */
const kept = 100;
/** The same text again is held back for six hours (developer guide, service event messages). */
const heldBack = 6 * 60 * 60 * 1000;

/** Adds `(service X) <text>`, or with a task set `(service X, taskSet T) <text>`. */
export function addEvent(world: World, service: ServiceRecord, text: string, taskSet?: string): void {
  const message = `${prefix(service, taskSet)} ${text}`;
  service.events.unshift({ id: eventId(world), createdAt: world.time.now(), message });
  service.events.length = Math.min(service.events.length, kept);
}

/** As `addEvent`, but counts up an event of the same moment instead of adding another: `text` is given the count. */
export function addCounted(
  world: World,
  service: ServiceRecord,
  text: (count: number) => string,
  taskSet?: string,
): void {
  const now = world.time.now();
  for (const event of service.events) {
    if (event.createdAt !== now) break;
    const count = Number(/ (\d+) (?:targets|tasks)/.exec(event.message)?.[1]);
    if (event.message !== `${prefix(service, taskSet)} ${text(count)}`) continue;
    event.message = `${prefix(service, taskSet)} ${text(count + 1)}`;
    return;
  }
  addEvent(world, service, text(1), taskSet);
}

const prefix = (service: ServiceRecord, taskSet: string | undefined) =>
  `(service ${service.name}${taskSet === undefined ? "" : `, taskSet ${taskSet}`})`;

/** As `addEvent`, but not while the same trouble stands: until the service was steady again, or six hours have passed. */
export function addTrouble(world: World, service: ServiceRecord, text: string): void {
  const now = world.time.now();
  const resolved = service.events.findIndex((event) => event.message.endsWith(steadyText));
  const standing = resolved === -1 ? service.events : service.events.slice(0, resolved);
  const repeated = standing.some((event) => event.message.endsWith(`) ${text}`) && now - event.createdAt < heldBack);
  if (!repeated) addEvent(world, service, text);
}

export const steadyText = "has reached a steady state.";

function eventId(world: World): string {
  const { hex } = world.random;
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
}

/** `(task a) (task b)`, as the events name tasks. */
export const taskList = (tasks: readonly { readonly id: string }[]) =>
  tasks.map((task) => `(task ${task.id})`).join(" ");
