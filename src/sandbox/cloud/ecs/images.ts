import { createHash } from "node:crypto";
import type { World } from "../world.ts";
import { ecsState, findTaskDefinition } from "./state.ts";

/** What an image's name stands for at this moment: a tag can be moved, a digest cannot. */
export function digestOf(world: World, image: string): string {
  const pinned = /@(sha256:[0-9a-f]{64})$/.exec(image)?.[1];
  if (pinned !== undefined) return pinned;
  const pushed = ecsState(world).pushed?.[image] ?? 0;
  const named = pushed === 0 ? image : `${image} pushed ${pushed}`;
  return `sha256:${createHash("sha256").update(named).digest("hex")}`;
}

/** Somebody builds the image anew and pushes it under the same tag. */
export function pushImage(world: World, image: string): void {
  const state = ecsState(world);
  state.pushed = { ...state.pushed, [image]: (state.pushed?.[image] ?? 0) + 1 };
}

/** The digest of each container's image, as a deployment of the task definition would run it now. */
export function digestsOf(world: World, taskDefinition: string): { [container: string]: string } {
  const containers = findTaskDefinition(world, taskDefinition)?.body.containerDefinitions;
  const all = Array.isArray(containers) ? (containers as { name?: string; image?: string }[]) : [];
  return Object.fromEntries(all.map(({ name, image }) => [name ?? "", digestOf(world, image ?? "")]));
}
