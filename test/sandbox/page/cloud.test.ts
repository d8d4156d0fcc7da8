import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeInChromium, openChromium, visit } from "./chromium.ts";
import { type PageStage, startPageStage } from "./page-stage.ts";

describeInChromium("the cloud beside the messages", () => {
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

  test("shows each service with what runs, its bounds and its deployment, and follows what happens to it", async () => {
    const page = await visit(browser, stage.address);
    const cloud = page.getByRole("complementary", { name: "Cloud" });
    const backend = cloud.getByRole("article", { name: "waooaw-backend" });
    await backend.getByText("4 running of 4 desired").waitFor();
    await backend.getByText("autoscaling from 2 to 8").waitFor();
    await backend.getByText("PRIMARY").waitFor();
    await backend.getByText("completed").waitFor();
    await expect.poll(() => cloud.getByRole("article").count()).toBe(4);
    stage.cloud.world.setDesiredCount("waooaw-backend", 6);
    await backend.getByText("4 running of 6 desired").waitFor();
    await backend.getByText("starting", { exact: true }).waitFor();
    await stage.clock.advance(180_000);
    await backend.getByText("6 running of 6 desired").waitFor();
    await backend.getByText("steady", { exact: true }).waitFor();
    await backend.getByRole("button", { name: "More events" }).click();
    await expect
      .poll(() => backend.getByRole("list", { name: "Last events" }).getByRole("listitem").count())
      .toBeGreaterThan(1);
  });

  test("a fault is switched on and off for the service one chooses", async () => {
    const page = await visit(browser, stage.address);
    const fault = page.getByRole("switch", { name: "image-pull-fails on waooaw-agent" });
    await fault.click();
    await expect.poll(() => fault.getAttribute("aria-checked")).toBe("true");
    const on = () => stage.cloud.state().faults.filter((one) => one.on);
    expect(on()).toMatchObject([{ name: "image-pull-fails", target: "waooaw-agent" }]);
    await page.getByText("New tasks cannot pull their image and never start.").waitFor();
    await fault.press("Space");
    await expect.poll(() => on()).toEqual([]);
  });

  test("its clock can run faster", async () => {
    const page = await visit(browser, stage.address);
    await page.getByRole("combobox", { name: "Clock speed" }).selectOption("10 ×");
    await expect.poll(() => stage.cloud.state().speed).toBe(10);
  });

  test("it can be put away and fetched again, and stays as one left it", async () => {
    const page = await visit(browser, stage.address);
    await page.getByRole("button", { name: "Close cloud" }).click();
    await page.reload();
    const opener = page.getByRole("button", { name: "Cloud" }).filter({ visible: true });
    await opener.waitFor();
    await expect.poll(() => page.getByRole("complementary", { name: "Cloud" }).count()).toBe(0);
    await opener.click();
    await page.getByRole("complementary", { name: "Cloud" }).waitFor();
  });
});
