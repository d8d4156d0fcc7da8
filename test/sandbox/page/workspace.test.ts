import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { composer, describeInChromium, message, openChromium, visit } from "./chromium.ts";
import { type PageStage, startPageStage } from "./page-stage.ts";

describeInChromium("the workspace on the page", () => {
  let stage: PageStage;
  let browser: Browser;
  beforeAll(async () => {
    browser = await openChromium();
    stage = await startPageStage((bot) => {
      bot.event("app_home_opened", async ({ client, event }) => {
        if (event.tab !== "home") return;
        const text = { type: "mrkdwn" as const, text: `Welcome <@${event.user}>` };
        const button = {
          type: "button" as const,
          action_id: "hello",
          text: { type: "plain_text" as const, text: "Say hello" },
        };
        const blocks = [
          { type: "section" as const, text },
          { type: "actions" as const, elements: [button] },
        ];
        await client.views.publish({ user_id: event.user, view: { type: "home", blocks } });
      });
      bot.action("hello", async ({ ack, client, body }) => {
        await ack();
        await client.chat.postMessage({ channel: body.user.id, text: "Hello from the app" });
      });
    });
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  });

  test("the app's home answers to its buttons, and its messages are one tab away", async () => {
    const ana = await visit(browser, stage.address);
    await ana
      .getByRole("navigation", { name: "Workspace" })
      .getByRole("link", { name: /^tocsin/i })
      .click();
    const home = ana.getByRole("main", { name: "App Home" });
    await home.getByText("Welcome @Ana Ruiz").waitFor();
    await home.getByRole("button", { name: "Say hello" }).click();
    await home.getByRole("button", { name: "Messages" }).click();
    await message(ana, "Hello from the app").waitFor();
  });

  test("one becomes somebody else in place, and sees what that person sees", async () => {
    const page = await visit(browser, stage.address, { at: "C0GENERAL" });
    await page.getByRole("button", { name: "Act as someone else, now Ana Ruiz" }).click();
    await page.getByRole("menuitem", { name: /Gus Hart/ }).click();
    await page.getByRole("button", { name: "Act as someone else, now Gus Hart" }).waitFor();
    const channels = page.getByRole("list", { name: "Channels", exact: true }).getByRole("link");
    await expect.poll(() => channels.allInnerTexts()).toEqual(["general"]);
    await composer(page, "#general").fill("it is Gus");
    await page.keyboard.press("Enter");
    await message(page, "it is Gus").getByText("Gus Hart").waitFor();
    await page.goBack();
    await page.getByRole("button", { name: "Act as someone else, now Ana Ruiz" }).waitFor();
  });

  test("a direct message is begun by name, and counts as unread for the other", async () => {
    const ana = await visit(browser, stage.address);
    const chi = await visit(browser, stage.address, { as: "U0CHI" });
    await ana.getByRole("button", { name: "New direct message" }).click();
    await ana.getByRole("menuitem", { name: /Chi Nakamura/ }).click();
    await composer(ana, "Chi Nakamura").fill("psst");
    await ana.keyboard.press("Enter");
    await chi
      .getByRole("list", { name: "Direct messages" })
      .getByRole("link", { name: "Ana Ruiz, 1 unread, 1 for you" })
      .click();
    await message(chi, "psst").waitFor();
  });

  test("a channel one is not in can be looked at and joined; an archived one takes no messages", async () => {
    const { channel } = (await stage.bot.client.conversations.create({ name: "inc-7-cache" })) as {
      channel: { id: string };
    };
    const ana = await visit(browser, stage.address);
    await ana.getByRole("button", { name: /^Browse 1 more/ }).click();
    await ana.getByRole("list", { name: "More channels" }).getByRole("link", { name: "inc-7-cache" }).click();
    await ana.getByRole("button", { name: "Join channel" }).click();
    await composer(ana, "#inc-7-cache").waitFor();
    await ana.getByRole("list", { name: "Channels", exact: true }).getByRole("link", { name: "inc-7-cache" }).waitFor();
    await stage.bot.client.conversations.archive({ channel: channel.id });
    await ana.getByText("#inc-7-cache is archived.").waitFor();
    await expect.poll(() => composer(ana, "#inc-7-cache").count()).toBe(0);
    await ana.getByRole("button", { name: "Unarchive" }).click();
    await composer(ana, "#inc-7-cache").waitFor();
  });

  test("topic, members and bookmarks stand in the header", async () => {
    await stage.bot.client.conversations.setTopic({ channel: "C0OPS", topic: "Scale with care :gear:" });
    await stage.bot.client.bookmarks.add({
      channel_id: "C0OPS",
      title: "Runbook",
      type: "link",
      link: "https://runbook.example/ops",
    });
    const ana = await visit(browser, stage.address, { at: "C0OPS" });
    const header = ana.getByRole("main").getByRole("banner").or(ana.locator("header").first());
    await ana.getByText("Scale with care").first().waitFor();
    await expect
      .poll(() => ana.getByRole("link", { name: "Runbook" }).getAttribute("href"))
      .toBe("https://runbook.example/ops");
    await ana.getByRole("button", { name: /^\d members$/ }).click();
    const members = ana.getByRole("complementary", { name: "Members" });
    await members.getByText("Eva Lind").waitFor();
    await expect.poll(() => members.getByRole("listitem").count()).toBe(7);
    await expect.poll(() => header.count()).toBeGreaterThan(0);
  });

  test("what one is writing stays while others write, and when one looks elsewhere and comes back", async () => {
    const ana = await visit(browser, stage.address, { at: "C0GENERAL" });
    await composer(ana, "#general").fill("half a thou");
    await stage.slack.act("U0BEN", { act: "post", channel: "C0GENERAL", text: "interrupting" });
    await message(ana, "interrupting").waitFor();
    await ana.keyboard.type("ght");
    await expect.poll(() => composer(ana, "#general").inputValue()).toBe("half a thought");
    await ana.getByRole("link", { name: /^ops/ }).click();
    await composer(ana, "#ops").waitFor();
    await ana.goBack();
    await expect.poll(() => composer(ana, "#general").inputValue()).toBe("half a thought");
  });

  test("three things to try stand there at first; a click writes them, and they stay away once hidden", async () => {
    const { channel } = (await stage.bot.client.conversations.create({ name: "inc-9-api" })) as {
      channel: { id: string };
    };
    await stage.bot.client.conversations.invite({ channel: channel.id, users: "U0ANA" });
    const ana = await visit(browser, stage.address);
    const hint = ana.getByRole("region", { name: "Three things to try" });
    await hint.getByRole("button", { name: "/incident declare sev2 API returns 500s" }).click();
    await expect.poll(() => composer(ana).inputValue()).toBe("/incident declare sev2 API returns 500s");
    await hint.getByRole("button", { name: "/ops scale backend 6" }).click();
    await expect.poll(() => composer(ana).inputValue()).toBe("/ops scale backend 6");
    await hint.getByRole("button", { name: "/incident postmortem" }).click();
    await expect.poll(() => composer(ana, "#inc-9-api").inputValue()).toBe("/incident postmortem");
    await hint.getByRole("button", { name: "Hide these hints" }).click();
    await hint.waitFor({ state: "detached" });
    await ana.reload();
    await composer(ana, "#inc-9-api").waitFor();
    await expect.poll(() => hint.count()).toBe(0);
  });

  test("new messages are said to a screen reader", async () => {
    const ana = await visit(browser, stage.address, { at: "C0MONITORING" });
    await ana.getByRole("feed").waitFor();
    await stage.slack.act("U0BEN", { act: "post", channel: "C0MONITORING", text: "@chi error rate is *up*" });
    await expect
      .poll(() => ana.locator('[aria-live="polite"]').allInnerTexts())
      .toContain("Ben Okafor: Chi Nakamura error rate is up");
  });
});
