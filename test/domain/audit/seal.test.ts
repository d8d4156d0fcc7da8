import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AuditEntry } from "../../../src/domain/audit/entry.ts";
import { auditReportLines, isIntact, parseHead } from "../../../src/domain/audit/report.ts";
import {
  canonicalEntry,
  chainHash,
  emptyChain,
  type SealedEntry,
  sealEntries,
  verifyRun,
} from "../../../src/domain/audit/seal.ts";

function entry(id: number, facts: Partial<AuditEntry> = {}): AuditEntry {
  return {
    id,
    at: new Date("2026-03-01T10:00:00.000Z"),
    actor: "U0ANA",
    action: "incident.declared",
    subject: `INC-${id}`,
    details: { severity: "SEV2" },
    ...facts,
  };
}

function sealed(entries: readonly AuditEntry[]): SealedEntry[] {
  const byId = new Map(entries.map((one) => [one.id, one]));
  return sealEntries(emptyChain, entries).map((seal) => ({ seal, entry: byId.get(seal.entryId) ?? null }));
}

test("an entry has one canonical text whatever order its keys came in", () => {
  const one = entry(1, { details: { b: [1, { y: null, x: "ü" }], a: true } });
  const other = entry(1, { details: { a: true, b: [1, { x: "ü", y: null }] } });
  expect(canonicalEntry(one)).toBe(canonicalEntry(other));
  expect(canonicalEntry(one)).toBe(
    '{"action":"incident.declared","actor":"U0ANA","at":"2026-03-01T10:00:00.000Z","details":{"a":true,"b":[1,{"x":"ü","y":null}]},"id":1,"subject":"INC-1"}',
  );
});

test("the hash is SHA-256 over the hash before and the canonical entry, so that anybody can check it", () => {
  // printf '%s\n%s' "$(printf '0%.0s' {1..64})" '{"action":"a",…}' | sha256sum
  const known = entry(1, { at: new Date(0), actor: "b", action: "a", subject: "c", details: null });
  expect(chainHash(emptyChain.hash, known)).toBe("c1713fcfa159d00de59f51bc4d90d78f1d006161f882d4652e132fad433e79bf");
});

test("any change of any field of any entry is found at that entry", () => {
  const json = fc.jsonValue() as fc.Arbitrary<AuditEntry["details"]>;
  const changes = fc.oneof(
    fc.string().map((actor) => ({ actor })),
    fc.string().map((action) => ({ action })),
    fc.string().map((subject) => ({ subject })),
    fc.date({ noInvalidDate: true }).map((at) => ({ at })),
    json.map((details) => ({ details })),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.nat(7), changes, (count, position, change) => {
      const run = sealed(Array.from({ length: count }, (_, index) => entry(index + 1)));
      const index = position % count;
      const before = run[index];
      if (!before?.entry) throw new Error("there is one at every index");
      const after = { ...before.entry, ...change };
      fc.pre(canonicalEntry(after) !== canonicalEntry(before.entry));
      run[index] = { ...before, entry: after };
      expect(verifyRun(emptyChain, run).bad).toEqual({ position: index + 1, entryId: index + 1, kind: "changed" });
    }),
  );
});

describe("what was done to a chain of five", () => {
  const entries = [1, 2, 3, 4, 5].map((id) => entry(id));
  const intact = sealed(entries);

  test("nothing: it fits, and the head goes on from there", () => {
    const { head, bad } = verifyRun(emptyChain, intact);
    expect(bad).toBeNull();
    const more = sealEntries(head, [entry(6)]).map((seal) => ({ seal, entry: entry(6) }));
    expect(verifyRun(head, more).bad).toBeNull();
  });

  test("an entry was removed, its seal left", () => {
    const run = intact.map((one) => (one.seal.position === 3 ? { ...one, entry: null } : one));
    expect(verifyRun(emptyChain, run).bad).toEqual({ position: 3, entryId: 3, kind: "removed" });
  });

  test("an entry was removed with its seal", () => {
    const run = intact.filter((one) => one.seal.position !== 3);
    expect(verifyRun(emptyChain, run).bad).toEqual({ position: 3, entryId: null, kind: "removed" });
  });

  test("two entries changed places", () => {
    const run = intact.map((one) => {
      const other = { 2: 4, 4: 2 }[one.seal.position];
      return other ? { seal: { ...one.seal, entryId: other }, entry: entries[other - 1] ?? null } : one;
    });
    expect(verifyRun(emptyChain, run).bad).toEqual({ position: 2, entryId: 4, kind: "reordered" });
  });

  test("an entry was put in, and those after it moved up", () => {
    const shifted = intact.map((one) =>
      one.seal.position >= 3 ? { ...one, seal: { ...one.seal, position: one.seal.position + 1 } } : one,
    );
    const forged = { seal: { position: 3, entryId: 99, hash: "f".repeat(64) }, entry: entry(99) };
    const run = [...shifted.slice(0, 2), forged, ...shifted.slice(2)];
    expect(verifyRun(emptyChain, run).bad).toEqual({ position: 3, entryId: 99, kind: "inserted" });
  });
});

test("a report says what was found in words, and only an intact log is called so", () => {
  const head = { position: 2, entryId: 7, hash: "a".repeat(64) };
  const fine = { verified: 2, head, unsealed: { count: 0, oldest: null }, bad: null, knownHead: null };
  expect(auditReportLines(fine)).toEqual([
    "2 entries verified.",
    `Head: 2:${"a".repeat(64)}`,
    "The audit log is intact.",
  ]);
  const broken = {
    ...fine,
    verified: 1,
    unsealed: { count: 1, oldest: new Date(0) },
    bad: { position: 2, entryId: 7, kind: "changed" as const },
    knownHead: "missing" as const,
  };
  expect(isIntact(broken)).toBe(false);
  expect(auditReportLines(broken)).toEqual([
    "1 entry verified.",
    `Head: 2:${"a".repeat(64)}`,
    "Not sealed yet: 1, the oldest of 1970-01-01T00:00:00.000Z.",
    "BROKEN at position 2 (entry 7): this entry is not what was sealed.",
    "BROKEN: the chain is shorter than the head you gave.",
  ]);
  expect(isIntact({ ...fine, knownHead: "differs" })).toBe(false);
});

test("a head that was written down is read back, and anything else is not", () => {
  expect(parseHead(` 42:${"AB".repeat(32)} `)).toEqual({ position: 42, hash: "ab".repeat(32) });
  for (const text of ["", "42", `0:${"a".repeat(64)}`, `42:${"a".repeat(63)}`, `x:${"a".repeat(64)}`])
    expect(parseHead(text)).toBeNull();
});
