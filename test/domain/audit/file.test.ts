import { describe, expect, test } from "vitest";
import type { AuditEntry } from "../../../src/domain/audit/entry.ts";
import {
  type AuditLine,
  auditFile,
  fileReportLines,
  filesAreIntact,
  verifyFiles,
} from "../../../src/domain/audit/file.ts";
import { emptyChain, sealEntries } from "../../../src/domain/audit/seal.ts";

const at = new Date("2026-11-22T10:00:00.123Z");

/** A chain of so many entries, as it is read from the database. */
function chain(length: number): readonly AuditLine[] {
  const entries = Array.from(
    { length },
    (_, index): AuditEntry => ({
      id: index + 1,
      at: new Date(at.getTime() + index),
      actor: "U0ANA",
      action: "incident.declared",
      subject: `INC-${index + 1}`,
      details: { title: "Zeilen\nund ümlaute", nested: [1, { b: true, a: null }] },
    }),
  );
  const seals = sealEntries(emptyChain, entries);
  return entries.map((entry, index) => ({
    position: index + 1,
    previous: seals[index - 1]?.hash ?? emptyChain.hash,
    hash: seals[index]?.hash ?? "",
    entry,
  }));
}

const lines = chain(6);
const head = ({ position, hash }: AuditLine) => ({ position, hash });
const whole = auditFile(lines, { kind: "complete", after: emptyChain, at });
const check = (...texts: readonly string[]) =>
  verifyFiles(texts.map((text, index) => ({ name: `file-${index + 1}`, text })));

describe("files of the audit log", () => {
  test("prove a whole run, and runs that follow one another", () => {
    expect(check(whole)).toMatchObject({ verified: 6, from: 1, leftOut: 0, bad: null });
    const first = auditFile(lines.slice(0, 2), { kind: "complete", after: emptyChain, at });
    const second = auditFile(lines.slice(2), { kind: "complete", after: head(lines[1] as AuditLine), at });
    expect(check(first, second)).toMatchObject({ verified: 6, bad: null, to: head(lines[5] as AuditLine) });
    expect(check(second)).toMatchObject({ verified: 4, from: 3, bad: null });
    expect(check(second, first).bad).toMatch(/file-2, line 2: position 1 is out of order/);
  });

  test.each<[string, (line: string) => string]>([
    [
      "a key that stands twice, of which some readers take the first",
      (line) => line.replace('"actor":', '"actor":"U0EVA","actor":'),
    ],
    ["a key of an entry that nobody sealed", (line) => line.replace('"actor":', '"approvedBy":"U0EVA","actor":')],
    ["a key beside the entry", (line) => line.replace('"position":', '"approvedBy":"U0EVA","position":')],
    ["a time that is spelled otherwise", (line) => line.replace('Z","actor"', '+00:00","actor"')],
  ])("do not hold %s", (_what, change) => {
    const changed = whole.split("\n").map((line, index) => (index === 3 ? change(line) : line));
    expect(changed.join("\n")).not.toBe(whole);
    expect(check(changed.join("\n")).bad).toMatch(/file-1, line 4: it is not written as it was sealed/);
  });

  test("prove chosen entries one by one and count what lies between", () => {
    const chosen = auditFile([lines[0], lines[1], lines[4]] as AuditLine[], { kind: "selected", after: null, at });
    const report = check(chosen);
    expect(report).toMatchObject({ verified: 3, leftOut: 2, bad: null });
    expect(fileReportLines(report)).toEqual([
      "3 entries verified.",
      `Positions 1 to 5, head 5:${lines[4]?.hash}`,
      "2 between them are not in the files: each entry fits its neighbours.",
      "The files are intact.",
    ]);
    expect(check(auditFile([], { kind: "selected", after: null, at }))).toMatchObject({ verified: 0, bad: null });
  });

  test.each([
    ["an entry that was changed", whole.replace("U0ANA", "U0EVE"), /line 2: this entry is not what was sealed/],
    [
      "an entry that was taken out",
      whole.split("\n").toSpliced(3, 1).join("\n"),
      /holds 5 entries and says that it has 6/,
    ],
    [
      "one taken out with the count made to fit",
      whole.split("\n").toSpliced(3, 1).join("\n").replace('"entries":6', '"entries":5'),
      /line 4: entries before position 4 are gone/,
    ],
    ["the end cut off", `${whole.split("\n").slice(0, 4).join("\n")}\n`, /holds 3 entries and says that it has 6/],
    [
      "the end cut off with the count made to fit",
      `${whole.split("\n").slice(0, 4).join("\n")}\n`.replace('"entries":6', '"entries":3'),
      /its end is not the one that it names/,
    ],
    ["a line cut in the middle", whole.slice(0, -20), /ends in the middle of a line/],
    ["something else", "hello\n", /no file of the audit log/],
    ["a line that cannot be read", whole.replace('{"position":2', '{"position":"2"'), /line 3: it cannot be read/],
  ])("show %s", (_, text, why) => {
    const report = check(text);
    expect(report.bad).toMatch(why);
    expect(filesAreIntact(report)).toBe(false);
    expect(fileReportLines(report).at(-1)).toMatch(/^BROKEN: file-1/);
  });

  test("are held against a head that was written down elsewhere", () => {
    const files = [{ name: "all", text: whole }];
    const known = head(lines[3] as AuditLine);
    expect(verifyFiles(files, known).knownHead).toBe("found");
    expect(filesAreIntact(verifyFiles(files, { ...known, hash: "0".repeat(64) }))).toBe(false);
    expect(verifyFiles(files, { position: 9, hash: known.hash }).knownHead).toBe("missing");
  });
});
