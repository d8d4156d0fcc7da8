import { describe, expect, test } from "vitest";
import { niceTop } from "../../../src/sandbox/page/browser/blocks/nice-top.ts";
import { hashOf, type Place, placeOf, placeOfLink, sandboxHref } from "../../../src/sandbox/page/browser/place.ts";
import { emojiOf, findEmoji, usualEmoji, withEmoji } from "../../../src/sandbox/page/browser/text/emoji.ts";
import { initials, inkOn } from "../../../src/sandbox/page/browser/text/initials.ts";
import { ago, dayName, fillDateTokens } from "../../../src/sandbox/page/browser/text/time.ts";
import { decodeTyped } from "../../../src/sandbox/page/browser/text/typed-text.ts";

describe("emoji", () => {
  test("common names have a character, others stay words", () => {
    expect(emojiOf("white_check_mark")).toBe("✅");
    expect(emojiOf("no_such_emoji")).toBeNull();
    expect(withEmoji(":pushpin: noted at 10:30:45 :no_such_emoji:")).toBe("📌 noted at 10:30:45 :no_such_emoji:");
  });

  test("every one that is offered first exists, and a name is found by its beginning before its middle", () => {
    expect(usualEmoji.filter((name) => emojiOf(name) === null)).toEqual([]);
    expect(findEmoji("check", 3).map(({ name }) => name)[0]).toBe("checkered_flag");
    expect(findEmoji("check", 9).map(({ name }) => name)).toContain("white_check_mark");
  });
});

describe("times", () => {
  const now = new Date(2026, 10, 22, 12, 0, 0);
  const at = (day: number, hour = 9) => new Date(2026, 10, day, hour, 5, 7);

  test("days are named as people name them", () => {
    expect(dayName(at(22), now)).toBe("Today");
    expect(dayName(at(21), now)).toBe("Yesterday");
    expect(dayName(at(16), now)).toBe("Monday 16 November");
  });

  test.each([
    ["{date_num} {time}", "2026-11-22 09:05"],
    ["{date} {time_secs}", "22 November 2026 09:05:07"],
    ["{date_short}", "22 Nov 2026"],
    ["{date_short_pretty} at {time}", "today at 09:05"],
    ["{ago}", "2 hours ago"],
    ["{unknown} stays", "{unknown} stays"],
  ])("%s is filled in", (format, expected) => {
    expect(fillDateTokens(format, at(22), now)).toBe(expected);
  });

  test("a date of another day has its name even where a nearer one would be today", () => {
    expect(fillDateTokens("{date_pretty}", at(2), now)).toBe("2 November 2026");
    expect(ago(new Date(now.getTime() - 5000), now)).toBe("just now");
  });
});

test("what one edits reads as it was typed", () => {
  const names = {
    people: [{ id: "U0ANA", name: "ana", realName: "Ana Ruiz", title: "", kind: "member" as const, color: "" }],
    channels: [
      {
        id: "C0OPS",
        name: "ops",
        kind: "public" as const,
        archived: false,
        topic: "",
        memberIds: [],
        isMember: true,
        unread: 0,
        mentions: 0,
      },
    ],
    groups: [{ id: "S0ONCALL", handle: "oncall" }],
  };
  const kept = "<@U0ANA> <#C0OPS|> <!subteam^S0ONCALL|@oncall> <!here> <https://a.example> a &lt; b &amp; c";
  expect(decodeTyped(kept, names)).toBe("@ana #ops @oncall @here https://a.example a < b & c");
});

describe("places", () => {
  test.each<Place>([
    { kind: "home" },
    { kind: "channel", channel: "C0OPS", pane: null, ts: null },
    { kind: "channel", channel: "C0OPS", pane: null, ts: "1700000000.000100" },
    { kind: "channel", channel: "C0OPS", pane: { kind: "thread", ts: "1700000000.000100" }, ts: null },
    { kind: "channel", channel: "D01", pane: { kind: "pins" }, ts: null },
    { kind: "channel", channel: "C0OPS", pane: { kind: "canvas", id: "F01" }, ts: null },
  ])("an address leads back to where it was taken: %o", (place) => {
    expect(placeOf(hashOf(place))).toEqual(place);
  });

  test("an address that names nothing leads nowhere", () => {
    expect(placeOf("")).toBeNull();
    expect(placeOf("#/<script>")).toBeNull();
  });

  test("links into the workspace lead to the message, the thread or the channel", () => {
    const base = "https://waooaw.slack.com/archives/C0OPS";
    expect(placeOfLink(base)).toEqual({ kind: "channel", channel: "C0OPS", pane: null, ts: null });
    expect(placeOfLink(`${base}/p1700000000000100`)).toMatchObject({ ts: "1700000000.000100" });
    expect(placeOfLink(`${base}/p1700000000000200?thread_ts=1700000000.000100`)).toMatchObject({
      pane: { kind: "thread", ts: "1700000000.000100" },
    });
    expect(placeOfLink("https://grafana.example/archives")).toBeNull();
  });

  test("links to files and canvases of the workspace lead to the sandbox's own", () => {
    expect(sandboxHref("https://waooaw.slack.com/files/U0TOC/F0S01/postmortem.md")).toBe("/sandbox/files/F0S01");
    expect(sandboxHref("https://waooaw.slack.com/docs/T0WAOOAW/F0S02")).toBe("/sandbox/canvases/F0S02");
    expect(sandboxHref("https://grafana.example/files/U1/F1/x")).toBe("https://grafana.example/files/U1/F1/x");
  });
});

test("people are known by two letters in an ink that can be read on their colour", () => {
  expect(initials("Ana Ruiz")).toBe("AR");
  expect(initials("tocsin")).toBe("T");
  expect(inkOn("#2b2b2b")).toBe("#fff");
  expect(inkOn("#99a949")).toBe("#000");
});

test.each([
  [0, 1],
  [0.7, 1],
  [3, 5],
  [190, 200],
  [510, 1000],
  [1000, 1000],
])("a chart of %d ends at %d", (most, top) => {
  expect(niceTop(most)).toBe(top);
});
