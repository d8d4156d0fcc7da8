import { afterAll, beforeAll, expect, test } from "vitest";
import { composer, describeInChromium, message, openChromium, visit } from "../sandbox/page/chromium.ts";
import { startScenario } from "../support/scenario.ts";

type Browser = Awaited<ReturnType<typeof openChromium>>;

describeInChromium("[S1] a newcomer in the browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openChromium();
  });
  afterAll(() => browser.close());

  test("declares by form, scales a service and finishes a post-mortem", async () => {
    const story = await startScenario();
    const page = await visit(browser, story.address());

    // Declare: the severity alone opens the form.
    await composer(page).fill("/incident declare sev2");
    await composer(page).press("Enter");
    const form = page.getByRole("dialog");
    await form.getByLabel("Title").fill("Checkout is slow");
    await form.getByRole("button", { name: "Declare" }).click();
    const channel = page
      .getByRole("button", { name: /inc-1-checkout-is-slow/ })
      .or(page.getByRole("link", { name: /inc-1-checkout-is-slow/ }));
    await channel.first().click();
    await message(page, "INC-1 · Checkout is slow").first().waitFor();

    // Scale: the plan, one click, verified.
    const here = composer(page, "#inc-1-checkout-is-slow");
    await here.fill("/ops scale backend 6");
    await here.press("Enter");
    await page.getByRole("button", { name: /^Confirm/ }).click();
    // The plan says "Running 4 of 4" too; only the card of what is under way can be stopped.
    await page
      .getByRole("button", { name: /^Stop watching/ })
      .first()
      .waitFor();
    await story.advance("3m");
    await message(page, /Verified|verified/)
      .first()
      .waitFor();
    expect(story.cloud.state().services.find((service) => service.name === "waooaw-backend")?.desired).toBe(6);

    // Post-mortem: one section through its form, then publish.
    await here.fill("/incident postmortem");
    await here.press("Enter");
    await page.getByRole("button", { name: "Write Root cause" }).click();
    const section = page.getByRole("dialog");
    await section.getByRole("textbox", { name: /^Root cause/ }).fill("The pool was too small for two more copies.");
    await section.getByRole("button", { name: "Save" }).click();
    await message(page, "The pool was too small").first().waitFor();
    await page.getByRole("button", { name: "Publish", exact: true }).click();
    const confirm = page.getByRole("alertdialog").or(page.getByRole("dialog"));
    if (
      await confirm
        .getByRole("button", { name: "Publish" })
        .isVisible()
        .catch(() => false)
    ) {
      await confirm.getByRole("button", { name: "Publish" }).click();
    }
    await page
      .getByText(/Published, edition 1/)
      .first()
      .waitFor();
  }, 90_000);
});
