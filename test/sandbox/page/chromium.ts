import { existsSync } from "node:fs";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { describe, onTestFinished } from "vitest";

const path = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const isThere = existsSync(path);
const isSkipped = !isThere && process.env.CI !== "true";
if (isSkipped) {
  console.warn(
    `SKIPPED: the tests of the sandbox's page need Chromium, and there is none at ${path}. Install it, for example with "apt-get install chromium", or set CHROMIUM_PATH.`,
  );
}

/** A group of tests that needs a browser: skipped where there is none, but never in CI. */
export const describeInChromium = describe.skipIf(isSkipped);

export function openChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: path,
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
  });
}

export interface Visit {
  readonly as?: string;
  readonly at?: string;
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: "light" | "dark";
}

/** Opens the page as somebody in a fresh window; the test fails when anything is logged as an error there. */
export async function visit(browser: Browser, address: string, wish: Visit = {}): Promise<Page> {
  const { as = "U0ANA", at = "C0INCIDENTS", width = 1280, height = 800, colorScheme = "light" } = wish;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  onTestFinished(async () => {
    await context.close();
    if (faults.length > 0) throw new Error(`The page logged: ${faults.join("\n")}`);
  });
  await page.goto(`${address}/?as=${as}#/${at}`);
  await page.getByRole("main").waitFor();
  return page;
}

export function composer(page: Page, name = "#incidents"): Locator {
  return page.getByRole("textbox", { name: `Message ${name}`, exact: true });
}

export function message(page: Page, text: string | RegExp): Locator {
  return page.getByRole("main").getByRole("article").filter({ hasText: text });
}

/** Shows the toolbar of a message. */
export async function tools(page: Page, text: string | RegExp): Promise<Locator> {
  const found = message(page, text).last();
  await found.hover();
  const bar = found.getByRole("toolbar");
  await bar.waitFor();
  return bar;
}
