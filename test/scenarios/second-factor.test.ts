import { readFileSync } from "node:fs";
import pg from "pg";
import { describe, expect, onTestFinished, test } from "vitest";
import { describeInChromium, openChromium } from "../sandbox/page/chromium.ts";
import { codeAt, createFactorBrowser } from "../support/factor-browser.ts";
import { createSoftPasskey } from "../support/passkey.ts";
import { type Person, until } from "../support/person.ts";
import { elementsOf, reading } from "../support/reading.ts";
import { type Scenario, startScenario } from "../support/scenario.ts";

const ops = "#ops";
const example = readFileSync(new URL("../../examples/waooaw/tocsin.yaml", import.meta.url), "utf8");

/** The example, where larger scaling takes a second factor and a restart a passkey. */
function marked(): string {
  return example
    .replace(
      "  - name: Larger scaling takes a second person\n",
      "  - name: Larger scaling takes a second person\n    second_factor: true\n",
    )
    .replace(
      "  - name: Restarting a service is a standard change\n",
      "  - name: Restarting a service is a standard change\n    second_factor: passkey\n",
    );
}

function linkIn(blocks: unknown): string {
  const found = [...elementsOf(blocks)].map(([, { url }]) => url).find((url) => typeof url === "string");
  if (typeof found !== "string") throw new Error(`There is no link in ${JSON.stringify(blocks)}`);
  return found;
}

/** A person's browser on the page that `/ops factor` links to, opened. */
async function factorPage(person: Person) {
  const before = person.told(ops).length;
  await person.types(ops, "/ops factor");
  await until("the link", () => person.told(ops).length > before);
  const last = person.read(ops).messages.findLast((message) => message.ephemeral);
  const browser = createFactorBrowser(linkIn(last?.blocks));
  await browser.opens();
  return browser;
}

async function setUpApp(story: Scenario, person: Person): Promise<string> {
  const browser = await factorPage(person);
  const secret = await browser.asksForApp();
  // The code of the step before, so that the one of this moment is left for what follows.
  const page = await browser.send("app/check", { code: codeAt(secret, story.now(), -1) });
  expect(page.text).toContain("Authenticator app, since");
  return secret;
}

async function setUpPasskey(person: Person) {
  const browser = await factorPage(person);
  const passkey = createSoftPasskey(browser.origin);
  expect((await browser.addsPasskey(passkey)).status).toBe(200);
  return passkey;
}

async function planned(person: Person, count = 20): Promise<string> {
  await person.types(ops, `/ops scale backend ${count}`);
  const card = await person.sees(ops, new RegExp(`to ${count}[\\s\\S]*waiting for confirmation`));
  return /op-\w+/.exec(reading(card))?.[0] ?? "";
}

/** Presses a button whose form asks for the factor; answers the page its link leads to, unopened. */
async function passkeyPage(person: Person, label: "Confirm" | "Approve") {
  await person.clicks(label, { channel: ops });
  const form = await person.seesForm(new RegExp(`^${label}$`));
  const browser = createFactorBrowser(linkIn(form.view.blocks));
  await person.closes(true);
  return browser;
}

function desired(story: Scenario): number | undefined {
  return story.cloud.state().services.find((service) => service.name === "waooaw-backend")?.desired;
}

async function query<T extends pg.QueryResultRow>(story: Scenario, text: string, values: unknown[] = []): Promise<T[]> {
  const client = new pg.Client({ connectionString: story.databaseUrl });
  await client.connect();
  const { rows } = await client.query<T>(text, values);
  await client.end();
  return rows;
}

/** What the audit log holds of a subject, oldest first. */
async function audited(story: Scenario, subject: string): Promise<readonly string[]> {
  const rows = await query<{ actor: string; action: string; factor: string | null }>(
    story,
    "select actor, action, details ->> 'secondFactor' as factor from audit where subject = $1 order by id",
    [subject],
  );
  return rows.map(({ actor, action, factor }) => [actor, action, factor].filter((word) => word !== null).join(" "));
}

