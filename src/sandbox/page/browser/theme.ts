import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "./html.ts";
import { icon } from "./icons.ts";

const key = "tocsin-theme";
const themes = ["system", "light", "dark"] as const;
type Theme = (typeof themes)[number];

function kept(): Theme {
  const found = localStorage.getItem(key);
  return themes.find((theme) => theme === found) ?? "system";
}

/** Puts the chosen theme on the page; "system" leaves it to the browser. */
export function applyTheme(theme: Theme = kept()): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** A button that goes through the system's theme, light and dark. */
export function ThemeSwitch(): VNode {
  const [theme, setTheme] = useState<Theme>(kept);
  const next = () => {
    const following = themes[(themes.indexOf(theme) + 1) % themes.length] ?? "system";
    localStorage.setItem(key, following);
    applyTheme(following);
    setTheme(following);
  };
  const label = `Theme: ${theme}`;
  return html`<button type="button" class="icon-button" aria-label=${label} title=${label} onClick=${next}>${icon("theme")}</button>`;
}
