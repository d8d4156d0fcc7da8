import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { composer, describeInChromium, message, openChromium, visit } from "./chromium.ts";
import { declareForm, everyInput } from "./gallery.ts";
import { type PageStage, startPageStage } from "./page-stage.ts";

const plain = (text: string) => ({ type: "plain_text" as const, text });

describeInChromium("modals on the page", () => {
  let stage: PageStage;
  let browser: Browser;
  const submitted: Record<string, Record<string, Record<string, unknown>>>[] = [];
  const closed: { callback: string; isCleared: boolean }[] = [];
  const acted: Record<string, unknown>[] = [];

  beforeAll(async () => {
    browser = await openChromium();
    stage = await startPageStage((bot) => {
      bot.command("/incident", async ({ ack, client, body }) => {
        await ack();
        await client.views.open({
          trigger_id: body.trigger_id,
          view: body.text === "every" ? everyInput : declareForm,
        });
      });
      bot.options("service", async ({ ack, payload }) => {
        const all = ["backend", "agent", "grafana"].filter((name) => name.includes(payload.value));
        await ack({ options: all.map((name) => ({ text: plain(name), value: name })) });
      });
      bot.action("service", async ({ ack, action, client, body }) => {
        await ack();
        acted.push(action as unknown as Record<string, unknown>);
        if (body.type !== "block_actions" || body.view === undefined) return;
        const note = {
          type: "context" as const,
          elements: [{ type: "mrkdwn" as const, text: "backend runs *4* tasks" }],
        };
        await client.views.update({
          view_id: body.view.id,
          view: { ...declareForm, blocks: [...declareForm.blocks, note] },
        });
      });
      bot.action("explain", async ({ ack, client, body }) => {
        await ack();
        if (body.type !== "block_actions") return;
        await client.views.push({
          trigger_id: body.trigger_id,
          view: {
            type: "modal",
            callback_id: "explained",
            notify_on_close: true,
            title: plain("What is a SEV2?"),
            blocks: [{ type: "section", text: { type: "mrkdwn", text: "Many people cannot work." } }],
          },
        });
      });
      bot.view({ callback_id: "declare", type: "view_submission" }, async ({ ack, view, client, body }) => {
        const title = view.state.values.title?.value?.value ?? "";
        if (title === "break") throw new Error("on purpose");
        if (title.length < 5) return await ack({ response_action: "errors", errors: { title: "Say a little more." } });
        await ack();
        submitted.push(view.state.values as never);
        await client.chat.postMessage({ channel: "C0INCIDENTS", text: `Declared by <@${body.user.id}>: ${title}` });
      });
      bot.view({ callback_id: "every_input", type: "view_submission" }, async ({ ack, view }) => {
        await ack();
        submitted.push(view.state.values as never);
      });
      bot.view({ callback_id: /.*/, type: "view_closed" }, async ({ ack, view, body }) => {
        await ack();
        closed.push({ callback: view.callback_id, isCleared: "is_cleared" in body && body.is_cleared === true });
      });
    });
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  });

  async function openForm(words: string, as = "U0ANA", width = 1280): Promise<Page> {
    const page = await visit(browser, stage.address, { as, width });
    await composer(page).fill(`/incident ${words}`);
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    return page;
  }

  test("a form is filled by its labels and keys alone, and sends what stands in it", async () => {
    const page = await openForm("declare");
    const form = page.getByRole("dialog", { name: "Declare an incident" });
    await expect.poll(() => page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe("Title");
    await page.keyboard.type("API returns 500s");
    await page.keyboard.press("Tab");
    await page.keyboard.type("sev2");
    await form.getByRole("option", { name: "SEV2" }).waitFor();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.type("agen");
    await form.getByRole("option", { name: "agent" }).waitFor();
    await page.keyboard.press("Enter");
    await form.getByText("backend runs 4 tasks").waitFor();
    expect(acted.at(-1)).toMatchObject({ type: "external_select", selected_option: { value: "agent" } });
    await form.getByLabel("Summary (optional)").fill("since 10:31");
    await form.getByRole("combobox", { name: "Commander (optional)" }).fill("okaf");
    await page.keyboard.press("Enter");
    await form.getByRole("checkbox", { name: /Page on-call/ }).check();
    await form.getByRole("button", { name: "Declare", exact: true }).click();
    await form.waitFor({ state: "detached" });
    await message(page, "Declared by @Ana Ruiz: API returns 500s").waitFor();
    expect(submitted.at(-1)).toMatchObject({
      title: { value: { value: "API returns 500s" } },
      severity: { value: { selected_option: { value: "sev2" } } },
      service: { service: { selected_option: { value: "agent" } } },
      summary: { value: { value: "since 10:31" } },
      commander: { value: { selected_user: "U0BEN" } },
      flags: { value: { selected_options: [{ value: "page" }] } },
    });
  });

  test("what is missing is said at its field before anything is sent, then what the bot finds", async () => {
    const page = await openForm("declare", "U0CHI");
    const form = page.getByRole("dialog");
    const before = submitted.length;
    await form.getByRole("button", { name: "Declare", exact: true }).click();
    await form.getByRole("alert").nth(1).waitFor();
    await expect
      .poll(() => form.getByRole("alert").allInnerTexts())
      .toEqual(["Please complete this required field.", "Please complete this required field."]);
    await form.getByLabel("Title").fill("API");
    await form.getByRole("combobox", { name: "Severity" }).click();
    await form.getByRole("option", { name: "SEV1" }).click();
    await form.getByRole("button", { name: "Declare", exact: true }).click();
    await form.getByText("Say a little more.").waitFor();
    await expect.poll(() => form.getByRole("alert").allInnerTexts()).toEqual(["Say a little more."]);
    await expect.poll(() => form.getByLabel("Title").inputValue()).toBe("API");
    await expect.poll(() => form.getByLabel("Title").getAttribute("aria-invalid")).toBe("true");
    expect(submitted).toHaveLength(before);
  });

  test("an update of the view leaves alone what is being typed", async () => {
    const page = await openForm("declare", "U0EVA");
    const form = page.getByRole("dialog");
    await form.getByLabel("Summary (optional)").fill("half a sum");
    const view = stage.slack.state("U0EVA")?.views[0];
    const hint = {
      type: "section" as const,
      block_id: "late",
      text: { type: "mrkdwn" as const, text: "Somebody else declared this too" },
    };
    await stage.bot.client.views.update({
      view_id: view?.id ?? "",
      view: { ...declareForm, blocks: [hint, ...declareForm.blocks] },
    });
    await form.getByText("Somebody else declared this too").waitFor();
    await page.keyboard.type("mary");
    await expect.poll(() => form.getByLabel("Summary (optional)").inputValue()).toBe("half a summary");
  });

  test("a pushed view covers the first, whose values are there again when one goes back", async () => {
    const page = await openForm("declare", "U0DEV");
    const form = page.getByRole("dialog", { name: "Declare an incident" });
    await form.getByLabel("Title").fill("kept over a push");
    await form.getByRole("button", { name: "What is a SEV2?" }).click();
    const above = page.getByRole("dialog").filter({ hasText: "Many people cannot work." });
    await above.getByRole("button", { name: "Back" }).click();
    await above.waitFor({ state: "detached" });
    await expect.poll(() => page.getByLabel("Title").inputValue()).toBe("kept over a push");
    await expect.poll(() => closed.at(-1)).toEqual({ callback: "explained", isCleared: false });
    await page.getByRole("button", { name: "What is a SEV2?" }).click();
    await above.waitFor();
    await page.getByRole("button", { name: "Close", exact: true }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await expect.poll(() => closed.at(-1)).toEqual({ callback: "declare", isCleared: true });
  });

  test("Escape closes a list first, then the form; the focus stays inside and comes back", async () => {
    const page = await openForm("declare", "U0SAM");
    const form = page.getByRole("dialog");
    await form.getByRole("combobox", { name: "Severity" }).click();
    await form.getByRole("listbox").waitFor();
    await page.keyboard.press("Escape");
    await form.getByRole("listbox").waitFor({ state: "detached" });
    await expect.poll(() => form.count()).toBe(1);
    for (let step = 0; step < 20; step += 1) {
      await page.keyboard.press("Tab");
      expect(
        await page.evaluate(
          "document.activeElement === document.body || document.activeElement.closest('dialog') !== null",
        ),
      ).toBe(true);
    }
    await form.getByLabel("Title").focus();
    await page.keyboard.press("Escape");
    await form.waitFor({ state: "detached" });
    await expect
      .poll(() => page.evaluate("document.activeElement.getAttribute('aria-label')"))
      .toBe("Message #incidents");
    expect(stage.slack.state("U0SAM")?.views).toEqual([]);
  });

  test("a bot that fails is told in the form, which keeps what was typed", async () => {
    const page = await openForm("declare", "U0BEN");
    const form = page.getByRole("dialog");
    await form.getByLabel("Title").fill("break");
    await form.getByRole("combobox", { name: "Severity" }).click();
    await form.getByRole("option", { name: "SEV1" }).click();
    await form.getByRole("button", { name: "Declare", exact: true }).click();
    await form.getByRole("alert").getByText("We had some trouble connecting. Try again?").waitFor();
    await expect.poll(() => form.getByLabel("Title").inputValue()).toBe("break");
    await expect.poll(() => page.locator(".toast").count()).toBe(0);
  });

  test("every kind of input gives its value in Slack's shape, on a phone too", async () => {
    const page = await openForm("every", "U0ANA", 390);
    const form = page.getByRole("dialog", { name: "Every input" });
    await form.getByLabel("Number").fill("9");
    await form.getByLabel("Number").press("Enter");
    await form.getByText("Please enter a number of at most 8.").waitFor();
    await form.getByLabel("Number").fill("6");
    await form.getByLabel("Email (optional)").fill("ana@waooaw.example");
    await form.getByLabel("Address (optional)").fill("https://runbook.example");
    await expect.poll(() => form.getByLabel("Due (optional)").inputValue()).toBe("2026-11-30");
    await form.getByLabel("At (optional)").fill("10:31");
    await form.getByLabel("Moment (optional)").fill("2026-11-22T10:31");
    await form.getByRole("radio", { name: "High" }).check();
    const many = form.getByRole("combobox", { name: "Services (optional)" });
    await many.click();
    await form.getByRole("option", { name: "Backend" }).click();
    await form.getByRole("option", { name: "Grafana" }).click();
    await form.getByRole("option", { name: "Agent" }).click();
    await page.keyboard.press("Escape");
    await form.getByRole("button", { name: "Remove Grafana" }).click();
    await form.getByRole("combobox", { name: "Responders (optional)" }).fill("chi");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
    await form.getByRole("combobox", { name: "Channel (optional)" }).fill("aler");
    await page.keyboard.press("Enter");
    await form.getByLabel("Notes (optional)").fill("two words");
    await form.getByRole("button", { name: "Send" }).click();
    await form.waitFor({ state: "detached" });
    expect(submitted.at(-1)).toMatchObject({
      number: { a: { value: "6" } },
      email: { a: { value: "ana@waooaw.example" } },
      url: { a: { value: "https://runbook.example" } },
      date: { a: { selected_date: "2026-11-30" } },
      time: { a: { selected_time: "10:31" } },
      moment: { a: { selected_date_time: Math.floor(new Date("2026-11-22T10:31").getTime() / 1000) } },
      radio: { a: { selected_option: { value: "high" } } },
      many: { a: { selected_options: [{ value: "backend" }] } },
      people: { a: { selected_users: ["U0CHI"] } },
      channel: { a: { selected_channel: "C0ALERTS" } },
      conversation: { a: { selected_conversation: "C0INCIDENTS" } },
      rich: { a: { rich_text_value: { elements: [{ elements: [{ type: "text", text: "two words" }] }] } } },
    });
  });
});
