import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { composer, describeInChromium, message, openChromium, tools, visit } from "./chromium.ts";
import { type PageStage, startPageStage } from "./page-stage.ts";

describeInChromium("messages on the page", () => {
  let stage: PageStage;
  let browser: Browser;
  beforeAll(async () => {
    browser = await openChromium();
    stage = await startPageStage((bot) => {
      bot.command("/ops", async ({ ack, body }) => {
        if (body.text === "fail") return;
        await ack({ response_type: "ephemeral", text: `Plan: *${body.text}*` });
      });
      bot.shortcut("timeline_add", async ({ ack, client, shortcut }) => {
        await ack();
        if (shortcut.type !== "message_action") return;
        const text = `On the timeline: ${shortcut.message.text}`;
        await client.chat.postMessage({ channel: shortcut.channel.id, text });
      });
    });
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  });

  const said = (channel: string) => stage.slack.channel("U0ANA", channel)?.messages ?? [];

  test("what one writes is there at once for everybody who looks, with mentions as names", async () => {
    const ana = await visit(browser, stage.address, { at: "C0GENERAL" });
    const ben = await visit(browser, stage.address, { as: "U0BEN", at: "C0GENERAL" });
    await composer(ana, "#general").fill("Morning @ben, see #ops");
    await ana.keyboard.press("Shift+Enter");
    await ana.keyboard.type("*Second* line");
    await ana.keyboard.press("Enter");
    const seen = message(ben, "Second line");
    await seen.waitFor();
    await expect.poll(() => seen.locator("b").allInnerTexts()).toContain("Second");
    await seen.getByText("@Ben Okafor").waitFor();
    await seen.getByRole("button", { name: "#ops" }).click();
    await ben.getByRole("main", { name: "#ops" }).waitFor();
    expect(said("C0GENERAL").at(-1)?.text).toBe("Morning <@U0BEN>, see <#C0OPS|>\n*Second* line");
    await expect.poll(() => composer(ana, "#general").inputValue()).toBe("");
  });

  test("unread channels are bold and count what is for one; looking at them reads them", async () => {
    const ben = await visit(browser, stage.address, { as: "U0BEN", at: "C0INCIDENTS" });
    await stage.slack.act("U0ANA", { act: "post", channel: "C0ALERTS", text: "disk is full" });
    await stage.slack.act("U0ANA", { act: "post", channel: "C0ALERTS", text: "@ben please" });
    const entry = ben.getByRole("navigation", { name: "Workspace" }).getByRole("link", { name: /^alerts/ });
    await ben.getByRole("link", { name: "alerts, 2 unread, 1 for you" }).click();
    await ben.getByRole("separator").filter({ hasText: "New" }).waitFor();
    await message(ben, "disk is full").waitFor();
    await expect.poll(() => entry.innerText()).toBe("alerts");
    expect(stage.slack.state("U0BEN")?.channels.find(({ id }) => id === "C0ALERTS")?.unread).toBe(0);
  });

  test("one edits and deletes one's own messages, and nobody else's", async () => {
    await stage.slack.act("U0ANA", { act: "post", channel: "C0MONITORING", text: "a typpo for @ben" });
    await stage.slack.act("U0BEN", { act: "post", channel: "C0MONITORING", text: "not yours" });
    const ana = await visit(browser, stage.address, { at: "C0MONITORING" });
    await (await tools(ana, "typpo")).getByRole("button", { name: "Edit message" }).click();
    const editor = ana.getByRole("textbox", { name: "Edit message" });
    await expect.poll(() => editor.inputValue()).toBe("a typpo for @ben");
    await editor.fill("a typo for @ben");
    await editor.press("Enter");
    await message(ana, "a typo for").getByText("(edited)").waitFor();
    expect(said("C0MONITORING")[0]?.text).toBe("a typo for <@U0BEN>");
    const others = await tools(ana, "not yours");
    await expect.poll(() => others.getByRole("button", { name: "Edit message" }).count()).toBe(0);
    await (await tools(ana, "a typo")).getByRole("button", { name: "More message actions" }).click();
    await ana.getByRole("menuitem", { name: "Delete message" }).click();
    const question = ana.getByRole("dialog", { name: "Delete message" });
    await question.getByRole("button", { name: "Cancel" }).click();
    await message(ana, "a typo").waitFor();
    await (await tools(ana, "a typo")).getByRole("button", { name: "More message actions" }).click();
    await ana.getByRole("menuitem", { name: "Delete message" }).click();
    await question.getByRole("button", { name: "Delete" }).click();
    await message(ana, "a typo").waitFor({ state: "detached" });
  });

  test("reactions are added by the picker and toggled by a click", async () => {
    await stage.slack.act("U0BEN", { act: "post", channel: "C0DEPLOYMENTS", text: "out" });
    const ana = await visit(browser, stage.address, { at: "C0DEPLOYMENTS" });
    await (await tools(ana, "out")).getByRole("button", { name: "Add reaction" }).click();
    await ana.getByRole("textbox", { name: "Find an emoji" }).fill("pushp");
    await ana.keyboard.press("Enter");
    await message(ana, "out").getByRole("button", { name: "pushpin, 1, take yours away" }).click();
    await message(ana, "out")
      .getByRole("button", { name: /^pushpin/ })
      .waitFor({ state: "detached" });
    expect(said("C0DEPLOYMENTS")[0]?.reactions).toEqual([]);
  });

  test("a thread opens beside the channel, and commands are refused in it", async () => {
    await stage.slack.act("U0BEN", { act: "post", channel: "C0INCIDENTS", text: "who takes comms" });
    const ana = await visit(browser, stage.address);
    await (await tools(ana, "who takes comms")).getByRole("button", { name: "Reply in thread" }).click();
    const thread = ana.getByRole("complementary", { name: "Thread" });
    const reply = thread.getByRole("textbox", { name: "Reply in thread" });
    await reply.fill("/ops status");
    await reply.press("Enter");
    await ana.getByRole("status").getByText("/ops is not supported in threads. Sorry!").waitFor();
    await reply.fill("I do");
    await reply.press("Enter");
    await thread.getByRole("article").filter({ hasText: "I do" }).waitFor();
    await expect.poll(() => message(ana, "I do").count()).toBe(0);
    await thread.getByRole("button", { name: "Close thread" }).click();
    await message(ana, "who takes comms")
      .getByRole("button", { name: /^1 reply/ })
      .click();
    await thread.waitFor();
  });

  test("pins are listed, lead to their message, and can be taken off", async () => {
    await stage.slack.act("U0BEN", { act: "post", channel: "C0GENERAL", text: "the plan of record" });
    const ana = await visit(browser, stage.address, { at: "C0GENERAL" });
    await (await tools(ana, "the plan of record")).getByRole("button", { name: "Pin to channel" }).click();
    await ana.getByRole("button", { name: "1 pinned message" }).click();
    const pins = ana.getByRole("complementary", { name: "Pins" });
    await pins.getByText("the plan of record").waitFor();
    await pins.getByRole("button", { name: "Unpin" }).click();
    await pins.getByText("Nothing is pinned here yet.").waitFor();
    expect(stage.slack.channel("U0ANA", "C0GENERAL")?.pins).toEqual([]);
  });

  test("a message shortcut of the app works on the message it was chosen for", async () => {
    await stage.slack.act("U0BEN", { act: "post", channel: "C0OPS", text: "pool exhausted" });
    const ana = await visit(browser, stage.address, { at: "C0OPS" });
    await (await tools(ana, /^.*pool exhausted$/s)).getByRole("button", { name: "More message actions" }).click();
    await ana.getByRole("menuitem", { name: /Add to the timeline/ }).click();
    await message(ana, "On the timeline: pool exhausted").waitFor();
  });

  test("what only one person is shown says so, and can be put away", async () => {
    const ana = await visit(browser, stage.address, { at: "C0OPS" });
    const dev = await visit(browser, stage.address, { as: "U0DEV", at: "C0OPS" });
    await composer(ana, "#ops").fill("/ops scale backend 6");
    await ana.keyboard.press("Enter");
    const plan = message(ana, "Plan: scale backend 6");
    await plan.getByText("Only visible to you").waitFor();
    await expect.poll(() => message(dev, "Plan:").count()).toBe(0);
    await (await tools(ana, "Plan:")).getByRole("button", { name: "Dismiss message" }).click();
    await plan.waitFor({ state: "detached" });
  });

  test("a command that fails or does not exist is told, and nobody sees a message", async () => {
    const ana = await visit(browser, stage.address, { at: "C0OPS" });
    const before = said("C0OPS").length;
    await composer(ana, "#ops").fill("/ops fail");
    await ana.keyboard.press("Enter");
    await ana.getByRole("status").getByText('/ops failed with the error "operation_timeout"').waitFor();
    await composer(ana, "#ops").fill("/nonsense now");
    await ana.keyboard.press("Enter");
    await ana.getByRole("status").getByText("/nonsense is not a valid command.").waitFor();
    await expect.poll(() => composer(ana, "#ops").inputValue()).toBe("/nonsense now");
    expect(said("C0OPS")).toHaveLength(before);
  });

  test("commands, people and channels are completed by keyboard alone", async () => {
    const ana = await visit(browser, stage.address, { at: "C0OPS" });
    const box = composer(ana, "#ops");
    await box.pressSequentially("/o");
    const choices = ana.getByRole("listbox", { name: "Suggestions" });
    await choices.waitFor();
    await ana.keyboard.press("Enter");
    await expect.poll(() => box.inputValue()).toBe("/ops ");
    await choices.getByRole("option", { name: /status/ }).waitFor();
    await ana.keyboard.press("ArrowDown");
    await ana.keyboard.press("ArrowDown");
    await expect
      .poll(() => choices.locator('[aria-selected="true"]').innerText())
      .toContain("/ops scale backend <count>");
    await ana.keyboard.press("Tab");
    await expect.poll(() => box.inputValue()).toBe("/ops scale backend ");
    await box.fill("ask @chi");
    await choices.getByRole("option", { name: /Chi Nakamura/ }).waitFor();
    await ana.keyboard.press("Escape");
    await choices.waitFor({ state: "detached" });
    await box.fill("see #depl");
    await choices.waitFor();
    await ana.keyboard.press("Tab");
    await expect.poll(() => box.inputValue()).toBe("see #deployments ");
  });

  test("a file travels with a message and opens on the page", async () => {
    const ana = await visit(browser, stage.address, { at: "C0OPS" });
    const chooser = ana.waitForEvent("filechooser");
    await ana.getByRole("main").getByRole("button", { name: "Attach a file" }).click();
    await (await chooser).setFiles({
      name: "notes.md",
      mimeType: "text/markdown",
      buffer: Buffer.from("# Findings\n\n- [x] pool\n"),
    });
    await composer(ana, "#ops").fill("what we found");
    await ana.getByRole("main").getByRole("button", { name: "Send" }).click();
    await message(ana, "what we found").getByRole("button", { name: "Open notes.md" }).click();
    const viewer = ana.getByRole("dialog", { name: "notes.md" });
    await viewer.getByRole("heading", { name: "Findings" }).waitFor();
    await expect.poll(() => viewer.getByRole("checkbox", { name: "Done" }).isChecked()).toBe(true);
    await ana.keyboard.press("Escape");
    await viewer.waitFor({ state: "detached" });
  });

  test("arrows move between messages, and what one can do with the one at hand is reached by Tab", async () => {
    await stage.slack.act("U0BEN", { act: "post", channel: "C0DEPLOYMENTS", text: "first of two" });
    await stage.slack.act("U0BEN", { act: "post", channel: "C0DEPLOYMENTS", text: "second of two" });
    const ana = await visit(browser, stage.address, { at: "C0DEPLOYMENTS" });
    await message(ana, "second of two").focus();
    await ana.keyboard.press("ArrowUp");
    const first = message(ana, "first of two");
    await first.getByRole("toolbar").waitFor();
    await ana.keyboard.press("Tab");
    await expect.poll(() => ana.evaluate("document.activeElement.getAttribute('aria-label')")).toBe("Add reaction");
  });

  test("a link to a message leads to it within the page", async () => {
    const ts = said("C0DEPLOYMENTS")[0]?.ts ?? "";
    const link = `https://waooaw.slack.com/archives/C0DEPLOYMENTS/p${ts.replace(".", "")}`;
    await stage.bot.client.chat.postMessage({ channel: "C0OPS", text: `<${link}|the deployment>` });
    const ana = await visit(browser, stage.address, { at: "C0OPS" });
    await ana.getByRole("link", { name: "the deployment" }).click();
    await ana.getByRole("main", { name: "#deployments" }).waitFor();
    await expect.poll(() => ana.evaluate("document.activeElement.dataset.ts")).toBe(ts);
  });
});
