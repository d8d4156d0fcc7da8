import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Refusal } from "../../src/errors.ts";
import { parseLine, rawMentions } from "../../src/slack/parse.ts";
import { printLine } from "../../src/slack/print.ts";
import { sampleCommands, sampleConfiguration } from "./sample.ts";

const people = { find: (name: string) => (name === "ana" ? "U0ANA" : null), names: ["ana", "ben"] };

function parse(line: string) {
  const [slash = "", ...rest] = line.split(" ");
  return parseLine({ slash, text: rest.join(" "), me: "U0ME", people }, sampleCommands, sampleConfiguration);
}

function args(line: string) {
  const parsed = parse(line);
  if (parsed.kind !== "run") throw new Error(`help, not a run: ${line}`);
  return { name: parsed.command.name, ...parsed.args };
}

function refusal(line: string): Refusal {
  try {
    parse(line);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error(`not refused: ${line}`);
}

describe("a typed line", () => {
  it("is read with its options anywhere, long dashes and curly quotes included", () => {
    const expected = { name: "/ops scale", count: 6, reason: "queue growing", yes: true };
    for (const line of [
      "/ops scale backend 6 --reason 'queue growing' --yes",
      "/ops scale —reason “queue growing” backend 6 –yes",
      "/ops scale backend 6 --yes --reason queue growing",
      '/ops scale --reason="queue growing" --yes api 6',
      "/OPS scale backend 6 —reason=‘queue growing’ —yes".replace("/OPS", "/ops"),
    ]) {
      expect(args(line), line).toMatchObject(expected);
    }
  });

  it("understands synonyms and verbs of two words, in any case", () => {
    expect(args("/incident NEW sev2 API returns 500s")).toMatchObject({ name: "/incident declare" });
    expect(args("/incident sev critical")).toMatchObject({ name: "/incident severity", severity: "SEV1" });
    expect(args("/ops run plan x")).toMatchObject({ name: "/ops run plan", word: "x" });
  });

  it("answers help where it is asked for", () => {
    expect(parse("/ops")).toEqual({ kind: "help", command: null });
    expect(parse("/ops help")).toEqual({ kind: "help", command: null });
    for (const line of ["/ops scale --help", "/ops help scale", "/ops scale —help", "/ops scale backend 6 --help"]) {
      expect(parse(line), line).toMatchObject({ kind: "help", command: { name: "/ops scale" } });
    }
    expect(args("/incident note help me with --help")).toMatchObject({ text: "help me with --help" });
  });

  it("offers the nearest verb, target, severity, environment, option, role and person", () => {
    expect(refusal("/ops scael backend 6").next).toContain("`/ops scale`");
    expect(refusal("/ops scale bakend 6")).toMatchObject({ code: "unknown_target" });
    expect(refusal("/ops scale bakend 6").next).toContain("Did you mean `backend`?");
    expect(refusal("/incident severity sev9")).toMatchObject({ code: "unknown_severity" });
    expect(refusal("/incident severity crtical").next).toContain("`critical`");
    expect(refusal("/ops scale backend 6 --env prdo").next).toContain("`prod`");
    expect(refusal("/ops scale backend 6 in prdo")).toMatchObject({ code: "unknown_environment" });
    expect(refusal("/ops scale backend 6 --resaon x").next).toContain("`--reason`");
    expect(refusal("/incident role comander me")).toMatchObject({ code: "unknown_role" });
    expect(refusal("/incident role comander me").next).toContain("`commander`");
    expect(refusal("/incident lead @anna").next).toContain("`ana`");
  });

  it("shows the usage with every refusal of an argument", () => {
    expect(refusal("/ops scale backend").next).toContain(
      "Usage: `/ops scale <service> <count> [--env name] [--reason text] [--yes]`",
    );
  });
});

describe("a severity", () => {
  it("is read in any spelling", () => {
    for (const word of ["sev2", "SEV-2", "sev 2", "Sev_2", "s2", "major", "2", "severity 2", "severity2"]) {
      expect(args(`/incident severity ${word}`), word).toMatchObject({ severity: "SEV2" });
      if (word !== "2") {
        expect(args(`/incident declare ${word} API is down`), word).toMatchObject({
          severity: "SEV2",
          title: "API is down",
        });
      }
    }
  });

  it("is not taken from a sentence, and refused when it surely was meant", () => {
    expect(args("/incident declare 2 nodes are down")).toEqual({
      name: "/incident declare",
      private: false,
      title: "2 nodes are down",
    });
    expect(args("/incident declare API returns 500s")).toMatchObject({ title: "API returns 500s" });
    expect(refusal("/incident declare sev9 API is down")).toMatchObject({ code: "unknown_severity" });
    expect(refusal("/incident declare sev 7 API is down")).toMatchObject({ code: "unknown_severity" });
  });
});

describe("a target", () => {
  it.each([
    ["/ops scale backend 6", "staging"],
    ["/ops scale backend 6 --env prod", "production"],
    ["/ops scale backend in production 6", "production"],
    ["/ops scale backend 6 in PROD --reason x", "production"],
    ["/ops scale production/backend 6", "production"],
    ["/ops scale agent 6", "production"],
  ])("%s is meant in %s", (line, environment) => {
    expect(args(line)).toMatchObject({ count: 6, service: { environment } });
  });

  it("is refused where it does not run, naming where it does", () => {
    expect(refusal("/ops scale agent 6 --env staging")).toMatchObject({ code: "unknown_environment" });
    expect(refusal("/ops scale agent 6 --env staging").next).toContain("`production`");
    expect(refusal("/ops scale lonely 6")).toMatchObject({ code: "not_possible" });
  });
});

describe("an incident's number", () => {
  it.each([
    ["/incident status INC-42", {}],
    ["/incident status 42", {}],
    ["/incident severity inc-42 sev1", { severity: "SEV1" }],
    ["/incident severity sev1 INC-42", { severity: "SEV1" }],
    ["/incident severity 42 sev1", { severity: "SEV1" }],
    ["/incident note INC-42 cause found", { text: "cause found" }],
    ["/incident note cause found INC-42", { text: "cause found" }],
    ["/incident resolve 42", {}],
    ["/incident lead me INC42", { person: "U0ME" }],
    ["/incident status #inc-42-api-returns-500s", {}],
  ])("%s names INC-42", (line, others) => {
    expect(args(line)).toMatchObject({ incident: 42, ...others });
  });

  it("is left in a sentence that speaks of another incident", () => {
    expect(args("/incident note as in INC-41 the pool was full")).toMatchObject({
      text: "as in INC-41 the pool was full",
    });
    expect(args("/incident note same cause as INC-41")).toEqual({
      name: "/incident note",
      text: "same cause as INC-41",
    });
    expect(args("/incident note 42 people are affected")).toMatchObject({ text: "42 people are affected" });
  });
});

describe("a person", () => {
  it.each([
    ["<@U0BEN|ben>", "U0BEN"],
    ["<@U0BEN>", "U0BEN"],
    ["<@U0BEN|Ben O'Kafor Jr>", "U0BEN"],
    ["@ana", "U0ANA"],
    ["me", "U0ME"],
  ])("%s is %s", (typed, id) => {
    expect(args(`/incident lead ${typed}`)).toMatchObject({ person: id });
  });

  it("is not a group", () => {
    expect(refusal("/incident lead <!subteam^S0ONCALL|@oncall>").message).toContain("group");
  });

  it("written as a raw name is found for looking it up", () => {
    expect(rawMentions("lead @ana and <@U1|ben> '@no' @me a@b")).toEqual(["ana"]);
  });
});

describe("a count", () => {
  it.each([
    ["-3", "below zero"],
    ["2.5", "whole number"],
    ["1e3", "whole number"],
    ["six", "not digits"],
    ["501", "too large"],
    ["99999999999999999999", "far too large"],
    ["+2", "is a change"],
    ["many", "whole number"],
  ])("%s is refused because it is %s", (count, why) => {
    expect(refusal(`/ops scale backend ${count}`)).toMatchObject({ code: "bad_argument" });
    expect(refusal(`/ops scale backend ${count}`).message).toContain(why);
  });

  it("written as a word is answered with its digits", () => {
    expect(refusal("/ops scale backend six").next).toContain("`6`");
  });
});

describe("text", () => {
  it("is kept as it was typed, whatever it holds", () => {
    expect(
      args("/incident note it&apos;s  “odd” &lt;b&gt; &amp; <@U0BEN|ben> — see <http://x.example|x.example>"),
    ).toEqual({
      name: "/incident note",
      text: "it&apos;s  “odd” <b> & @ben — see x.example",
    });
    expect(args("/incident note ran kubectl get pods --all\nthen waited")).toMatchObject({
      text: "ran kubectl get pods --all\nthen waited",
    });
    expect(args('/incident declare sev2 "API --private is down"')).toMatchObject({
      title: "API --private is down",
      private: false,
    });
    expect(args("/incident declare sev2 API --private is down")).toMatchObject({ title: "API is down", private: true });
  });
});

describe("what something is called", () => {
  it("goes to the end of the line, and an option nobody knows is no part of it", () => {
    expect(args("/ops deploy backend the blue one --reason why")).toMatchObject({
      version: "the blue one",
      reason: "why",
    });
    expect(refusal("/ops deploy backend --version 41")).toMatchObject({
      code: "unknown_option",
      message: expect.stringContaining("--version"),
    });
  });
});

describe("whatever is typed", () => {
  const pieces = fc.constantFrom(
    ...[
      "scale",
      "declare",
      "note",
      "backend",
      "6",
      "-1",
      "--env",
      "--yes",
      "—reason",
      "in",
      "prod",
      "sev",
      "2",
      "INC-4",
    ],
    ...["“", "'", '"', "<@U1|a b>", "<", ">", "&lt;", "help", "--help", "@ana", "me", "--", "—", "=", "\n", "/"],
  );
  const line = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.array(fc.oneof(pieces, fc.string({ maxLength: 6 })), { maxLength: 12 }).map((parts) => parts.join(" ")),
  );

  it("is understood or refused, never anything else", () => {
    fc.assert(
      fc.property(fc.constantFrom("/ops", "/incident", "/nothing"), line, (slash, text) => {
        try {
          const parsed = parseLine({ slash, text, me: "U0ME", people }, sampleCommands, sampleConfiguration);
          expect(["run", "help"]).toContain(parsed.kind);
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
        }
      }),
      { numRuns: 3000 },
    );
  });

  const printable = fc
    .array(fc.oneof(fc.constantFrom(..."abc019 -–—'’\"“”<>&`*_~:/.,\n".split("")), fc.string({ unit: "grapheme" })))
    .map((parts) => parts.join("").trim())
    .filter((text) => text !== "" && !/["“”][\s]/u.test(text));
  const scale = sampleCommands.find(({ name }) => name === "/ops scale");
  const note = sampleCommands.find(({ name }) => name === "/incident note");

  it("is the same after it was printed and read again", () => {
    fc.assert(
      fc.property(printable, fc.integer({ min: 0, max: 500 }), fc.boolean(), (reason, count, yes) => {
        const service = args("/ops scale backend 1 --env prod") as unknown as { service: { placement: unknown } };
        const given = { service: service.service, count, reason, yes };
        if (!scale || !note) throw new Error("the samples are incomplete");
        const { name, ...read } = args(printLine(scale, given));
        expect([name, read]).toEqual(["/ops scale", given]);
        const { name: other, ...noted } = args(printLine(note, { incident: 7, text: reason }));
        expect([other, noted]).toEqual(["/incident note", { incident: 7, text: reason }]);
      }),
      { numRuns: 1000 },
    );
  });
});
