import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { avatar } from "./avatar.ts";
import { Blocks } from "./blocks/blocks.ts";
import { h, html } from "./html.ts";
import { objectsAt } from "./json.ts";
import { inChannel } from "./place.ts";
import { useSession } from "./session.ts";

/** The app's own page. */
export function AppHome(): VNode {
  const { state, act } = useSession();
  const bot = state.people.find(({ kind }) => kind === "bot");
  const me = state.me.id;
  // Opening it is told once
  useEffect(() => {
    void act({ act: "home" });
  }, [me]);
  const blocks = state.home === null ? [] : objectsAt(state.home, "blocks");
  return html`<main class="channel" aria-label="App Home">
    <header class="channel-header"><div class="channel-line"><h1>${avatar(bot, "small")} <span>${bot?.realName ?? "App"}</span></h1></div>${h(AppTabs, { at: "home" })}</header>
    <div class="app-home" tabindex="0">
      ${state.home === null ? html`<p class="quiet" role="status">The app has not published its home yet.</p>` : h(Blocks, { container: { type: "home" }, blocks })}
    </div>
  </main>`;
}

/** Home and Messages, as an app has them in Slack. */
export function AppTabs({ at }: { readonly at: "home" | "messages" }): VNode {
  const { state, act, go } = useSession();
  const bot = state.people.find(({ kind }) => kind === "bot");
  const openMessages = async () => {
    if (bot === undefined) return;
    const known = state.channels.find(({ kind, memberIds }) => kind === "im" && memberIds.includes(bot.id));
    if (known !== undefined) return go(inChannel(known.id));
    const answer = await act({ act: "direct", userId: bot.id });
    if (answer.ok && typeof answer.result === "string") go(inChannel(answer.result));
  };
  const tab = (name: "home" | "messages", words: string, open: () => void) => html`<button type="button" class="tab"
    aria-current=${at === name ? "page" : undefined} onClick=${open}>${words}</button>`;
  return html`<nav class="tabs" aria-label="App pages">
    ${tab("home", "Home", () => go({ kind: "home" }))}${tab("messages", "Messages", () => void openMessages())}
  </nav>`;
}
