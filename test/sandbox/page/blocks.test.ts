import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeInChromium, message, openChromium, visit } from "./chromium.ts";
import { card, chart, gallery } from "./gallery.ts";
import { type PageStage, startPageStage } from "./page-stage.ts";

describeInChromium("Block Kit on the page", () => {
  let stage: PageStage;
  let browser: Browser;
  const acted: { action: Record<string, unknown>; values: unknown }[] = [];
  beforeAll(async () => {
    browser = await openChromium();
    stage = await startPageStage((bot) => {
      bot.action(/.*/, async ({ ack, action, body, respond }) => {
        await ack();
        acted.push({
          action: action as unknown as Record<string, unknown>,
          values: (body as { state?: { values: unknown } }).state?.values,
        });
        if (acted.at(-1)?.action.action_id === "note") await respond({ text: "Noted", replace_original: false });
      });
    });
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  });

  test("a card shows its header, fields, mentions, dates and context", async () => {
    await stage.bot.client.chat.postMessage({ channel: "C0INCIDENTS", text: "INC-42", blocks: card });
    const page = await visit(browser, stage.address);
    const shown = message(page, "INC-42");
    await shown.getByRole("heading", { name: "INC-42 API returns 500s" }).waitFor();
    await shown.getByRole("img", { name: "rotating light" }).waitFor();
    await shown.getByText("1 Jan 2026 at 00:00").waitFor();
    await shown.getByRole("button", { name: "#ops" }).waitFor();
    await expect
      .poll(() => shown.getByRole("link", { name: "the status page" }).getAttribute("href"))
      .toBe("https://status.example");
    await expect.poll(() => shown.locator("code").allInnerTexts()).toEqual(["500"]);
  });

  test("a button tells the bot, and its answer comes to the one who pressed it", async () => {
    const page = await visit(browser, stage.address);
    await message(page, "INC-42").getByRole("button", { name: "Add note" }).click();
    await message(page, "Noted").getByText("Only visible to you").waitFor();
    expect(acted.at(-1)?.action).toMatchObject({ type: "button", action_id: "note", block_id: "buttons", value: "42" });
  });

  test("a confirm dialog stands between a button and what it does", async () => {
    const page = await visit(browser, stage.address);
    const before = acted.length;
    const button = message(page, "INC-42").getByRole("button", { name: "Resolve" });
    const question = page.getByRole("dialog", { name: "Resolve INC-42?" });
    await button.click();
    await question.getByText("Everyone in the channel is told.").waitFor();
    await question.getByRole("button", { name: "Not yet" }).click();
    await button.click();
    await page.keyboard.press("Escape");
    await question.waitFor({ state: "detached" });
    expect(acted).toHaveLength(before);
    await button.click();
    await question.getByRole("button", { name: "Resolve it" }).click();
    await expect.poll(() => acted.at(-1)?.action).toMatchObject({ action_id: "resolve" });
  });

  test("a choice in a message tells the bot, and a new state of the message replaces it", async () => {
    const { ts } = await stage.bot.client.chat.postMessage({
      channel: "C0OPS",
      text: "choose",
      blocks: card.slice(2, 3),
    });
    const page = await visit(browser, stage.address, { at: "C0OPS" });
    const select = page.getByRole("combobox", { name: "Severity" });
    await expect.poll(() => select.inputValue()).toBe("SEV2");
    await select.click();
    await page.getByRole("option", { name: "SEV1" }).click();
    await expect
      .poll(() => acted.at(-1)?.action)
      .toMatchObject({ type: "static_select", selected_option: { value: "sev1" } });
    expect(acted.at(-1)?.values).toMatchObject({
      severity: { choose_severity: { selected_option: { value: "sev1" } } },
    });
    await expect.poll(() => select.inputValue()).toBe("SEV1");
    const changed = JSON.parse(
      JSON.stringify(card.slice(2, 3)).replace(
        /"initial_option":\{[^}]*\{?[^}]*\}[^}]*\}/,
        '"initial_option":{"text":{"type":"plain_text","text":"SEV3"},"value":"sev3"}',
      ),
    ) as typeof card;
    await stage.bot.client.chat.update({ channel: "C0OPS", ts: ts ?? "", text: "chosen", blocks: changed });
    await expect.poll(() => select.inputValue()).toBe("SEV3");
  });

  test("an overflow menu offers its options and sends the one taken", async () => {
    const page = await visit(browser, stage.address);
    await message(page, "INC-42").getByRole("button", { name: "More actions" }).click();
    // Arrows move from the entry that has the focus, which comes with the menu.
    await page.locator("[role=menuitem]:focus").waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect
      .poll(() => acted.at(-1)?.action)
      .toMatchObject({ type: "overflow", selected_option: { value: "severity" } });
  });

  test("rich text, Markdown, tables and charts are drawn", async () => {
    await stage.bot.client.chat.postMessage({ channel: "C0OPS", text: "gallery", blocks: gallery });
    await stage.bot.client.chat.postMessage({ channel: "C0OPS", text: "a chart", blocks: [chart as never] });
    const page = await visit(browser, stage.address, { at: "C0OPS" });
    const all = message(page, "It was the connection pool.");
    await all.getByRole("listitem").filter({ hasText: "Roll back" }).waitFor();
    await all.getByText("@Ben Okafor").waitFor();
    await all.getByRole("heading", { name: "Findings" }).waitFor();
    await expect.poll(() => all.getByRole("table").count()).toBe(2);
    await expect.poll(() => all.getByRole("row").last().innerText()).toMatch(/waooaw-backend\s+6/);
    const drawn = message(page, "Requests and errors");
    await drawn.getByRole("img", { name: "Requests and errors" }).waitFor();
    await drawn.getByText("Figures").click();
    await expect.poll(() => drawn.getByRole("row").nth(3).innerText()).toMatch(/10:10\s+430\s+190/);
  });

  test("a block the page does not know is named, not hidden", async () => {
    const video = {
      type: "video",
      title: { type: "plain_text", text: "Drill" },
      alt_text: "A drill",
      thumbnail_url: "https://v.example/t.png",
      video_url: "https://v.example/v",
    };
    await stage.bot.client.chat.postMessage({ channel: "C0INCIDENTS", text: "watch", blocks: [video as never] });
    const page = await visit(browser, stage.address);
    await page.getByText("This page cannot show the block “video”.").waitFor();
  });

  test("attachments keep their text and their blocks", async () => {
    await stage.bot.client.chat.postMessage({
      channel: "C0OPS",
      text: "",
      attachments: [
        { color: "danger", fallback: "cpu", text: "CPU at *97 %*" },
        { color: "#36a64f", fallback: "card", blocks: card.slice(0, 1) },
      ],
    });
    const page = await visit(browser, stage.address, { at: "C0OPS" });
    await message(page, "CPU at 97 %")
      .getByRole("heading", { name: /INC-42/ })
      .waitFor();
  });
});