/** Tables in which any of these texts stands. */
async function tablesWith(story: Scenario, texts: readonly string[]): Promise<readonly string[]> {
  const tables = await query<{ name: string }>(
    story,
    "select format('%I.%I', table_schema, table_name) as name from information_schema.tables where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')",
  );
  const found: string[] = [];
  for (const { name } of tables) {
    for (const text of texts) {
      const [row] = await query<{ n: number }>(
        story,
        `select count(*)::int as n from ${name} t where strpos(t::text, $1) > 0`,
        [text],
      );
      if ((row?.n ?? 0) > 0) found.push(`${name}: ${text.slice(0, 6)}`);
    }
  }
  return found;
}

describe("[O16] a second factor for what the policy marks", { timeout: 120_000 }, () => {
  test("is set up on a page of the bot, given for exactly one plan by who confirms and who approves, and kept by nobody", async () => {
    const story = await startScenario({ configuration: marked() });
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    await ana.types(ops, "/ops policy explain me scale backend");
    const code = await planned(ana);
    expect(reading(await ana.sees(ops, /waiting for confirmation/))).toContain(
      "confirms by typing the name with a second factor, then 1 to approve",
    );
    await ana.clicks("Confirm", { channel: ops });
    await ana.sees(ops, /asks for a second factor, and you have none yet\.\nSet one up with `\/ops factor`/);

    const secret = await setUpApp(story, ana);
    await ana.sees("tocsin", /A second factor was set up for you: authenticator app/);
    await ana.clicks("Confirm", { channel: ops });
    await ana.seesForm(/^Confirm$/);
    const given = codeAt(secret, story.now());
    expect(await ana.submits({ "Type backend to confirm": "backend", Code: "12 34" })).toEqual({
      code: "A code is six digits.",
    });
    const right = new Set([-2, -1, 0, 1, 2, 3].map((steps) => codeAt(secret, story.now(), steps)));
    const wrong = ["000000", "111111", "222222", "333333", "444444", "555555", "666666"].find((one) => !right.has(one));
    expect(await ana.submits({ "Type backend to confirm": "backend", Code: wrong ?? "" })).toEqual({
      code: "That is not the code of this moment. 4 more tries, then codes are locked for 15 minutes.",
    });
    expect(await ana.submits({ "Type backend to confirm": "backend", Code: given })).toEqual({});
    const waiting = reading(await ana.sees(ops, /waiting for approval/));
    expect(waiting).toContain("needs 1 approval by members of this workspace, not <@U0ANA> with a second factor");

    await ben.clicks("Approve", { channel: ops });
    await ben.sees(ops, /asks for a second factor, and you have none yet/);
    const passkey = await setUpPasskey(ben);
    await ben.sees("tocsin", /A second factor was set up for you: passkey/);
    const browser = await passkeyPage(ben, "Approve");
    // Looking at it does not use the link up.
    for (const page of [await browser.see(), await browser.see()]) {
      expect(page.text).toContain("Scale backend in production from 4 to 20");
      expect(page.text).toContain("Approve with passkey");
      expect(page.headers.get("content-security-policy")).toMatch(/^default-src 'none';.*script-src 'self'/);
      expect(page.text).not.toMatch(/<script(?![^>]* src=)|<style| on\w+=/);
    }
    expect(desired(story)).toBe(4);
    await browser.post("open", { token: browser.token });
    const done = await browser.signs("passkey/decide", passkey);
    expect(done.json).toEqual({ done: `Approved: ${code}. You can close this page; how it goes on is in Slack.` });
    await story.advance("5m");
    await ana.sees(ops, /Done and verified/);
    expect(desired(story)).toBe(20);

    expect((await audited(story, code)).filter((line) => /confirmed|approved/.test(line))).toEqual([
      "U0ANA operation.confirmed code",
      "U0BEN operation.approved passkey",
    ]);
    expect(await audited(story, "U0ANA")).toEqual(["U0ANA factor.asked", "U0ANA factor.added", "U0ANA factor.wrong"]);
    const secrets = [secret, browser.token];
    expect(await tablesWith(story, secrets)).toEqual([]);
    const kept = await query<{ text: string }>(
      story,
      "select coalesce(jsonb_agg(details)::text, '') || (select coalesce(jsonb_agg(answer)::text, '') from slack_intake) as text from audit",
    );
    expect(kept[0]?.text).not.toContain(`"${given}"`);
    const sent = story.slack.calls.map((call) => JSON.stringify(call)).join("\n");
    expect(sent).not.toContain(secret);
    expect(sent).not.toContain(`"${given}"`);
  });

  test("a code counts once, five wrong ones lock codes, and a passkey goes on", async () => {
    const story = await startScenario({ configuration: marked() });
    const ana = story.person("U0ANA");
    const secret = await setUpApp(story, ana);
    const given = codeAt(secret, story.now());
    await planned(ana, 20);
    await ana.clicks("Confirm", { channel: ops, reading: /to 20/ });
    await ana.seesForm(/^Confirm$/);
    expect(await ana.submits({ "Type backend to confirm": "backend", Code: given })).toEqual({});
    await ana.sees(ops, /to 20[\s\S]*waiting for approval/);
    await planned(ana, 21);
    await ana.clicks("Confirm", { channel: ops, reading: /to 21/ });
    await ana.seesForm(/^Confirm$/);
    for (const left of ["4 more tries", "3 more tries", "2 more tries", "1 more try"]) {
      expect(await ana.submits({ "Type backend to confirm": "backend", Code: given })).toEqual({
        code: expect.stringContaining(left),
      });
    }
    expect(await ana.submits({ "Type backend to confirm": "backend", Code: given })).toEqual({
      code: "That was wrong for the 5th time: no code is taken for 15 minutes.",
    });
    await ana.sees("tocsin", /Five wrong codes were typed for you/);
    // The right one of the moment is not taken either.
    const next = codeAt(secret, story.now(), 1);
    expect(await ana.submits({ "Type backend to confirm": "backend", Code: next })).toEqual({
      code: expect.stringMatching(/^Too many wrong codes: none is taken until .* UTC\. Use a passkey, or wait/),
    });
    await ana.closes(true);
    await story.advance("14m");
    const later = await factorPage(ana);
    expect((await later.send("prove", { code: codeAt(secret, story.now()) })).text).toContain("Too many wrong codes");
    await story.advance("2m");
    expect((await later.send("prove", { code: codeAt(secret, story.now()) })).text).toContain("Second factors of ana");
    await story.advance("11m");
    expect((await later.see("/factor/page")).text).toContain("The time of this page is over");
    expect((await later.send("app")).status).toBe(410);
    expect(await audited(story, "U0ANA")).toContain("U0ANA factor.locked");
  });

  test("a link is one person's, for one plan, for one use, for five minutes, and a passkey elsewhere is worth nothing", async () => {
    const story = await startScenario({ configuration: marked() });
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const [hers, his] = [await setUpPasskey(ana), await setUpPasskey(ben)];
    const restart = async () => {
      await ana.types(ops, "/ops restart backend --yes");
      await ana.sees(ops, /waiting for confirmation/);
    };
    await restart();
    const browser = await passkeyPage(ana, "Confirm");
    expect((await browser.see()).text).toContain("Restart backend");
    // Another site cannot open it, nor can what names no site.
    for (const from of ["https://evil.example", "null", null]) {
      expect((await browser.send("open", { token: browser.token }, from)).status).toBe(403);
    }
    // Before it is opened there is nothing to sign.
    expect((await browser.signs("passkey/decide", hers)).json).toMatchObject({
      trouble: expect.stringContaining("No link is open in this browser"),
    });
    await browser.post("open", { token: browser.token });
    expect((await createFactorBrowser(`${browser.origin}/factor/${browser.token}`).opens()).text).toContain(
      "This link was used before",
    );
    const refused = { trouble: expect.stringContaining("could not be checked") };
    expect((await browser.signs("passkey/decide", his)).json).toEqual(refused);
    for (const faults of [
      { origin: "https://tocsin.evil.example" },
      { rpId: "evil.example" },
      { unverified: true },
      { challenge: "AAAA" },
    ]) {
      expect((await browser.signs("passkey/decide", hers, { faults })).json).toEqual(refused);
    }
    // What was signed for setting up decides nothing, and a page that decides sets nothing up.
    expect((await browser.post("passkey/new")).json).toMatchObject({
      trouble: expect.stringContaining("not for setting up"),
    });
    expect((await browser.post("app")).status).toBe(403);
    expect((await browser.signs("passkey/decide", hers)).json).toMatchObject({ done: /Confirmed/ });
    expect((await browser.signs("passkey/decide", hers)).json).toMatchObject({
      trouble: expect.stringContaining("has done what it was for"),
    });
    await ana.sees(ops, /Running/);
    await story.advance("10m");
    await ana.sees(ops, /Done and verified/);

    // Too late, and about a plan that is over.
    await restart();
    const late = await passkeyPage(ana, "Confirm");
    await story.advance("6m");
    expect((await late.see()).text).toContain("This link is too old");
    expect((await late.opens()).status).toBe(410);
    const over = await passkeyPage(ana, "Confirm");
    await ana.clicks("Cancel", { channel: ops });
    await ana.sees(ops, /Cancelled by/);
    expect((await over.see()).text).toContain("is cancelled");
    await over.post("open", { token: over.token });
    expect((await over.signs("passkey/decide", hers)).json).toMatchObject({
      trouble: expect.stringContaining("is cancelled"),
    });
    const tried = (await audited(story, "U0ANA")).filter((line) => line === "U0ANA factor.refused");
    expect(tried.length).toBeGreaterThanOrEqual(7);
    // A code is not enough where the rule wants a passkey, and another person's word is not the requester's.
    await setUpAppBeside(story, ben, his);
    await restart();
    await ben.clicks("Confirm", { channel: ops });
    await ben.sees(ops, /Only <@U0ANA>, who asked for op-\w+, can confirm it/);
    await ben.types(ops, "/ops restart agent");
    await ben.sees(ops, /Restart agent[\s\S]*waiting for confirmation|waiting for confirmation[\s\S]*Restart agent/);
    await ben.clicks("Confirm", { channel: ops, reading: /Restart agent/ });
    const form = await ben.seesForm(/^Confirm$/);
    expect(JSON.stringify(form.view.blocks)).not.toContain('"Code"');
    expect(form.view.submit).toBeUndefined();
  });

  test("who lost theirs is let in again by an admin, with a reason, and everybody concerned hears of it", async () => {
    const story = await startScenario({ configuration: marked() });
    const [ana, ben, eva] = [story.person("U0ANA"), story.person("U0BEN"), story.person("U0EVA")];
    const lost = await setUpPasskey(ben);
    // A second one takes the first, so that a stolen session cannot add its own; so does taking one away.
    const stolen = await factorPage(ben);
    expect((await stolen.see("/factor/page")).text).toContain("Show a second factor you have");
    for (const step of ["app", "passkey/new", "remove"])
      expect((await stolen.send(step, { id: "x" })).status).toBe(403);
    expect((await stolen.post("passkey/add", { answer: {} })).status).toBe(403);
    await ana.types(ops, '/ops factor remove @ben --reason "lost"');
    expect(ana.told(ops).at(-1)).toMatch(/only workspace admins take away another person's second factors/);
    await eva.types(ops, "/ops factor remove @ben");
    expect(eva.told(ops).at(-1)).toMatch(/needs a reason/);
    await eva.types(ops, '/ops factor remove me --reason "mine"');
    expect(eva.told(ops).at(-1)).toMatch(/Your own second factors you take away on your page/);
    await eva.types(ops, '/ops factor remove @ben --reason "lost the phone"');
    expect(eva.told(ops).at(-1)).toMatch(/The second factor of <@U0BEN> is taken away/);
    await ben.sees("tocsin", /Your second factors \(passkey\) were taken away by <@U0EVA>: lost the phone/);
    await eva.sees(ops, /<@U0EVA> took away the second factors of <@U0BEN>: lost the phone/);
    // The page that was open before is over, and the lost passkey is worth nothing.
    expect((await stolen.see("/factor/page")).text).toContain("has done what it was for");
    const anew = await factorPage(ben);
    expect((await anew.signs("passkey/prove", lost)).json).toMatchObject({
      trouble: expect.stringContaining("none yet"),
    });
    expect((await anew.addsPasskey(lost)).status).toBe(200);
    expect(await audited(story, "U0BEN")).toEqual([
      "U0BEN factor.asked",
      "U0BEN factor.added",
      "U0BEN factor.asked",
      ...Array.from({ length: 4 }, () => "U0BEN factor.refused"),
      "U0ANA access.refused",
      "U0EVA factor.removed",
      "U0BEN factor.asked",
      "U0BEN factor.refused",
      "U0BEN factor.added",
    ]);
  });

  test("guests set none up, and without a key of the installation nothing that asks for one is done", async () => {
    const story = await startScenario({ configuration: marked(), withoutFactors: true });
    const [ana, guest] = [story.person("U0ANA"), story.person("U0GUS")];
    await planned(ana);
    await ana.clicks("Confirm", { channel: ops });
    await ana.sees(ops, /no key for second factors[\s\S]*SECOND_FACTOR_KEY and PUBLIC_URL/);
    await ana.types(ops, "/ops factor");
    expect(ana.told(ops).at(-1)).toMatch(/no key for second factors/);
    expect((await fetch(`${story.address()}/factor/page`)).status).toBe(404);
    await guest.types("general", "/ops factor");
    expect(guest.told("general").at(-1)).toMatch(/guests cannot|Only members|members/i);
    expect(desired(story)).toBe(4);
  });
});

describeInChromium("[O16] a second factor in a real browser", { timeout: 120_000 }, () => {
  test("a passkey is set up and decides, under the policy that lets no foreign script run", async () => {
    const story = await startScenario({ configuration: marked() });
    const ana = story.person("U0ANA");
    const browser = await openChromium();
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("console", (message) => void (message.type() === "error" && faults.push(message.text())));
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("WebAuthn.enable");
    await devtools.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    await ana.types(ops, "/ops factor");
    await until("the link", () => ana.told(ops).length > 0);
    await page.goto(linkIn(ana.read(ops).messages.findLast((message) => message.ephemeral)?.blocks));
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByRole("button", { name: "Add a passkey" }).click();
    await page.getByText(/Passkey, since/).waitFor();
    await ana.sees("tocsin", /A second factor was set up for you: passkey/);

    await ana.types(ops, "/ops restart backend");
    await ana.sees(ops, /waiting for confirmation/);
    await ana.clicks("Confirm", { channel: ops });
    await page.goto(linkIn((await ana.seesForm(/^Confirm$/)).view.blocks));
    await page.getByRole("button", { name: "Confirm with passkey" }).click();
    await page.getByText(/^Confirmed: op-/).waitFor();
    await ana.sees(ops, /Running/);
    expect(faults).toEqual([]);
  });
});

/** Adds an authenticator app for somebody who has a passkey, by showing that. */
async function setUpAppBeside(story: Scenario, person: Person, passkey: ReturnType<typeof createSoftPasskey>) {
  const browser = await factorPage(person);
  expect((await browser.signs("passkey/prove", passkey)).status).toBe(200);
  const secret = await browser.asksForApp();
  expect((await browser.send("app/check", { code: codeAt(secret, story.now()) })).text).toContain("Authenticator app");
}
