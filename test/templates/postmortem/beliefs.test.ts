import { expect, test } from "vitest";
import type { Beliefs } from "../../../src/domain/belief/records.ts";
import type { PostmortemFacts } from "../../../src/domain/postmortem/facts.ts";
import { beliefsMarkdown } from "../../../templates/postmortem/beliefs.ts";
import { whenIn } from "../../../templates/postmortem/when.ts";

const at = new Date("2026-11-22T02:10:00Z");
const names = new Map([["U0ANA", "Ana"]]);
const hypothesis = { incidentId: "i", byId: "U0ANA", at, version: 1, decidedBy: null, decidedAt: null, reason: null };

function drawn(beliefs: Beliefs): string {
  return beliefsMarkdown({ beliefs, names } as unknown as PostmortemFacts, whenIn("UTC"));
}

test("a post-mortem says what was believed and decided, when, by whom and on what evidence", () => {
  const evidence = [
    { kind: "link", reference: "https://waooaw.slack.com/archives/C1/p1", title: "message", byId: "U0ANA", at },
    { kind: "operation", reference: "op-7k2m", title: "op-7k2m", byId: "U0ANA", at },
  ] as const;
  const text = drawn({
    hypotheses: [
      { ...hypothesis, id: "1", number: 1, text: "the &lt;cache&gt; is cold", state: "open", evidence: [] },
      {
        ...hypothesis,
        id: "2",
        number: 2,
        text: "the pool is full",
        state: "ruled-out",
        reason: "12 of 50",
        decidedBy: "U0BEN",
        decidedAt: at,
        evidence,
      },
    ],
    decisions: [{ id: "3", incidentId: "i", text: "we stay on 41", byId: "U0ANA", at }],
  });
  expect(text).toBe(`## What we believed and decided

- **H1** the \\<cache> is cold (2026-11-22 02:10, Ana) – left open
- **H2** the pool is full (2026-11-22 02:10, Ana) – ruled out 2026-11-22 02:10 by U0BEN: 12 of 50; evidence: [message](<https://waooaw.slack.com/archives/C1/p1>), op-7k2m

- **Decided** 2026-11-22 02:10 by Ana: we stay on 41`);
});

test("it says nothing, not even a heading, where nobody wrote any of it down", () => {
  expect(drawn({ hypotheses: [], decisions: [] })).toBe("");
});
