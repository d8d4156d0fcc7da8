import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeInChromium, message, openChromium, visit } from "./chromium.ts";
import { type PageStage, startPageStage } from "./page-stage.ts";

describeInChromium("documents on the page", () => {
  let stage: PageStage;
  let browser: Browser;
  beforeAll(async () => {
    browser = await openChromium();
    stage = await startPageStage(() => {});
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  });

  test("a canvas of the channel is a tab, opens beside the messages, and follows its edits", async () => {
    const { client } = stage.bot;
    const markdown =
      "# Findings\n\n- [x] Pool exhausted\n- [ ] Raise the limit\n\n| Service | Tasks |\n|---|---:|\n| backend | 6 |";
    const { canvas_id: id = "" } = await client.conversations.canvases.create({
      channel_id: "C0INCIDENTS",
      title: "Post-mortem of INC-1",
      document_content: { type: "markdown", markdown },
    });
    const ana = await visit(browser, stage.address);
    await ana
      .getByRole("list", { name: "Bookmarks and canvases" })
      .getByRole("button", { name: "Post-mortem of INC-1" })
      .click();
    const canvas = ana.getByRole("complementary", { name: "Post-mortem of INC-1" });
    await canvas.getByRole("heading", { name: "Findings" }).waitFor();
    await expect.poll(() => canvas.getByRole("checkbox", { name: "Done", exact: true }).count()).toBe(1);
    await expect.poll(() => canvas.getByRole("row").last().innerText()).toMatch(/backend\s+6/);
    const added = { type: "markdown" as const, markdown: "## Prevention\n\nWatch the pool." };
    await client.canvases.edit({ canvas_id: id, changes: [{ operation: "insert_at_end", document_content: added }] });
    await canvas.getByRole("heading", { name: "Prevention" }).waitFor();
    await canvas.getByRole("button", { name: /^Close/ }).click();
    await canvas.waitFor({ state: "detached" });
  });

  test("a web page somebody uploaded is shown, and can do nothing", async () => {
    const page = "<h1>Report</h1><script>parent.document.title = 'taken'; document.body.innerHTML = 'ran'</script>";
    const base64 = Buffer.from(page).toString("base64");
    await stage.slack.act("U0BEN", {
      act: "post",
      channel: "C0OPS",
      text: "the report",
      file: { name: "report.html", base64 },
    });
    const ana = await visit(browser, stage.address, { at: "C0OPS" });
    const silenced: string[] = [];
    ana.removeAllListeners("console");
    ana.on("console", (line) => silenced.push(line.text()));
    await message(ana, "the report").getByRole("button", { name: "Open report.html" }).click();
    const frame = ana.frameLocator("iframe[title='report.html']");
    await frame.getByRole("heading", { name: "Report" }).waitFor();
    await expect.poll(() => silenced.join("\n")).toContain("Blocked script execution");
    await expect.poll(() => ana.title()).not.toBe("taken");
  });
});
