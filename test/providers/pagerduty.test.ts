import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ProviderError } from "../../src/errors.ts";
import { createPagerDuty } from "../../src/providers/pagerduty/pagerduty.ts";
import { startClock } from "../../src/sandbox/clock.ts";
import { type Partners, startPartners } from "../../src/sandbox/partners/index.ts";

let partners: Partners;
beforeEach(async () => {
  partners = await startPartners({ clock: startClock(() => Date.UTC(2026, 0, 7, 12)) });
});
afterEach(() => partners.stop());

const made = (token?: string) => {
  const { pagerduty } = partners.integrations({ pagerduty: null, github: null, jira: null, statuspage: null });
  return createPagerDuty({ ...pagerduty, ...(token ? { token } : {}) });
};
const from = new Date("2026-01-07T12:00:00Z");
const until = new Date("2026-01-20T12:00:00Z");
const event = () => ({ routingKey: partners.pagerduty.routingKey, key: "k", summary: "x".repeat(2000), link: null });

async function faultOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "none",
    (error: unknown) => (error instanceof ProviderError ? error.fault : String(error)),
  );
}

describe("[I5] PagerDuty through its REST and Events APIs", () => {
  test("tells whose turns meet a time, by e-mail address", async () => {
    const shifts = await made().onCall("PSECOND", from, until);
    expect(shifts.map(({ from: begin, until: end }) => [begin.toISOString(), end.toISOString()])).toEqual([
      ["2026-01-05T09:00:00.000Z", "2026-01-12T09:00:00.000Z"],
      ["2026-01-12T09:00:00.000Z", "2026-01-19T09:00:00.000Z"],
      ["2026-01-19T09:00:00.000Z", "2026-01-26T09:00:00.000Z"],
    ]);
    expect(new Set(shifts.map(({ email }) => email))).toEqual(new Set(["ana@waooaw.example", "dev@waooaw.example"]));
    expect(await made().onCall("PEMPTY1", from, until)).toEqual([]);
  });

  test("opens, follows and closes one incident for a key", async () => {
    const pagerDuty = made();
    expect(await pagerDuty.look("k")).toBeNull();
    await pagerDuty.trigger(event());
    await pagerDuty.trigger(event());
    expect(partners.pagerduty.incidents()).toHaveLength(1);
    expect(await pagerDuty.look("k")).toEqual({ state: "triggered", by: null });
    partners.pagerduty.acknowledge("k", "PDEV001");
    expect(await pagerDuty.look("k")).toEqual({
      state: "acknowledged",
      by: { name: "Dev Patel", email: "dev@waooaw.example" },
    });
    await pagerDuty.change({ routingKey: event().routingKey, key: "k", action: "resolve" });
    expect((await pagerDuty.look("k"))?.state).toBe("resolved");
  });

  test("says what kind of no it was", async () => {
    expect(await faultOf(made("wrong").onCall("PSECOND", from, until))).toBe("denied");
    expect(await faultOf(made().onCall("PNOWHERE", from, until))).toBe("refused");
    expect(await faultOf(made().trigger({ ...event(), routingKey: "short" }))).toBe("refused");
    partners.fail("pagerduty", { answer: { status: 429 } });
    expect(await faultOf(made().trigger(event()))).toBe("throttled");
    partners.fail("pagerduty", {});
    expect(await faultOf(made().trigger(event()))).toBe("unreachable");
    partners.fail("pagerduty", { answer: { status: 200, body: "<html>" } });
    expect(await faultOf(made().look("k"))).toBe("refused");
  });
});
