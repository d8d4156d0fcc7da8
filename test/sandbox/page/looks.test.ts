import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { composer, describeInChromium, message, openChromium, tools, visit } from "./chromium.ts";
import { card, declareForm, gallery } from "./gallery.ts";
import { type PageStage, startPageStage } from "./page-stage.ts";

interface Pale {
  readonly words: string;
  readonly ratio: number;
}

/** In the page: every visible text whose contrast with what lies behind it is under 4.5 to 1 (3 to 1 when large). */
const paleTexts = `(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const over = (front, back) => front.map((part, at) => at === 3 ? 255 : (part * front[3] + back[at] * (255 - front[3])) / 255);
  const ground = (element) => {
    const behind = element.parentElement ? ground(element.parentElement) : [255, 255, 255, 255];
    return over(rgba(getComputedStyle(element).backgroundColor), behind);
  };
  const luminance = (color) => {
    const [red, green, blue] = color.map((part) => part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const pale = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const words = walker.currentNode.textContent.trim();
    if (words === "" || !element.checkVisibility({ visibilityProperty: true }) || element.closest(".emoji, [disabled], .unseen, noscript, script")) continue;
    const style = getComputedStyle(element);
    const back = ground(element);
    const ink = style.fill !== "rgb(0, 0, 0)" && element.closest("svg") ? style.fill : style.color;
    const [one, other] = [luminance(over(rgba(ink), back)), luminance(back)];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    const size = Number.parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) pale.push({ words, ratio });
  }
  return pale;
})()`;

/** In the page: what can be pressed or filled and has no name. */
const nameless = `[...document.querySelectorAll("button, a[href], input:not([type=file].unseen), textarea, select, [role=button], [role=option]")]
  .filter((element) => element.checkVisibility())
  .filter((element) => !(element.getAttribute("aria-label") || element.textContent.trim() || element.labels?.length || element.closest("label")))
  .map((element) => element.outerHTML)`;

describeInChromium("how the page looks", () => {
  let stage: PageStage;
  let browser: Browser;
  beforeAll(async () => {
    browser = await openChromium();
    stage = await startPageStage((bot) => {
      bot.command("/incident", async ({ ack, client, body }) => {
        await ack();
        await client.views.open({ trigger_id: body.trigger_id, view: declareForm });
      });
      bot.command("/ops", async ({ ack }) => ack("Plan: scale `backend` from 4 to *6*"));
    });
    const { client } = stage.bot;
    await stage.slack.act("U0BEN", {
      act: "post",
      channel: "C0INCIDENTS",
      text: "`code` for @ana, <link> https://a.example in #ops\n> quoted\n```fence```",
    });
    const { ts } = await client.chat.postMessage({ channel: "C0INCIDENTS", text: "INC-42", blocks: card });
    await client.pins.add({ channel: "C0INCIDENTS", timestamp: ts ?? "" });
    await stage.slack.act("U0ANA", { act: "react", channel: "C0INCIDENTS", ts: ts ?? "", name: "eyes", remove: false });
    await stage.slack.act("U0CHI", { act: "post", channel: "C0INCIDENTS", text: "comms", threadTs: ts ?? "" });
    await client.chat.postMessage({ channel: "C0INCIDENTS", text: "more", blocks: gallery });
    await client.conversations.setTopic({ channel: "C0INCIDENTS", topic: "What is broken" });
    await stage.slack.act("U0ANA", { act: "command", channel: "C0INCIDENTS", text: "/ops scale backend 6" });
    stage.cloud.act({ act: "fault", name: "deny", target: "all", on: true });
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  });

  async function expectReadable(page: Page): Promise<void> {
    expect((await page.evaluate(paleTexts)) as readonly Pale[]).toEqual([]);
    await expect.poll(() => page.evaluate(nameless)).toEqual([]);
  }

  describe.each(["light", "dark"] as const)("in %s", (colorScheme) => {
    test("every text can be read and everything has a name", async () => {
      const page = await visit(browser, stage.address, { colorScheme });
      await message(page, "Plan:").waitFor();
      await page
        .getByRole("complementary", { name: "Cloud" })
        .getByRole("article", { name: "waooaw-grafana" })
        .waitFor();
      await expectReadable(page);
      await (await tools(page, "INC-42")).getByRole("button", { name: "More message actions" }).click();
      await page.getByRole("menu").waitFor();
      await expectReadable(page);
      await page.keyboard.press("Escape");
      await message(page, "INC-42")
        .getByRole("button", { name: /^1 reply/ })
        .click();
      await page.getByRole("complementary", { name: "Thread" }).getByText("comms").waitFor();
      await composer(page).fill("/o");
      await expectReadable(page);
      await composer(page).fill("/incident declare");
      await page.keyboard.press("Enter");
      await page.getByRole("dialog").getByRole("button", { name: "Declare", exact: true }).click();
      await page.getByRole("alert").first().waitFor();
      await page.getByRole("dialog").getByRole("combobox", { name: "Severity" }).click();
      await page.getByRole("option", { name: "SEV1" }).waitFor();
      await expectReadable(page);
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Close", exact: true }).click();
    });
  });

  test("the switch overrules the system, and is remembered", async () => {
    const page = await visit(browser, stage.address, { colorScheme: "light" });
    const ground = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
    await expect.poll(() => ground()).toBe("rgb(255, 255, 255)");
    await page.getByRole("button", { name: "Theme: system" }).click();
    await page.getByRole("button", { name: "Theme: light" }).click();
    await page.getByRole("button", { name: "Theme: dark" }).waitFor();
    await expect.poll(() => ground()).toBe("rgb(26, 29, 33)");
    await page.reload();
    await page.getByRole("button", { name: "Theme: dark" }).waitFor();
    await expect.poll(() => ground()).toBe("rgb(26, 29, 33)");
  });

  test("on a phone, channels, messages, threads and the cloud are one tap away and fit", async () => {
    const page = await visit(browser, stage.address, { width: 390, height: 844 });
    const fits = async () =>
      expect(
        await page.evaluate(
          "document.documentElement.scrollWidth <= innerWidth && [...document.querySelectorAll('main, aside, nav, dialog')].every(e => !e.checkVisibility() || e.scrollWidth <= e.clientWidth + 1)",
        ),
      ).toBe(true);
    const panes = page.getByRole("navigation", { name: "Panes" });
    await message(page, "INC-42").waitFor();
    await fits();
    await message(page, "INC-42")
      .getByRole("button", { name: /^1 reply/ })
      .click();
    const thread = page.getByRole("complementary", { name: "Thread" });
    await thread.getByText("comms").waitFor();
    await expect.poll(() => page.getByRole("main").isVisible()).toBe(false);
    await fits();
    await panes.getByRole("button", { name: "Cloud" }).click();
    const cloud = page.getByRole("complementary", { name: "Cloud" });
    await cloud.getByRole("article", { name: "waooaw-backend" }).waitFor();
    await fits();
    await panes.getByRole("button", { name: "Messages" }).click();
    await thread.waitFor();
    await thread.getByRole("button", { name: "Close thread" }).click();
    await page.getByRole("main").waitFor();
    await panes.getByRole("button", { name: "Channels" }).click();
    await page.getByRole("link", { name: "general" }).click();
    await page.getByRole("main", { name: "#general" }).waitFor();
    await page.goto(`${stage.address}/?as=U0ANA#/home`);
    await page.getByRole("main", { name: "App Home" }).waitFor();
    await fits();
  });
});
