import type { VNode } from "preact";
import type { PersonState } from "../protocol.ts";
import { html } from "./html.ts";
import { initials, inkOn } from "./text/initials.ts";

export function avatar(person: PersonState | undefined, size: "small" | "large" = "large"): VNode {
  const background = `#${(person?.color ?? "").replace("#", "") || "616061"}`;
  const style = { background, color: inkOn(background) };
  return html`<span class="avatar avatar-${size}" style=${style} aria-hidden="true">${initials(person?.realName ?? "?")}</span>`;
}
