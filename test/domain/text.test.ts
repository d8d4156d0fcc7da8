import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cleanLine, cleanText, plainFromSlack, quoteMessage, quoteTyped, shorten } from "../../src/domain/text.ts";

describe("typed text", () => {
  test("is kept as typed, less control characters and marks that turn its direction", () => {
    expect(cleanLine("  API\u0000 re\u202eturns\t500s\r\n now\u0007 ")).toBe("API returns 500s  now");
    expect(cleanText("one\r\ntwo\n\nthree \u0085")).toBe("one\ntwo\n\nthree");
    expect(cleanLine("תקלה בשרת 🔥 *bold* <!channel>")).toBe("תקלה בשרת 🔥 *bold* <!channel>");
  });

  test("calls nobody when it is quoted, whatever it holds", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom("<!channel>", "<!here|here>", "<", ">", "&", "!", "channel", " ", "<!subteam^S1>", "<@U1>"),
        ),
        (parts) => {
          expect(quoteTyped(parts.join(""))).not.toMatch(/<!/);
        },
      ),
    );
  });

  test("keeps people, channels and links that Slack escaped", () => {
    expect(quoteTyped("ask <@U0BEN|ben> in <#C0OPS|ops> & see <https://x.example/a>")).toBe(
      "ask <@U0BEN> in <#C0OPS> &amp; see <https://x.example/a>",
    );
  });
});

test("a message that is shown again calls nobody a second time", () => {
  expect(quoteMessage("<!channel> and <!subteam^S0ONCALL|@oncall>: <@U0BEN> is on it")).toBe(
    "@channel and @oncall: <@U0BEN> is on it",
  );
});

test("a message becomes plain words for a title", () => {
  expect(plainFromSlack("<@U0BEN|ben> says 5 &lt; 6 in <#C1|ops>, see <https://x.example|here>")).toBe(
    "@ben says 5 < 6 in #ops, see https://x.example",
  );
});

test("cutting never halves an emoji", () => expect(shorten("🧯🧯🧯🧯", 3)).toBe("🧯🧯…"));
